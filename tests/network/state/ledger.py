"""A state that is changed height by height, beside a plain record of what every height ought to hold."""

from wattloom.network.chain import merkle
from wattloom.network.chain.value_proof import leaf
from wattloom.network.state import WorldState
from wattloom.network.state.buckets import BUCKETS_PER_CONTRACT, bucket_of, store_name

CONTRACTS = ("accounts", "registry")

Values = dict[tuple[str, str], bytes]


class Ledger:
    """A world, and `past`: the root and all values of each height."""

    def __init__(self, store, contracts=CONTRACTS, **options):
        self.store, self.contracts, self.options = store, contracts, options
        self.past: dict[int, tuple[bytes, Values]] = {}
        self.reopen()

    def reopen(self):
        self.world = WorldState(self.store, self.contracts, **self.options)

    @property
    def values(self) -> Values:
        return dict(self.past[self.world.height][1]) if self.past else {}

    def change(self, changes):
        values = self.values
        for contract, pending in changes.items():
            for key, value in pending.items():
                values[contract, key] = value
        prepared = self.world.prepare(changes, height=self.world.height + 1)
        with self.store.batch() as batch:
            self.world.commit(batch, prepared)
        present = {place: value for place, value in values.items() if value is not None}
        self.past[prepared.height] = (prepared.root, present)
        return prepared


def plain_root(values: Values, contracts=CONTRACTS) -> bytes:
    """The state root computed from nothing but values, by the chain's own tree."""
    stores = {}
    for (contract, key), value in sorted(values.items()):
        name = store_name(contract, bucket_of(key.encode()))
        stores.setdefault(name, []).append(leaf(key.encode(), value))
    names = (
        store_name(contract, bucket)
        for contract in sorted(contracts)
        for bucket in range(BUCKETS_PER_CONTRACT)
    )
    return merkle.root([leaf(name, merkle.root(stores.get(name, []))) for name in names])
