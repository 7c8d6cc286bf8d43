"""The genesis document, in CometBFT's JSON form: where a chain starts and whom it trusts."""

import json
from typing import Annotated, Any, Literal

import msgspec

from wattloom.network.chain.encoding import sha256
from wattloom.network.chain.errors import GenesisRejected, MalformedRecord
from wattloom.network.chain.json_form import PublicKeyForm, as_go_writes, base64_bytes, compact, json_tree
from wattloom.network.chain.params import MAX_BLOCK_BYTES, ConsensusParams
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.chain.validators import Validator, ValidatorSet, address

MAX_CHAIN_ID_CHARS = 50
MAX_AUTHORITY_CHARS = 256


class GenesisValidator(msgspec.Struct, frozen=True):
    """A validator of the first blocks: Ed25519 public key (32 bytes), power (> 0), a name for people."""

    public_key: bytes
    power: int
    name: str = ""


class Genesis(msgspec.Struct, frozen=True, kw_only=True):
    """Where a chain starts; making one raises `GenesisRejected` unless a chain can start there.

    Attributes
    ----------
    genesis_time : the initial block's time
    app_hash : state root before the application took the genesis, usually empty
    app_state : the application's own part as compact JSON with sorted keys, or empty
    """

    chain_id: str
    genesis_time: Timestamp
    validators: tuple[GenesisValidator, ...]
    initial_height: int = 1
    params: ConsensusParams = ConsensusParams()
    app_hash: bytes = b""
    app_state: bytes = b""

    def __post_init__(self) -> None:
        _require("chain_id", 0 < len(self.chain_id.encode()) <= MAX_CHAIN_ID_CHARS, "must have 1 to 50 bytes")
        _require("initial_height", self.initial_height >= 1, "must be at least 1")
        _require("validators", bool(self.validators), "must name at least one validator")
        _check_params(self.params)
        try:
            self.validator_set  # noqa: B018 - for its checks
        except MalformedRecord as error:
            raise GenesisRejected("validators", error.what) from error
        if self.app_state and compact(_tree("app_state", self.app_state)) != self.app_state:
            raise GenesisRejected("app_state", "must be compact JSON with sorted keys")

    @property
    def validator_set(self) -> ValidatorSet:
        """The validators in CometBFT's order."""
        return ValidatorSet.of(Validator(each.public_key, each.power) for each in self.validators)

    @property
    def hash(self) -> bytes:
        """SHA-256 of the canonical encoding: what an auditor is given to trust."""
        return sha256(self.encode())

    def encode(self) -> bytes:
        """Write the bytes that CometBFT itself writes for this document, `app_state`'s keys sorted."""
        tree: dict[str, Any] = {
            "genesis_time": self.genesis_time.to_rfc3339(),
            "chain_id": self.chain_id,
            "initial_height": str(self.initial_height),
            "consensus_params": _params_tree(self.params),
            "validators": [_validator_tree(each) for each in self.validators],
            "app_hash": self.app_hash.hex().upper(),
        }
        if self.app_state:
            tree["app_state"] = json.loads(self.app_state)
        return as_go_writes(json.dumps(tree, indent=2, ensure_ascii=False))

    @classmethod
    def decode(cls, data: bytes) -> "Genesis":
        """Read a document in whatever layout; raise `GenesisRejected` naming the field."""
        tree = _tree("document", data)
        try:
            document = msgspec.convert(tree, _Document)
        except msgspec.ValidationError as error:
            what, _, path = str(error).partition(" - at ")
            raise GenesisRejected(path.strip("`").removeprefix("$.") or "document", what) from error
        return cls(
            chain_id=document.chain_id,
            genesis_time=_time(document.genesis_time),
            validators=tuple(_validator(each) for each in document.validators),
            initial_height=int(document.initial_height),
            params=_params(document.consensus_params),
            app_hash=_unhex("app_hash", document.app_hash),
            app_state=b"" if document.app_state is msgspec.UNSET else compact(document.app_state),
        )


# ---- The JSON form; CometBFT writes 64-bit numbers as strings ----

Number = Annotated[str, msgspec.Meta(pattern=r"^(0|-?[1-9][0-9]{0,18})$")]


class _Validator(msgspec.Struct, forbid_unknown_fields=True):
    pub_key: PublicKeyForm
    power: Number
    address: str = ""
    name: str = ""


class _Block(msgspec.Struct, forbid_unknown_fields=True):
    max_bytes: Number
    max_gas: Number


class _Evidence(msgspec.Struct, forbid_unknown_fields=True):
    max_age_num_blocks: Number
    max_age_duration: Number
    max_bytes: Number


class _KeyTypes(msgspec.Struct, forbid_unknown_fields=True):
    pub_key_types: tuple[Literal["ed25519"]]


class _Version(msgspec.Struct, forbid_unknown_fields=True):
    app: Number = "0"


class _Abci(msgspec.Struct, forbid_unknown_fields=True):
    vote_extensions_enable_height: Number = "0"


class _Authority(msgspec.Struct, forbid_unknown_fields=True):
    authority: str = ""


class _Params(msgspec.Struct, forbid_unknown_fields=True):
    block: _Block
    evidence: _Evidence
    validator: _KeyTypes
    version: _Version = msgspec.field(default_factory=_Version)
    abci: _Abci = msgspec.field(default_factory=_Abci)
    authority: _Authority = msgspec.field(default_factory=_Authority)


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    genesis_time: str
    chain_id: str
    initial_height: Number
    consensus_params: _Params
    validators: tuple[_Validator, ...]
    app_hash: str
    app_state: Any = msgspec.UNSET


def _params(document: _Params) -> ConsensusParams:
    return ConsensusParams(
        block_max_bytes=int(document.block.max_bytes),
        block_max_gas=int(document.block.max_gas),
        evidence_max_age_blocks=int(document.evidence.max_age_num_blocks),
        evidence_max_age_ns=int(document.evidence.max_age_duration),
        evidence_max_bytes=int(document.evidence.max_bytes),
        app_version=int(document.version.app),
        vote_extensions_height=int(document.abci.vote_extensions_enable_height),
        authority=document.authority.authority,
    )


def _params_tree(params: ConsensusParams) -> dict[str, Any]:
    return {
        "block": {"max_bytes": str(params.block_max_bytes), "max_gas": str(params.block_max_gas)},
        "evidence": {
            "max_age_num_blocks": str(params.evidence_max_age_blocks),
            "max_age_duration": str(params.evidence_max_age_ns),
            "max_bytes": str(params.evidence_max_bytes),
        },
        "validator": {"pub_key_types": ["ed25519"]},
        "version": {"app": str(params.app_version)},
        "abci": {"vote_extensions_enable_height": str(params.vote_extensions_height)},
        "authority": {"authority": params.authority},
    }


def _check_params(params: ConsensusParams) -> None:
    max_bytes = MAX_BLOCK_BYTES if params.block_max_bytes == -1 else params.block_max_bytes
    _require("block.max_bytes", 0 < max_bytes <= MAX_BLOCK_BYTES, f"must be -1 or 1 to {MAX_BLOCK_BYTES}")
    _require("block.max_gas", params.block_max_gas >= -1, "must be -1 or more")
    _require("evidence.max_age_num_blocks", params.evidence_max_age_blocks > 0, "must be above 0")
    _require("evidence.max_age_duration", params.evidence_max_age_ns > 0, "must be above 0")
    _require("evidence.max_bytes", 0 <= params.evidence_max_bytes <= max_bytes, "must fit into a block")
    _require("version.app", params.app_version >= 0, "must not be negative")
    _require("abci.vote_extensions_enable_height", params.vote_extensions_height >= 0, "must not be negative")
    _require(
        "authority", len(params.authority.encode()) <= MAX_AUTHORITY_CHARS, "must have at most 256 bytes"
    )


def _validator(document: _Validator) -> GenesisValidator:
    try:
        public_key = base64_bytes(document.pub_key)
    except ValueError as error:
        raise GenesisRejected("validators.pub_key.value", "is not base64") from error
    stated = _unhex("validators.address", document.address)
    _require("validators.address", stated in (b"", address(public_key)), "is not the public key's address")
    return GenesisValidator(public_key, int(document.power), document.name)


def _validator_tree(validator: GenesisValidator) -> dict[str, Any]:
    return {
        "address": address(validator.public_key).hex().upper(),
        "pub_key": PublicKeyForm.tree(validator.public_key),
        "power": str(validator.power),
        "name": validator.name,
    }


def _tree(field: str, data: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json_tree(data)
    except (ValueError, RecursionError) as error:
        raise GenesisRejected(field, f"is not acceptable JSON: {error}") from error


def _time(text: str) -> Timestamp:
    try:
        return Timestamp.from_rfc3339(text)
    except ValueError as error:
        raise GenesisRejected("genesis_time", str(error)) from error


def _unhex(field: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise GenesisRejected(field, "is not hexadecimal") from error


def _require(field: str, holds: bool, what: str) -> None:
    if not holds:
        raise GenesisRejected(field, what)
