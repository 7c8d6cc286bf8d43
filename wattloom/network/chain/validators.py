"""Validators, their addresses, and the hash of the set that may sign a block."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from wattloom.network.chain import merkle
from wattloom.network.chain.encoding import ADDRESS_BYTES, sha256
from wattloom.network.chain.errors import MalformedRecord
from wattloom.network.wire import cometbft_pb2 as wire

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
MAX_TOTAL_POWER = (2**63 - 1) // 8
"""Largest sum of voting powers. Source: CometBFT v0.39, `types.MaxTotalVotingPower`."""


def address(public_key: bytes) -> bytes:
    """First 20 bytes of the SHA-256 of an Ed25519 public key."""
    return sha256(public_key)[:ADDRESS_BYTES]


class Validator(msgspec.Struct, frozen=True, dict=True):
    """One Ed25519 public key (32 bytes) and the weight of its vote (> 0)."""

    public_key: bytes
    power: int

    @cached_property
    def address(self) -> bytes:
        """The validator's short name in headers and commits."""
        return address(self.public_key)

    @cached_property
    def _verifier(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public_key)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature over these bytes is this validator's."""
        try:
            self._verifier.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def encode(self) -> bytes:
        """Return the leaf of the validator-set hash."""
        key = wire.PublicKey(ed25519=self.public_key)
        return wire.SimpleValidator(pub_key=key, voting_power=self.power).SerializeToString()


class ValidatorSet(msgspec.Struct, frozen=True, dict=True):
    """Validators in CometBFT's order; make one with `ValidatorSet.of`."""

    validators: tuple[Validator, ...] = ()

    @classmethod
    def of(cls, validators: Iterable[Validator]) -> "ValidatorSet":
        """Sort by falling power, then by address; raise `MalformedRecord` if these can form no set."""
        ordered = tuple(sorted(validators, key=lambda each: (-each.power, each.address)))
        found = cls(ordered)
        if any(len(each.public_key) != PUBLIC_KEY_BYTES for each in ordered):
            raise MalformedRecord("ValidatorSet", f"a public key is not {PUBLIC_KEY_BYTES} bytes long")
        if any(each.power <= 0 for each in ordered) or found.total_power > MAX_TOTAL_POWER:
            raise MalformedRecord("ValidatorSet", f"powers must be > 0 and their sum <= {MAX_TOTAL_POWER}")
        if len(found.by_address) != len(ordered):
            raise MalformedRecord("ValidatorSet", "a validator stands in it twice")
        return found

    def updated(self, powers: Mapping[bytes, int]) -> "ValidatorSet":
        """Return the set after changes of power by public key; 0 takes a validator out of it.

        Raises
        ------
        MalformedRecord : a validator that is not in the set is taken out, or what is left can form no set
        """
        found = {each.public_key: each.power for each in self.validators}
        strangers = [key for key, power in powers.items() if power == 0 and key not in found]
        if strangers:
            raise MalformedRecord(
                "ValidatorSet", f"{address(strangers[0]).hex()} is taken out, but not in it"
            )
        left = {key: power for key, power in (found | dict(powers)).items() if power != 0}
        if not left:
            raise MalformedRecord("ValidatorSet", "nobody is left in it")
        return ValidatorSet.of(Validator(key, power) for key, power in left.items())

    @cached_property
    def total_power(self) -> int:
        """Sum of the voting powers."""
        return sum(each.power for each in self.validators)

    @cached_property
    def by_address(self) -> dict[bytes, Validator]:
        """The validators by their addresses."""
        return {each.address: each for each in self.validators}

    @cached_property
    def hash(self) -> bytes:
        """Merkle root over key and power of each validator."""
        return merkle.root([each.encode() for each in self.validators])


NO_VALIDATORS = ValidatorSet()
"""Who signed the block before the initial one."""
