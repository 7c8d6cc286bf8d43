"""What a meter sees of the ledger: what everybody may ask, and what everybody is told.

A meter never asks the ledger for one of its trees or receipts: the question would name them, and the meter
with them. It follows what is told of all of them.
"""

from collections.abc import Iterable
from itertools import islice

from wattloom.chaincode.existence.messages import Asked, AskedOf, EpochOf, Received
from wattloom.chaincode.existence.records import Epoch, Tally, VouchedTree
from wattloom.market.meter.meter import Meter
from wattloom.network.client import Client, Event

CONTRACT = "existence"
PUBLISHED, RECEIVED = "tree_published", "received"


def newest_epoch(client: Client) -> Epoch:
    """Return the epoch that was opened last; raise `Refused` where there is none."""
    return client.evaluate("existence:newest_epoch", None, Epoch)


def epoch(client: Client, number: int) -> Epoch:
    """Return an epoch; raise `Refused` where there is none."""
    return client.evaluate("existence:read_epoch", EpochOf(number=number), Epoch)


def asked(client: Client, number: int, lfdi: str) -> Asked:
    """Return what a meter has asked for in an epoch; raise `Refused` where it has not."""
    return client.evaluate("existence:read_asked", AskedOf(epoch=number, lfdi=lfdi), Asked)


def published(client: Client, of: Epoch) -> list[str]:
    """Return the roots of all trees of an epoch that the ledger has taken so far."""
    tally = client.evaluate("existence:read_tally", EpochOf(number=of.number), Tally)
    if not tally.published:
        return []
    told = client.events(of.drawn_height, contract=CONTRACT, name=PUBLISHED)
    trees = (event.read(VouchedTree) for event in told)
    try:
        ours = (tree.root for tree in trees if tree.epoch == of.number)
        return list(islice(ours, tally.published))
    finally:
        told.close()  # type: ignore[attr-defined] # it is a generator


def follow(meter: Meter, events: Iterable[Event]) -> int:
    """Let a meter hear what the ledger tells, for as long as it tells; return how many trees it discarded."""
    discarded = 0
    for event in events:
        if event.name == PUBLISHED:
            meter.mark_published(event.read(VouchedTree).root)
        if event.name == RECEIVED:
            discarded += meter.heed([event.read(Received)])
    return discarded
