"""JSON as CometBFT has it: keys with their types, texts as Go writes them, nothing ambiguous when read."""

import base64
import json
from typing import Any, Literal, NoReturn

import msgspec


class PublicKeyForm(msgspec.Struct, forbid_unknown_fields=True):
    """An Ed25519 public key in base64."""

    type: Literal["tendermint/PubKeyEd25519"]
    value: str

    @staticmethod
    def tree(public_key: bytes) -> dict[str, str]:
        """Return what is written for a key."""
        return {"type": "tendermint/PubKeyEd25519", "value": base64.b64encode(public_key).decode()}


class PrivateKeyForm(msgspec.Struct, forbid_unknown_fields=True):
    """An Ed25519 seed followed by its public key, in base64."""

    type: Literal["tendermint/PrivKeyEd25519"]
    value: str

    @staticmethod
    def tree(seed: bytes, public_key: bytes) -> dict[str, str]:
        """Return what is written for a key."""
        return {"type": "tendermint/PrivKeyEd25519", "value": base64.b64encode(seed + public_key).decode()}


def base64_bytes(key: PublicKeyForm | PrivateKeyForm) -> bytes:
    """Read a key's bytes, or raise `ValueError`."""
    return base64.b64decode(key.value, validate=True)


def json_tree(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """Read JSON; raise `ValueError` for a fraction, a key that stands twice in one object, or no JSON."""
    return json.loads(
        data.decode(),
        object_pairs_hook=_without_duplicates,
        parse_float=_refuse_number,
        parse_constant=_refuse_number,
    )


def compact(tree: Any) -> bytes:  # noqa: ANN401 - JSON
    """Write JSON in its one form without spaces, keys sorted."""
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def as_go_writes(text: str) -> bytes:
    """Escape the five characters that Go's encoder escapes; in JSON they can stand inside strings only."""
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return tree


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a whole number")
