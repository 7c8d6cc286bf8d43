from datetime import date

import pytest

from tests.market.data.samples import write
from wattloom.market.data.errors import DataError
from wattloom.market.data.formats.ausgrid import HALF_HOURS
from wattloom.market.data.read import read_homes

TITLE = "2012-2013 Solar home electricity data," + "," * 53
HEADER = [
    "Customer",
    "Generator Capacity",
    "Postcode",
    "Consumption Category",
    "date",
    *HALF_HOURS,
    "Row Quality",
]


def line(category, day="1/07/2012", value="0.25", customer="12", quality=""):
    return ",".join([customer, "1.04", "2076", category, day, *[value] * 48, quality])


def original(tmp_path, *lines, day=None):
    return read_homes(write(tmp_path / "solar.csv", [TITLE, ",".join(HEADER), *lines]), day=day)


def test_labels_name_the_end_of_each_half_hour():
    assert (HALF_HOURS[0], HALF_HOURS[1], HALF_HOURS[-1], len(HALF_HOURS)) == ("0:30", "1:00", "0:00", 48)


def test_general_and_controlled_load_add_up_and_generation_stands_apart(tmp_path):
    measured = original(tmp_path, line("CL", value="0.5"), line("GC"), line("GG", value="0.1", quality="NA"))
    assert (measured.slots, measured.slot_s, measured.homes[0].home_id) == (48, 1800, "AUS12")
    assert measured.homes[0].load_kwh.tolist() == [0.75] * 48
    assert measured.homes[0].pv_kwh.tolist() == [0.1] * 48


@pytest.mark.parametrize(("day", "starts_utc_s"), [("1/07/2012", 1_341_064_800), ("5-Nov-12", 1_352_034_000)])
def test_days_start_at_midnight_in_sydney(tmp_path, day, starts_utc_s):
    assert original(tmp_path, line("GC", day)).slot_start_s == starts_utc_s


def test_other_days_are_left_unread(tmp_path):
    lines = (
        line("GC", "1/07/2012"),
        line("GC", "2/07/2012", value="broken"),
        line("GC", "3/07/2012", value="1"),
    )
    assert original(tmp_path, *lines).homes[0].load_kwh.sum() == 12.0
    assert original(tmp_path, *lines, day=date(2012, 7, 3)).homes[0].load_kwh.sum() == 48.0


@pytest.mark.parametrize(
    ("lines", "says", "column"),
    [
        ([line("GX")], "'GX' is unknown", "Consumption Category"),
        ([line("GC", "2012-07-01")], "is not a date", "date"),
        ([line("GC", "7/10/2012")], "the clock changes on 2012-10-07", "date"),
        ([line("GC", value="-0.1")], "outside 0", "0:30"),
        ([line("GC"), line("GC")], "goes back in time", None),
        ([line("GG", value="0.9")], "is more than 1.352 kW gives", "0:30"),
    ],
)
def test_faults_are_named(tmp_path, lines, says, column):
    with pytest.raises(DataError, match=says) as refusal:
        original(tmp_path, *lines)
    assert refusal.value.column == column
