"""The bytes that meters sign: each kind of statement under a label of its own, each field with its length."""

from typing import Final

_LABEL: Final = "wattloom/existence/{}/v1"


def tree(chain_id: str, *, epoch: int, depth: int, root: bytes) -> bytes:
    """Return what a witness vouches for, without seeing it: a genuine meter of this epoch made this tree."""
    return _statement("tree", chain_id.encode(), _number(epoch), _number(depth), root)


def receipt(chain_id: str, *, root: bytes, subject: bytes, energy_wh: int) -> bytes:
    """Return what a one-time key signs: so many Wh were received under what `subject` is the hash of."""
    return _statement("receipt", chain_id.encode(), root, subject, _number(energy_wh))


def request(chain_id: str, *, epoch: int, lfdi: str, trees: int) -> bytes:
    """Return what a meter signs that asks for trees of an epoch; it names none of them."""
    return _statement("request", chain_id.encode(), _number(epoch), bytes.fromhex(lfdi), _number(trees))


def enlistment(chain_id: str, *, lfdi: str, version: int, blind_key: bytes) -> bytes:
    """Return what a meter signs that is ready to be drawn as a witness; a later one has a higher version."""
    return _statement("enlistment", chain_id.encode(), bytes.fromhex(lfdi), _number(version), blind_key)


def question(*, epoch: int, lfdi: str, witness: str, tree: int, blinded: bytes) -> bytes:
    """Return what a meter signs that asks one witness for one blind signature."""
    names = bytes.fromhex(lfdi), bytes.fromhex(witness)
    return _statement("question", _number(epoch), *names, _number(tree), blinded)


def reading(chain_id: str, *, lfdi: str, slot_start_s: int, slot_s: int, net_wh: int) -> bytes:
    """Return what a meter signs under its own name: the net energy of a slot, positive drawn."""
    fields = _number(slot_start_s), _number(slot_s), net_wh.to_bytes(8, "big", signed=True)
    return _statement("reading", chain_id.encode(), bytes.fromhex(lfdi), *fields)


def draw(chain_id: str, *, epoch: int, block_hash: str) -> bytes:
    """Return what the seed of an epoch's draw is the hash of."""
    return _statement("draw", chain_id.encode(), _number(epoch), bytes.fromhex(block_hash))


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big")


def _statement(kind: str, *fields: bytes) -> bytes:
    prefixed = (len(field).to_bytes(2, "big") + field for field in (_LABEL.format(kind).encode(), *fields))
    return b"".join(prefixed)
