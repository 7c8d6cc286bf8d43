"""All trees of a state together, and what changes do to them."""

import re
from collections.abc import Callable, Iterable, Mapping

from wattloom.network.chain.merkle import Proof
from wattloom.network.state.buckets import (
    BUCKETS_PER_CONTRACT,
    bucket_of,
    decode,
    encode,
    leaf_hash,
    root_in,
    store_name,
)
from wattloom.network.state.errors import ContractUnknown, StateCorrupt
from wattloom.network.state.tree import ContractTree, empty_tree, prove_store, state_root

Changes = dict[str, dict[str, bytes | None]]
"""New values by contract and key; None where the key is removed."""

Forest = Mapping[str, ContractTree]
"""One tree per contract."""

Records = dict[bytes, bytes | None]
"""Bucket records by store name; None where the bucket is empty."""


def plant(contracts: Iterable[str], records: Iterable[tuple[bytes, bytes]]) -> Forest:
    """Build the trees over stored bucket records.

    Raises
    ------
    ContractUnknown : there are keys of a contract that is not among these
    """
    forest = {contract: empty_tree(contract) for contract in contracts}
    roots: dict[str, dict[int, bytes]] = {}
    for name, record in records:
        contract, bucket = parse_store_name(name)
        roots.setdefault(contract, {})[bucket] = root_in(record)
    for contract, changed in roots.items():
        forest[contract] = _tree(forest, contract).with_roots(changed)
    return forest


def replant(
    forest: Forest,
    read: Callable[[bytes], bytes | None],
    changes: Changes,
) -> tuple[Forest, Records]:
    """Return the trees after changes, and the bucket records that these rewrite."""
    grown, records = dict(forest), Records()
    for contract, values in changes.items():
        roots: dict[int, bytes] = {}
        for number, leaves in _by_bucket(values).items():
            name = store_name(contract, number)
            bucket = decode(read(name))
            for key, leaf in leaves:
                bucket.put(key, leaf)
            records[name] = encode(bucket)
            roots[number] = root_in(records[name])
        grown[contract] = _tree(forest, contract).with_roots(roots)
    return grown, records


def _by_bucket(values: Mapping[str, bytes | None]) -> dict[int, list[tuple[bytes, bytes | None]]]:
    leaves: dict[int, list[tuple[bytes, bytes | None]]] = {}
    for key, value in values.items():
        raw = key.encode()
        leaf = None if value is None else leaf_hash(raw, value)
        leaves.setdefault(bucket_of(raw), []).append((raw, leaf))
    return leaves


def only_in_bucket(changes: Changes, contract: str, bucket: int) -> Changes:
    """Return the changes that fall into one bucket."""
    values = changes.get(contract, {})
    return {contract: {key: value for key, value in values.items() if bucket_of(key.encode()) == bucket}}


def root_over(forest: Forest, contracts: Iterable[str]) -> bytes:
    """Return the state root over these contracts; one that has no tree has no keys."""
    return state_root(_trees(forest, contracts))


def prove_bucket(
    forest: Forest, contracts: tuple[str, ...], contract: str, bucket: int, root: bytes
) -> Proof:
    """Prove a bucket's root up to the state root over these contracts."""
    return prove_store(_trees(forest, contracts), contracts.index(contract), bucket, root)


def parse_store_name(name: bytes) -> tuple[str, int]:
    """Return contract and bucket of a store's name."""
    contract, _, bucket = name.decode(errors="replace").rpartition(".")
    number = int(bucket, 16) if re.fullmatch("[0-9a-f]{4}", bucket) else BUCKETS_PER_CONTRACT
    if number >= BUCKETS_PER_CONTRACT or store_name(contract, number) != name:
        raise StateCorrupt(f"bucket {name!r}", "its name is no contract and number")
    return contract, number


def _tree(forest: Forest, contract: str) -> ContractTree:
    try:
        return forest[contract]
    except KeyError:
        raise ContractUnknown(contract) from None


def _trees(forest: Forest, contracts: Iterable[str]) -> list[ContractTree]:
    return [forest[contract] if contract in forest else empty_tree(contract) for contract in contracts]
