"""The full check of stored state: every hash again, from the values up and from the present back."""

from wattloom.network.state.buckets import Bucket, bucket_of, decode, encode, leaf_hash, store_name
from wattloom.network.state.errors import StateCorrupt, StateError
from wattloom.network.state.forest import (
    Changes,
    Forest,
    Records,
    parse_store_name,
    plant,
    replant,
    root_over,
)
from wattloom.network.state.history import Standing, oldest_recorded, read_standing, steps_back
from wattloom.network.state.reader import SEPARATOR
from wattloom.network.state.store import BUCKETS, STATE, UNDO
from wattloom.network.state.views import View


def check_state(view: View, contracts: tuple[str, ...]) -> None:
    """Raise `StateCorrupt` at the first difference between values, bucket records, roots and ways back."""
    keys = sum(
        _check_bucket(view, name, record) for name, record in view.items(BUCKETS)
    )  # (1) keys to values
    if keys != view.count(STATE):  # (2) values to keys
        _find_stray(view)
    standing = read_standing(view)
    if standing is None:
        if view.count(STATE) or view.count(UNDO):
            raise StateCorrupt("the record of the height", "it is missing")
        return
    forest = plant(contracts, view.items(BUCKETS))
    _check_root(forest, standing, "the buckets do not make the state root")  # (3) buckets to root
    _check_ways_back(view, forest, standing)  # (4) the present to the past


def _check_bucket(view: View, name: bytes, record: bytes) -> int:
    """Check one bucket against its keys' values, and return how many there are."""
    contract, number = parse_store_name(name)
    stored, again = decode(record), Bucket([], b"")
    for raw in stored.keys:
        value = view.get(STATE, _row(contract, raw))
        if value is None:
            raise StateCorrupt(_place(contract, raw), "its value is missing")
        if bucket_of(raw) != number:
            raise StateCorrupt(_place(contract, raw), f"it stands in bucket {name.decode()}")
        again.put(raw, leaf_hash(raw, value))
    if encode(again) != record:
        pairs = zip(stored.keys, stored.leaves(), again.keys, again.leaves(), strict=False)
        for raw, leaf, raw_again, leaf_again in pairs:
            if (raw, leaf) != (raw_again, leaf_again):
                raise StateCorrupt(_place(contract, raw), "its value has another hash than its bucket says")
        raise StateCorrupt(f"bucket {name.decode()}", "its record is not what its keys make it")
    return len(stored.keys)


def _find_stray(view: View) -> None:
    for row, _ in view.items(STATE):
        contract, _, raw = row.partition(SEPARATOR.encode())
        name = store_name(contract.decode(errors="replace"), bucket_of(raw))
        if raw not in decode(view.get(BUCKETS, name)).keys:
            raise StateCorrupt(_place(contract.decode(errors="replace"), raw), "it is in no bucket")


def _check_root(forest: Forest, standing: Standing, what: str) -> None:
    if root_over(forest, standing.contracts) != standing.root:
        raise StateCorrupt(f"height {standing.height}", what)


def _check_ways_back(view: View, forest: Forest, standing: Standing) -> None:
    oldest = oldest_recorded(view, standing.height)
    if view.count(UNDO) != standing.height - oldest:
        raise StateCorrupt("the undo records", f"they do not lead from height {standing.height} to {oldest}")
    read, earlier = view.getter(BUCKETS), Records()
    for height, undo in steps_back(view, standing.height, oldest):
        place, changes = f"the undo record of height {height}", Changes()
        undo.put_back(changes)
        try:
            forest, records = replant(
                forest, lambda name: earlier[name] if name in earlier else read(name), changes
            )
        except (StateError, IndexError) as error:
            raise StateCorrupt(place, f"it names no contract or key: {error}") from error
        earlier.update(records)
        if undo.before.height != height - 1:
            raise StateCorrupt(place, "it does not lead to the height before")
        _check_root(forest, undo.before, f"{place} does not lead to its state root")


def _row(contract: str, raw: bytes) -> bytes:
    return contract.encode() + SEPARATOR.encode() + raw


def _place(contract: str, raw: bytes) -> str:
    return f"{contract}:{raw.decode(errors='replace')}"
