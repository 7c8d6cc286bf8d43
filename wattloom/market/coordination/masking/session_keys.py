"""A home's key for one session: made for it, signed by the home's ledger certificate, thrown away with it.

The signature keeps whoever passes the keys on from putting its own in a home's place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wattloom.identity.errors import IdentityRejected
from wattloom.identity.signatures import VerifyingKey
from wattloom.identity.verify import unsafe_organisation, verify_client
from wattloom.market.coordination.masking.errors import RosterRefused
from wattloom.network.chain.encoding import length_prefixed, sha256
from wattloom.network.transactions import Signer

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 32
HOME_ROLE: Final = "home"
CACHED: Final = 1_024
"""Keys that need not be verified again in the same second: homes of one process all check the same roster."""
_SIGNED: Final = b"wattloom masking key v1"
_PAIR: Final = b"wattloom masking pair v1"

Roots = Mapping[str, bytes]
"""Each trusted organisation's own certificate, DER, by name."""


def digest(domain: bytes, *fields: bytes) -> bytes:
    """Return SHA-256 over fields, told apart by their lengths, for one use (`domain`)."""
    return sha256(b"".join(length_prefixed(field) for field in (domain, *fields)))


@dataclass(frozen=True, slots=True)
class SessionName:
    """Which session a key is for: its id, and 32 random bytes of the coordinator's, new for every attempt."""

    session_id: str
    nonce: bytes

    @property
    def hash(self) -> bytes:
        """What keys and masks of this session are bound to."""
        return digest(b"wattloom masking session v1", self.session_id.encode(), self.nonce)


@dataclass(frozen=True, slots=True)
class SignedKey:
    """A home's public key for one session (X25519, 32 bytes), with the certificates and signature for it.

    `chain` is DER, leaf first, without the organisation's own certificate, which the reader has.
    """

    chain: tuple[bytes, ...]
    public_key: bytes
    signature: bytes

    @property
    def hash(self) -> bytes:
        """What stands for this entry in a roster's hash."""
        return digest(b"wattloom masking entry v1", self.public_key, *self.chain)

    def verify(self, session: SessionName, roots: Roots, *, at_s: int) -> str:
        """Return the party id of the home that signed this key; raise `RosterRefused` unless all hold."""
        try:
            organisation = unsafe_organisation(self.chain[0]) if self.chain else ""
            if organisation in roots:
                return _verified(self, session, roots[organisation], at_s=at_s)
        except IdentityRejected as error:
            raise RosterRefused(f"a home's key: {error}") from error
        raise RosterRefused(f"a key comes from {organisation[:64]!a}, whose certificate is not trusted")


@lru_cache(maxsize=CACHED)
def _verified(key: SignedKey, session: SessionName, root: bytes, *, at_s: int) -> str:
    # (1) a member of the organisation that is trusted
    member = verify_client((*key.chain, root), root, at_s=at_s)
    # (2) a home: nobody else has a share in the sums
    if member.role != HOME_ROLE:
        raise RosterRefused(f"{member.organisation}.{member.name} is no home, but {member.role!a}")
    # (3) its own signature over this key, for this session
    VerifyingKey(member.public_key).verify(key.signature, _signed(session, key.public_key))
    return f"{member.organisation}.{member.name}"


class SessionKey:
    """The private side; it never leaves the process that made it."""

    __slots__ = ("_key", "_session", "public_key")

    def __init__(self, session: SessionName) -> None:
        self._key = X25519PrivateKey.generate()
        self._session = session
        self.public_key = self._key.public_key().public_bytes_raw()

    def signed(self, home: Signer) -> SignedKey:
        """Return the public key, signed by the home."""
        return SignedKey(
            chain=home.chain[:-1],
            public_key=self.public_key,
            signature=home.sign(_signed(self._session, self.public_key)),
        )

    def agree(self, public_key: bytes) -> bytes:
        """Return the 32-byte secret that this home and the other one share, and nobody else knows.

        X25519 (RFC 7748), then HKDF-SHA256 (RFC 5869) bound to the session and to both public keys.
        """
        try:
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(public_key))
        except ValueError as error:
            raise RosterRefused(
                "a home's key is no X25519 public key that secrets can be made with"
            ) from error
        info = digest(_PAIR, *sorted((self.public_key, public_key)))
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=self._session.hash, info=info).derive(shared)


def _signed(session: SessionName, public_key: bytes) -> bytes:
    return digest(_SIGNED, session.hash, public_key)
