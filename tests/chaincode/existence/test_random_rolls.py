"""Whatever comes and goes, the roll has one place for each meter on it, and draws name meters of it."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chaincode.existence.world import DESK, HOME, World, enlistment, meter
from tests.identity.existence import samples
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.existence.messages import MeterOf

METERS = 4
STEPS = st.lists(
    st.tuples(st.sampled_from(["enlist", "dismiss", "revoke_meter"]), st.integers(0, METERS - 1)), max_size=25
)


class Model:
    """The roll as a list; the last one takes the place of whoever leaves."""

    def __init__(self):
        self.roll, self.revoked, self.keys = [], set(), Counter()

    def take(self, step, lfdi):
        """Return whether the step is allowed, and do it."""
        if step == "enlist":
            if lfdi in self.revoked:
                return False
            if lfdi not in self.roll:
                self.roll.append(lfdi)
                self.keys[lfdi] += 1
            return True
        if step == "dismiss" and lfdi not in self.roll:
            return False
        if step == "revoke_meter":
            if lfdi in self.revoked:
                return False
            self.revoked.add(lfdi)
        if lfdi in self.roll:
            place, last = self.roll.index(lfdi), self.roll.pop()
            if last != lfdi:
                self.roll[place] = last
        return True


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_the_roll_is_what_came_less_what_went(steps):
    world, model = World(witnesses=0), Model()
    for step, number in steps:
        lfdi = meter(number).lfdi
        fresh = model.keys[lfdi] + (lfdi not in model.roll)
        key = samples.witness_key(number + METERS * (fresh % 2))
        request = enlistment(number, key) if step == "enlist" else MeterOf(lfdi=lfdi)
        try:
            world.submit(HOME if step == "enlist" else DESK, f"existence:{step}", request)
            allowed = True
        except ChaincodeError:
            allowed = False
        assert allowed == model.take(step, lfdi)
        assert world.roll() == model.roll
    epoch = world.drawn(asked=0)
    assert epoch.places == len(model.roll)
    assert len(epoch.witnesses) == min(3, len(model.roll))
    assert {drawn.lfdi for drawn in epoch.witnesses} <= set(model.roll)
    keys = {
        lfdi: samples.witness_key(number + METERS * (model.keys[lfdi] % 2)).blind_key
        for number, lfdi in enumerate(meter(number).lfdi for number in range(METERS))
    }
    assert all(drawn.blind_key == keys[drawn.lfdi] for drawn in epoch.witnesses)
    world.open()
    assert set(world.roll()) == set(model.roll) - {drawn.lfdi for drawn in epoch.witnesses}
