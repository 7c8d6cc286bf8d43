"""Meters in folders of their own, with trees that the meters of a ledger in memory have vouched for."""

from contextlib import contextmanager
from pathlib import Path

from tests.chaincode.existence import world
from tests.chaincode.existence.world import CHAIN, RELAYER, World, key_of
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.existence.messages import Publish
from wattloom.chaincode.existence.records import Epoch
from wattloom.market.meter.meter import Meter
from wattloom.network.client import Refused


class InMemory:
    """A relayer's client of a ledger in memory, and all that it was asked to hand in."""

    def __init__(self, ledger: World) -> None:
        self.ledger, self.calls = ledger, []

    def submit(self, function, argument):
        self.calls.append((function, argument))
        with _refusals():
            self.ledger.submit(RELAYER, function, argument)

    def evaluate(self, function, argument, result):
        with _refusals():
            return self.ledger.evaluate(RELAYER, function, argument, result)


@contextmanager
def _refusals():
    try:
        yield
    except ChaincodeError as refusal:
        raise Refused(refusal.code, refusal.details, str(refusal), tx_id="") from None


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
        meter.take_answer(question, key_of(epoch, question.witness).blind_sign(question.blinded))
    publish(meter, ledger, epoch)
    ledger.advance_to(epoch.starts_at_s)
    return epoch


def publish(meter: Meter, ledger: World, epoch: Epoch) -> None:
    signed = meter.signed_trees(epoch)
    ledger.submit(RELAYER, "existence:publish", Publish(epoch=epoch.number, trees=signed))
    for tree in signed:
        meter.mark_published(tree.root)
