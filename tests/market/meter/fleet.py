"""Meters in folders of their own, with trees that the meters of a ledger in memory have vouched for."""

from pathlib import Path

from tests.chaincode.existence import world
from tests.chaincode.existence.world import CHAIN, RELAYER, World, key_of
from wattloom.chaincode.existence.messages import Publish
from wattloom.chaincode.existence.records import Epoch
from wattloom.market.meter.meter import Meter


def prepared(folder: Path, number: int = 0, *, anchor: Path | None = None) -> Path:
    """Return the folder of a meter that the world has registered."""
    world.meter(number).save(folder)
    Meter.prepare(folder, chain_id=CHAIN, anchor=anchor)
    return folder


def vouched(meter: Meter, ledger: World, *, trees: int = 1) -> Epoch:
    """Have a meter's trees signed and published, and let their epoch begin."""
    opened = ledger.open()
    ledger.submit(RELAYER, "existence:ask_for_trees", meter.ask(opened.number, trees))
    ledger.advance_to(opened.requests_until_s + 1)
    epoch = ledger.epoch(opened.number)
    for question in meter.questions(epoch, trees):
        meter.take_answer(question, key_of(question.witness).blind_sign(question.blinded))
    publish(meter, ledger, epoch)
    ledger.advance_to(epoch.starts_at_s)
    return epoch


def publish(meter: Meter, ledger: World, epoch: Epoch) -> None:
    signed = meter.signed_trees(epoch)
    ledger.submit(RELAYER, "existence:publish", Publish(epoch=epoch.number, trees=signed))
    for tree in signed:
        meter.mark_published(tree.root)
