import pytest
from msgspec.structs import replace

from tests.chaincode.existence.world import (
    DESK,
    HOME,
    PLANT,
    SOUTH_DESK,
    T0,
    World,
    enlistment,
    meter,
)
from tests.identity.existence import samples
from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.existence.errors import MeterRevoked, ProofRefused
from wattloom.chaincode.existence.messages import MeterOf
from wattloom.chaincode.existence.records import Witness
from wattloom.identity.errors import Code


def refused(world, who, function, argument, kind):
    """Submit, and see that the refusal changes nothing."""
    before = world.contract_state()
    with pytest.raises(kind) as refusal:
        world.submit(who, f"existence:{function}", argument)
    assert world.contract_state() == before
    return refusal.value


def test_meters_stand_on_the_roll_in_the_order_in_which_they_came(world):
    assert world.roll() == [meter(number).lfdi for number in range(4)]


def test_a_meter_that_enlists_again_keeps_its_place_under_its_new_key(world):
    world.submit(HOME, "existence:enlist", enlistment(1, samples.witness_key(9)))
    assert world.roll() == [meter(number).lfdi for number in range(4)]
    epoch = world.drawn()
    keys = {drawn.lfdi: drawn.blind_key for drawn in epoch.witnesses}
    assert keys.get(meter(1).lfdi) in (None, samples.witness_key(9).blind_key)


@pytest.mark.parametrize("gone", range(4))
def test_whoever_leaves_leaves_no_gap(world, gone):
    world.submit(DESK, "existence:dismiss", MeterOf(lfdi=meter(gone).lfdi))
    assert sorted(world.roll()) == sorted(meter(number).lfdi for number in range(4) if number != gone)
    assert world.open().to_draw == 3
    world.submit(HOME, "existence:enlist", enlistment(gone, samples.witness_key(9)))
    assert world.roll()[-1] == meter(gone).lfdi


def test_an_empty_roll_fills_again(world):
    for number in range(4):
        world.submit(DESK, "existence:dismiss", MeterOf(lfdi=meter(number).lfdi))
    assert world.roll() == []
    world.submit(HOME, "existence:enlist", enlistment(2, samples.witness_key(9)))
    assert world.roll() == [meter(2).lfdi]


def test_only_the_meter_itself_enlists_its_key(world):
    own, other = enlistment(1), enlistment(2)
    for forged in (replace(own, signature=other.signature), replace(own, blind_key=other.blind_key)):
        assert refused(world, HOME, "enlist", forged, ProofRefused).details == {
            "reason": Code.SIGNATURE_INVALID
        }


def test_an_old_enlistment_is_not_taken_again(world):
    first = enlistment(1, samples.witness_key(8))
    world.submit(HOME, "existence:enlist", first)
    world.submit(HOME, "existence:enlist", enlistment(1, samples.witness_key(9)))
    refused(world, HOME, "enlist", first, InvalidArgument)
    world.submit(DESK, "existence:dismiss", MeterOf(lfdi=meter(1).lfdi))
    refused(world, HOME, "enlist", first, InvalidArgument)
    forged = replace(first, version=first.version + 1_000)
    refused(world, HOME, "enlist", forged, ProofRefused)


def test_a_witness_is_shown_while_it_stands_on_the_roll(world):
    wanted = MeterOf(lfdi=meter(1).lfdi)
    shown = world.evaluate(HOME, "existence:read_witness", wanted, Witness)
    assert (shown.place, shown.blind_key) == (1, samples.witness_key(1).blind_key)
    world.submit(DESK, "existence:dismiss", wanted)
    with pytest.raises(NotFound):
        world.evaluate(HOME, "existence:read_witness", wanted, Witness)


def test_a_key_that_was_drawn_is_in_no_second_draw(world):
    """What it signed in one epoch, without seeing it, would count in the other."""
    first = world.drawn()
    renewed, *others = first.witnesses
    number = [meter(number).lfdi for number in range(4)].index(renewed.lfdi)
    world.submit(HOME, "existence:enlist", enlistment(number, samples.witness_key(9)))
    assert len(world.roll()) == 4
    world.open()
    assert sorted(world.roll()) == sorted(
        meter(number).lfdi for number in range(4) if meter(number).lfdi not in {each.lfdi for each in others}
    )
    number = [meter(number).lfdi for number in range(4)].index(others[0].lfdi)
    refusal = refused(world, HOME, "enlist", enlistment(number), InvalidArgument)
    assert "blind_key has been on the roll before" in str(refusal)


def test_a_meter_that_nobody_registered_is_refused(world):
    stranger = PLANT.issue_meter("m-9", manufactured_at_s=T0)
    refused(world, HOME, "enlist", replace(enlistment(1), lfdi=stranger.lfdi), NotFound)
    refused(world, DESK, "revoke_meter", MeterOf(lfdi=stranger.lfdi), NotFound)


def test_a_key_that_is_no_modulus_is_refused(world):
    key = type("Even", (), {"blind_key": b"\xff" * 255 + b"\xfe"})()
    refusal = refused(world, HOME, "enlist", enlistment(1, key), ProofRefused)
    assert refusal.details == {"reason": Code.KEY_MALFORMED}


def test_registrars_decide_about_meters_of_their_own_organisation(world):
    for function in ("dismiss", "revoke_meter"):
        refused(world, SOUTH_DESK, function, MeterOf(lfdi=meter(0).lfdi), Forbidden)
        refused(world, HOME, function, MeterOf(lfdi=meter(0).lfdi), Forbidden)


def test_a_revoked_meter_leaves_the_roll_for_ever(world):
    world.revoke(meter(0).lfdi)
    assert meter(0).lfdi not in world.roll()
    refused(world, HOME, "enlist", enlistment(0), MeterRevoked)
    refused(world, DESK, "revoke_meter", MeterOf(lfdi=meter(0).lfdi), AlreadyExists)
    refused(world, DESK, "dismiss", MeterOf(lfdi=meter(0).lfdi), NotFound)


def test_a_meter_that_never_enlisted_can_be_revoked():
    world = World(witnesses=0)
    world.revoke(meter(3).lfdi)
    refused(world, HOME, "enlist", enlistment(3), MeterRevoked)
