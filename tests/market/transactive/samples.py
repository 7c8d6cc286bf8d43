"""Small communities of hand-made homes."""

import numpy as np

from tests.market.homes.samples import home, hvac
from wattloom.market.homes.community import Community
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.home import Tariff


def community_of(*homes):
    slots, slot_s = homes[0].slots, homes[0].slot_s
    return Community("made", slots, slot_s, 0, homes, synthetic=True, description="made for a test")


def rigid_home(home_id, load_kwh, *devices, **changes):
    """A home with nothing to move: it cannot use a watt-hour more than its load."""
    tariff = Tariff(0.2, 1.0, 0.08)
    load = MustRun(np.array(load_kwh))
    return home(load, *devices, home_id=home_id, slots=len(load_kwh), tariff=tariff, **changes)


def random_community(seed, *, slots=6):
    """Two to four homes, rigid or with a heat pump, some with sun; one has more sun than it can use."""
    random = np.random.default_rng(seed)
    homes = []
    for number in range(random.integers(2, 5)):
        devices = [] if random.random() < 0.3 else [hvac(random.uniform(12.0, 32.0, slots), power_kw=4.0)]
        if number == 0 or random.random() < 0.3:
            devices.append(Renewable("pv", random.uniform(0.0, 4.0, slots)))
        homes.append(rigid_home(f"home{number}", random.gamma(2.0, 0.4, slots), *devices))
    return community_of(*homes)
