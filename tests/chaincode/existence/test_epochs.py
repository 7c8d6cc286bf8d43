import pytest

from tests.chaincode.existence.test_roll import refused
from tests.chaincode.existence.world import (
    CHAIN,
    DESK,
    HOME,
    RELAYER,
    RULES,
    T0,
    World,
    publication,
    spending,
)
from tests.identity.existence import samples
from wattloom.chaincode.api import Forbidden, NotFound
from wattloom.chaincode.existence import epochs
from wattloom.chaincode.existence.errors import EpochNotDrawn
from wattloom.chaincode.existence.messages import EpochOf
from wattloom.chaincode.existence.records import Epoch
from wattloom.identity.existence.drawing import draw, seed_of


def test_an_epoch_leaves_time_to_ask_and_to_publish(world):
    epoch = world.open()
    assert (epoch.number, epoch.requests_until_s, epoch.starts_at_s, epoch.ends_at_s) == (
        1,
        T0 + RULES.request_s,
        T0 + RULES.request_s + RULES.publish_s,
        T0 + RULES.request_s + RULES.publish_s + RULES.epoch_s,
    )


def test_the_next_epoch_begins_when_the_one_before_ends(world):
    first = world.drawn()
    second = world.open()
    assert (second.number, second.starts_at_s) == (2, first.ends_at_s)
    assert second.requests_until_s == first.ends_at_s - RULES.publish_s
    assert world.evaluate(HOME, "existence:newest_epoch", None, Epoch) == second


def test_an_epoch_that_is_opened_late_begins_late(world):
    first = world.drawn()
    world.advance_to(first.ends_at_s + 500)
    assert world.open().starts_at_s == first.ends_at_s + 500 + RULES.request_s + RULES.publish_s


def test_no_epoch_is_opened_while_one_takes_requests(world):
    epoch = world.open()
    refusal = refused(world, DESK, "open_epoch", None, EpochNotDrawn)
    assert refusal.details == {"epoch": 1, "requests_until_s": epoch.requests_until_s}


def test_only_registrars_open_epochs(world):
    refused(world, HOME, "open_epoch", None, Forbidden)


def test_there_is_no_newest_epoch_before_the_first(world):
    with pytest.raises(NotFound):
        world.evaluate(HOME, "existence:newest_epoch", None, Epoch)


def test_anybody_can_draw_the_witnesses_again(world):
    roll = world.roll()
    epoch = world.drawn()
    seed = seed_of(CHAIN, epoch=1, block_hash=epoch.block_hash)
    places = draw(seed, places=epoch.places, number=epoch.to_draw)
    assert [drawn.lfdi for drawn in epoch.witnesses] == [roll[place] for place in places]
    assert (epoch.places, len(epoch.witnesses)) == (4, RULES.witnesses)


def test_witnesses_are_drawn_by_a_block_that_holds_none_of_the_requests(world):
    epoch = world.open()
    world.advance_to(epoch.requests_until_s)
    world.ask(0)
    asked_height = world.height
    world.advance_to(epoch.requests_until_s + 1)
    assert world.epoch().drawn_height == asked_height + 1


def test_where_there_are_too_few_meters_all_are_drawn():
    world = World(witnesses=1)
    assert len(world.drawn().witnesses) == 1


def test_what_has_been_drawn_stays_when_the_roll_changes(world):
    epoch = world.drawn()
    for drawn in epoch.witnesses:
        world.revoke(drawn.lfdi)
    assert world.epoch().witnesses == epoch.witnesses


def test_an_epoch_keeps_the_rules_of_its_opening(world):
    world.open()
    world.rule(type(RULES)(needed=3, witnesses=9))
    assert world.epoch().needed == RULES.needed


def test_what_means_nothing_any_more_is_forgotten_over_several_blocks(world, monkeypatch):
    monkeypatch.setattr(epochs, "PRUNED_AT_ONCE", 2)
    roots = [samples.tree(seed=seed).root for seed in (0, 1)]
    epoch = world.drawn(asked=2)
    world.submit(RELAYER, "existence:publish", publication(epoch, *roots))
    world.advance_to(epoch.starts_at_s)
    world.submit(RELAYER, "existence:spend", spending(samples.receipt()))
    over_s = epoch.ends_at_s + epoch.grace_s
    for block in range(3):
        assert any(key.startswith(("asked/", "spent/", "tree/")) for key in world.contract_state())
        world.advance_to(over_s + 1 + block)
    world.advance_to(over_s + 9)
    kinds = {key.partition("/")[0] for key in world.contract_state()}
    assert not kinds & {"asked", "spent", "tree"}
    assert [event.name for event in world.events].count("epoch_forgotten") == 1
    assert world.evaluate(HOME, "existence:read_epoch", EpochOf(number=1), Epoch) == epoch
