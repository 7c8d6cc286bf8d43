import pytest

from tests.chaincode.existence.world import RELAYER, spending
from tests.identity.existence import samples
from wattloom.chaincode.existence.errors import KeySpent


def test_a_receipt_under_a_published_tree_is_taken_once(world):
    world.running(samples.tree().root)
    world.submit(RELAYER, "existence:spend", spending(samples.receipt()))
    with pytest.raises(KeySpent):
        world.submit(RELAYER, "existence:spend", spending(samples.receipt()))
