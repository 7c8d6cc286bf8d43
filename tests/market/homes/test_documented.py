"""docs/energy-models.md has every quantity of homes and devices, with the default that the code has."""

from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from wattloom.market.homes.devices.battery import Battery
from wattloom.market.homes.devices.ev import ElectricVehicle
from wattloom.market.homes.devices.hvac import Hvac
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.devices.shiftable import Shiftable
from wattloom.market.homes.home import DemandResponse, Home, Tariff

PAGE = Path(__file__).parents[3] / "docs" / "energy-models.md"
RECORDS = (Home, Tariff, DemandResponse, MustRun, Renewable, Hvac, Battery, Shiftable, ElectricVehicle)


def stated_defaults():
    rows = (line.split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `"))
    return {row[1].strip(" `"): row[3].strip() for row in rows}


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_stands_on_the_page_with_its_default(record):
    ours = {
        f"{record.__name__}.{field.name}": "" if field.default is MISSING else str(field.default)
        for field in fields(record)
    }
    page = {name: text for name, text in stated_defaults().items() if name.startswith(f"{record.__name__}.")}
    assert page == ours
