"""Records of `registry`. Certificates and keys are DER, base64 on the wire."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from wattloom.chaincode.api import Caller, Record
from wattloom.chaincode.api.keys import MAX_KEY_BYTES
from wattloom.chaincode.api.units import EnergyWh, HexDigest, Name, PartyId, TimeS

Lfdi = Annotated[
    str, Meta(pattern=r"\A[0-9a-f]{40}\Z", description="long-form device identifier, IEEE 2030.5, 6.3.4")
]
Certificate = Annotated[bytes, Meta(min_length=1, max_length=4096, description="one DER certificate, base64")]


class Organisation(Record, frozen=True, kw_only=True):
    """A member of the consortium and the CA that vouches for its clients."""

    organisation: Name
    ca_certificate: Certificate


class ClientStatus(StrEnum):
    """Whether a client may act: revoked is for ever, replaced until the party is bound to it again."""

    ACTIVE = "active"
    REPLACED = "replaced"
    REVOKED = "revoked"


class Client(Record, frozen=True, kw_only=True):
    """A certificate that acts for a party.

    `client_id` is the certificate's SHA-256, `public_key` its SubjectPublicKeyInfo; both times are included.
    """

    client_id: HexDigest
    party_id: PartyId
    organisation: Name
    role: str
    attributes: dict[str, str]
    not_before_s: int
    not_after_s: int
    public_key: bytes
    status: ClientStatus = ClientStatus.ACTIVE

    def caller(self) -> Caller:
        """Return what contracts see of this client."""
        return Caller(
            client_id=self.client_id,
            party_id=self.party_id,
            organisation=self.organisation,
            role=self.role,
            attributes=self.attributes,
        )


class Binding(Record, frozen=True, kw_only=True):
    """The one client through which a party acts."""

    party_id: PartyId
    client_id: HexDigest


class ClientId(Record, frozen=True, kw_only=True):
    """Which client is meant."""

    client_id: HexDigest


class Revocation(Record, frozen=True, kw_only=True):
    """A certificate that its organisation takes back, known to the ledger already or not."""

    client_id: HexDigest
    organisation: Name
    revoked_at_s: TimeS


class Standing(Record, frozen=True, kw_only=True):
    """Whether a party may act through a certificate."""

    accepted: bool


class Home(Record, frozen=True, kw_only=True):
    """A household under its pseudonymous id.

    `limit_wh` is the most energy that it may buy or sell in one slot. Who lives there is known to its
    organisation alone.
    """

    party_id: PartyId
    limit_wh: EnergyWh


class HomeId(Record, frozen=True, kw_only=True):
    """Which home is meant."""

    party_id: PartyId


class HomesOf(Record, frozen=True, kw_only=True):
    """Which homes are asked for: an organisation's, after a page's bookmark."""

    organisation: Name
    limit: int = 100
    bookmark: Annotated[str, Meta(max_length=MAX_KEY_BYTES)] = ""


class Manufacturer(Record, frozen=True, kw_only=True):
    """Who makes meters, and the root certificate that vouches for them."""

    manufacturer: Name
    root_certificate: Certificate


class MeterChain(Record, frozen=True, kw_only=True):
    """A meter's three certificates (its own, the intermediate's, the root's) and when it was made.

    `client_id`, if there is one, is the certificate that the organisation has issued for it to act through.
    """

    chain: Annotated[list[Certificate], Meta(min_length=3, max_length=3)]
    manufactured_at_s: TimeS
    client_id: HexDigest | None = None


MAX_METERS = 32
"""How many meters one transaction registers: verifying one takes about half a millisecond."""


class MeterChains(Record, frozen=True, kw_only=True):
    """Meters that are enrolled together; none of them may occur twice."""

    meters: Annotated[list[MeterChain], Meta(min_length=1, max_length=MAX_METERS)]


class Meter(Record, frozen=True, kw_only=True):
    """A genuine meter and the organisation that has registered it; `public_key` is a SubjectPublicKeyInfo."""

    lfdi: Lfdi
    manufacturer: Name
    serial: str
    organisation: Name
    manufactured_at_s: TimeS
    public_key: bytes


class MeterId(Record, frozen=True, kw_only=True):
    """Which meter is meant."""

    lfdi: Lfdi


class MeterCertificate(Record, frozen=True, kw_only=True):
    """The certificate that a meter's organisation has issued for it; its party is organisation.meter-lfdi."""

    lfdi: Lfdi
    client_id: HexDigest


class ClientIds(Record, frozen=True, kw_only=True):
    """Which clients are asked for, at most 200."""

    client_ids: Annotated[list[HexDigest], Meta(max_length=200)]


class Announced(Record, frozen=True, kw_only=True):
    """Those certificates that were announced, in the order in which they were asked for."""

    certificates: list[MeterCertificate]


class Installation(Record, frozen=True, kw_only=True):
    """Which meter measures a home."""

    party_id: PartyId
    lfdi: Lfdi


class Succession(Record, frozen=True, kw_only=True):
    """A CA takes over from an organisation's present one.

    Attributes
    ----------
    signature : of the present CA's key over `succession_statement` of the new certificate: r then s, low s
    accept_until_s : until when certificates of the present one may still be used for the first time
    """

    ca_certificate: Certificate
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]
    accept_until_s: TimeS


class FormerAuthority(Record, frozen=True, kw_only=True):
    """A CA that an organisation has had, and until when it still introduces clients."""

    organisation: Name
    ca_certificate: Certificate
    accept_until_s: TimeS
