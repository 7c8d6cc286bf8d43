"""What a meter sees of the ledger: what everybody may ask, and what everybody is told.

A meter never asks the ledger for one of its trees or receipts: the question would name them, and the meter
with them. It follows what is told of all of them.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from wattloom.chaincode.api import NotFound
from wattloom.chaincode.existence.messages import Asked, AskedOf, EpochOf, MeterOf, Received
from wattloom.chaincode.existence.records import Epoch, Tally, VouchedTree, Witness
from wattloom.market.meter.meter import Meter
from wattloom.network.client import Client, Event, Refused

R = TypeVar("R")

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


def waiting_key(client: Client, lfdi: str) -> bytes | None:
    """Return the key under which a meter waits to be drawn; None where it has none, or it was drawn."""
    witness = _found(lambda: client.evaluate("existence:read_witness", MeterOf(lfdi=lfdi), Witness))
    newest = _found(lambda: newest_epoch(client))
    served = {drawn.blind_key for drawn in newest.witnesses} if newest else set()
    return witness.blind_key if witness and witness.blind_key not in served else None


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


def _found(read: Callable[[], R]) -> R | None:
    try:
        return read()
    except Refused as refusal:
        if refusal.code == NotFound.code:
            return None
        raise
