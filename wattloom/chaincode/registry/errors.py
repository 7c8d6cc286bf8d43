"""Refusals of `registry`: why somebody is not, or no longer, a member.

ChaincodeError
+-- MembershipRefusal
    |-- UnknownCreator           no such certificate is known, and none was sent along
    |-- UnknownOrganisation      the certificate's organisation is not on the ledger, or has left
    |-- CertificateRefused       the certificate or its chain does not hold; `reason` says why
    |-- CertificateNotYetValid   its validity begins later
    |-- CertificateExpired       its validity has passed
    |-- ClientRevoked            its organisation has revoked it, for ever
    |-- PartyBound               its party acts through another certificate
    +-- ReservedRole             it carries a role that belongs to the ledger itself
"""

from wattloom.chaincode.api import ChaincodeError


class MembershipRefusal(ChaincodeError):
    """Refused because of who calls, before any contract is asked."""


class UnknownCreator(MembershipRefusal):
    """No such certificate is known, and none was sent along."""

    code = "UNKNOWN_CREATOR"

    def __init__(self, *, client_id: str) -> None:
        sentence = f"no certificate {client_id} is known: send its chain along, from leaf to root"
        super().__init__(sentence, client_id=client_id)


class UnknownOrganisation(MembershipRefusal):
    """The certificate's organisation is not on the ledger."""

    code = "UNKNOWN_ORGANISATION"

    def __init__(self, *, organisation: str) -> None:
        super().__init__(f"{organisation} is no organisation of this ledger", organisation=organisation)


class CertificateRefused(MembershipRefusal):
    """The certificate or its chain does not hold; `reason` is the verifier's stable code."""

    code = "CERTIFICATE_REFUSED"

    def __init__(self, *, reason: str, sentence: str) -> None:
        super().__init__(sentence, reason=reason)


class CertificateNotYetValid(MembershipRefusal):
    """The validity begins after the block's time."""

    code = "CERTIFICATE_NOT_YET_VALID"

    def __init__(self, *, client_id: str, at_s: int) -> None:
        sentence = f"the certificate {client_id} is not valid yet at {at_s}"
        super().__init__(sentence, client_id=client_id, at_s=at_s)


class CertificateExpired(MembershipRefusal):
    """The validity ended before the block's time."""

    code = "CERTIFICATE_EXPIRED"

    def __init__(self, *, client_id: str, at_s: int) -> None:
        sentence = f"the certificate {client_id} is not valid any more at {at_s}: have it renewed"
        super().__init__(sentence, client_id=client_id, at_s=at_s)


class ClientRevoked(MembershipRefusal):
    """The organisation has revoked the certificate, for ever."""

    code = "CLIENT_REVOKED"

    def __init__(self, *, client_id: str) -> None:
        sentence = f"the certificate {client_id} is revoked: its party needs a new one"
        super().__init__(sentence, client_id=client_id)


class PartyBound(MembershipRefusal):
    """The party acts through another certificate."""

    code = "PARTY_BOUND"

    def __init__(self, *, party_id: str, client_id: str) -> None:
        sentence = f"{party_id} acts through the certificate {client_id}: ask its registrar to replace that"
        super().__init__(sentence, party_id=party_id, client_id=client_id)


class ReservedRole(MembershipRefusal):
    """The certificate carries a role that belongs to the ledger itself."""

    code = "RESERVED_ROLE"

    def __init__(self, *, role: str) -> None:
        super().__init__(f"no certificate can carry the role {role}", role=role)
