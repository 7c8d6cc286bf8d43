"""Membership: who a certificate stands for at a block's time, if it is a member's at all.

The application asks for every transaction before it calls a contract; for a known client that is two reads.
"""

from collections.abc import Sequence

from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.context import LEDGER_ROLE
from wattloom.chaincode.api.overlay import Overlay, Reader
from wattloom.chaincode.api.state import State
from wattloom.chaincode.api.units import PartyId
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.anchors import claimed_organisation, require_form
from wattloom.chaincode.registry.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateRefused,
    ClientRevoked,
    MembershipRefusal,
    PartyBound,
    ReservedRole,
    UnknownCreator,
    UnknownOrganisation,
)
from wattloom.chaincode.registry.records import Binding, Client, ClientStatus, FormerAuthority, Organisation
from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.handles import client_id as handle
from wattloom.identity.verify import Member, verify_client

__all__ = ["Client", "MembershipRefusal", "admit", "peek"]

REGISTRY = "registry"
CREATOR_BYTES = 32


def peek(reader: Reader, creator: bytes) -> Client | None:
    """Return the client of a certificate (by its SHA-256), or None where it has not been used yet."""
    if len(creator) != CREATOR_BYTES:
        return None
    known = reader.get(REGISTRY, keys.client(creator.hex()))
    return None if known is None else decode(known, Client)


def admit(overlay: Overlay, creator: bytes, chain: Sequence[bytes], *, at_s: int) -> Client:
    """Return the client of a certificate; its first use, with its chain, is written to the overlay.

    The caller drops the overlay's new writes unless the certificate's key has also signed.

    Parameters
    ----------
    creator : SHA-256 of the certificate
    chain : from the certificate to its organisation's CA on first use, else empty or not looked at
    at_s : the block's time

    Raises
    ------
    MembershipRefusal : see `errors`; nothing was written
    """
    client = peek(overlay, creator)
    if client is None:
        return _first_use(overlay, creator, chain, at_s=at_s)
    if overlay.get(REGISTRY, keys.organisation(client.organisation)) is None:
        raise UnknownOrganisation(organisation=client.organisation)
    if client.status is ClientStatus.REVOKED:
        raise ClientRevoked(client_id=client.client_id)
    if client.status is ClientStatus.REPLACED:
        bound = State(overlay, REGISTRY, read_only=True).get(keys.party(client.party_id), Binding)
        raise PartyBound(party_id=client.party_id, client_id=bound.client_id)
    if at_s < client.not_before_s:
        raise CertificateNotYetValid(client_id=client.client_id, at_s=at_s)
    if at_s > client.not_after_s:
        raise CertificateExpired(client_id=client.client_id, at_s=at_s)
    return client


def _first_use(overlay: Overlay, creator: bytes, chain: Sequence[bytes], *, at_s: int) -> Client:
    if not chain:  # (1) the certificate that the creator names
        raise UnknownCreator(client_id=creator.hex())
    if handle(chain[0]) != creator.hex():
        raise CertificateRefused(
            reason=Code.CERTIFICATE_UNTRUSTED,
            sentence="the chain does not begin with the creator's certificate",
        )
    state = State(overlay, REGISTRY, read_only=False)
    name = claimed_organisation(chain[0])  # (2) of an organisation that is on the ledger
    organisation = state.find(keys.organisation(name), Organisation)
    if organisation is None:
        raise UnknownOrganisation(organisation=name)
    authority = _authority(state, organisation, chain, at_s=at_s)
    client = _client(_verified(chain, authority, at_s=at_s))  # (3) which vouches for it, now
    if state.exists(keys.revocation(client.organisation, client.client_id)):  # (4) and has not taken it back
        raise ClientRevoked(client_id=client.client_id)
    binding = Binding(party_id=client.party_id, client_id=client.client_id)
    bound = state.find(keys.party(client.party_id), Binding)
    if bound is not None and bound != binding:  # (5) for a party that acts through no other
        raise PartyBound(party_id=client.party_id, client_id=bound.client_id)
    state.put(keys.client(client.client_id), client)
    state.put(keys.party(client.party_id), binding)
    return client


def _authority(state: State, organisation: Organisation, chain: Sequence[bytes], *, at_s: int) -> bytes:
    """Return the CA by which a chain is judged: the present one, or one lately taken over from."""
    former = state.find(keys.former_authority(organisation.organisation, handle(chain[-1])), FormerAuthority)
    if former is not None and at_s <= former.accept_until_s:
        return former.ca_certificate
    return organisation.ca_certificate


def _verified(chain: Sequence[bytes], ca_certificate: bytes, *, at_s: int) -> Member:
    client_id = handle(chain[0])
    try:
        return verify_client(chain, ca_certificate, at_s=at_s)
    except IdentityRejected as error:
        if error.code is Code.CERTIFICATE_NOT_YET_VALID:
            raise CertificateNotYetValid(client_id=client_id, at_s=at_s) from None
        if error.code is Code.CERTIFICATE_EXPIRED:
            raise CertificateExpired(client_id=client_id, at_s=at_s) from None
        raise CertificateRefused(reason=error.code, sentence=error.message) from None


def _client(member: Member) -> Client:
    party_id = f"{member.organisation}.{member.name}"
    require_form(party_id, PartyId, what="name")
    if member.role == LEDGER_ROLE:
        raise ReservedRole(role=member.role)
    return Client(
        client_id=member.client_id,
        party_id=party_id,
        organisation=member.organisation,
        role=member.role,
        attributes=member.attributes,
        not_before_s=member.not_before_s,
        not_after_s=member.not_after_s,
        public_key=member.public_key,
    )
