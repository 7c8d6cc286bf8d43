from contextlib import suppress
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.market.data.samples import (
    SHARED,
    WEEK_HOMES,
    homes_csv,
    hours,
    needs_shared_data,
    weather_csv,
    write,
)
from wattloom.market.data.errors import DataError
from wattloom.market.data.read import read_homes, read_weather

START_S = 1_352_034_000  # 2012-11-05T00:00+11:00


def read(tmp_path, lines, day=None):
    return read_homes(write(tmp_path / "homes.csv", lines), day=day)


def test_our_own_layout_gives_each_home_its_day(tmp_path):
    measured = read(tmp_path, homes_csv(load="0.25"))
    assert (measured.day, measured.slots, measured.slot_s, measured.slot_start_s) == (
        date(2012, 11, 5),
        24,
        3600,
        START_S,
    )
    assert [home.home_id for home in measured.homes] == ["ann", "bob"]
    assert measured.homes[0].load_kwh.tolist() == [0.25] * 24
    assert measured.homes[0].pv_kwh.tolist() == [0.1] * 24


def test_rows_may_go_by_time_first_or_by_home_first(tmp_path):
    header, *rows = homes_csv()
    by_time = [header, *sorted(rows)]
    assert [home.load_kwh.sum() for home in read(tmp_path, by_time).homes] == [12.0, 12.0]


def test_the_first_day_is_taken_unless_another_is_named(tmp_path):
    header, *rows = homes_csv(ids=("ann",))
    later = [row.replace("2012-11-05", "2012-11-06").replace(",0.5,", ",1.5,") for row in rows]
    assert read(tmp_path, [header, *rows, *later]).homes[0].load_kwh.sum() == 12.0
    assert read(tmp_path, [header, *rows, *later], day=date(2012, 11, 6)).homes[0].load_kwh.sum() == 36.0
    with pytest.raises(DataError, match="has no rows of 2012-11-07"):
        read(tmp_path, [header, *rows, *later], day=date(2012, 11, 7))


def changed(place, old, new):
    lines = homes_csv()
    assert old in lines[place]
    lines[place] = lines[place].replace(old, new)
    return lines


def without(*places):
    return [line for place, line in enumerate(homes_csv()) if place not in places]


def off_grid():
    return [line.replace("T03:00", "T03:10") for line in homes_csv()]


LINES = homes_csv()


@pytest.mark.parametrize(
    ("lines", "says", "line", "column"),
    [
        (changed(3, "0.5", "-0.5"), "outside 0 to", 4, "load_kwh"),
        (changed(3, "0.5", "half"), "is not a number", 4, "load_kwh"),
        (changed(3, "0.5", ""), "is blank", 4, "load_kwh"),
        (changed(3, "0.5", "nan"), "is not finite", 4, "load_kwh"),
        (changed(3, "0.1", "500"), "convert from Wh", 4, "pv_kwh"),
        (changed(3, "+11:00", ""), "has no time zone", 4, "slot_start"),
        (changed(3, "T02", "T05"), "goes back in time", 5, None),
        (changed(3, "T02", "T01"), "repeats the slot", 4, None),
        ([*LINES[:5], LINES[4], *LINES[5:]], "remove the duplicate row", 6, None),
        (without(5), "home ann lacks its load at 2012-11-04T17:00Z", 24, "load_kwh"),
        (without(5, 29), "has 23 slots of 3600 s on 2012-11-05 where a day has 24", None, None),
        (without(24, 48), "has 23 slots", None, None),
        (LINES[:1], "has no rows", None, None),
        (LINES[:2], "has slots of 0 s", None, None),
        (off_grid(), "has slots of 3000 s", None, None),
    ],
)  # fmt: skip
def test_a_faulty_row_is_named_with_line_column_and_remedy(tmp_path, lines, says, line, column):
    with pytest.raises(DataError, match=says) as refusal:
        read(tmp_path, lines)
    assert (refusal.value.line, refusal.value.column) == (line, column)
    assert refusal.value.remedy


def test_watt_hours_are_told_from_kilowatt_hours_by_the_rating(tmp_path):
    lines = [
        f"{row},{'pv_capacity_kw' if place == 0 else '1.5'}" for place, row in enumerate(homes_csv(pv="2.1"))
    ]
    with pytest.raises(DataError, match=r"is more than 1\.95 kW gives"):
        read(tmp_path, lines)


def test_half_hours_beyond_what_a_home_draws_are_refused(tmp_path):
    header, *rows = homes_csv(ids=("ann",), load="13")
    halves = sorted([*rows, *(row.replace(":00:00+", ":30:00+") for row in rows)])
    with pytest.raises(DataError, match=r"13.0 kWh in 1800 s is more than 25 kW gives"):
        read(tmp_path, [header, *halves])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 48), cut=st.integers(0, 40), noise=st.text(max_size=6))
def test_any_damage_is_read_or_refused_but_never_crashes(tmp_path, place, cut, noise):
    lines = homes_csv()
    lines[place] = lines[place][:cut] + noise + lines[place][cut + 1 :]
    (tmp_path / "homes.csv").write_text(
        "\n".join(lines), encoding="utf-8", errors="surrogatepass", newline=""
    )
    with suppress(DataError):
        measured = read_homes(tmp_path / "homes.csv")
        assert all(np.isfinite(home.load_kwh).all() and home.load_kwh.size == 24 for home in measured.homes)


def weather(tmp_path, lines, **changes):
    file = write(tmp_path / "weather.csv", lines)
    return read_weather(file, **({"slot_start_s": START_S, "slots": 24, "slot_s": 3600} | changes))


def test_weather_is_cut_to_the_slots_of_the_homes(tmp_path):
    assert weather(tmp_path, weather_csv()).temp_c.tolist() == [18 + hour / 4 for hour in range(24)]
    part = weather(tmp_path, weather_csv(), slot_start_s=START_S + 7200, slots=2)
    assert (part.temp_c.tolist(), part.wind_pu.tolist()) == ([18.5, 18.75], [0.25, 0.25])


def test_finer_weather_is_averaged_over_each_slot(tmp_path):
    halves = ["slot_start,temp_c"]
    for hour in hours():
        halves += [f"{hour}+11:00,10", f"{hour.replace(':00:00', ':30:00')}+11:00,20"]
    measured = weather(tmp_path, halves)
    assert measured.temp_c.tolist() == [15.0] * 24
    assert measured.wind_pu is None


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (weather_csv()[:20], "lacks the slot at 2012-11-05T08:00Z"),
        (weather_csv(offset="+10:00"), "lacks the slot at 2012-11-04T13:00Z"),
        ([line.replace("18.0,", "291.15,") for line in weather_csv()], "convert from K or F"),
        ([line.replace(",0.25", ",7.5") for line in weather_csv()], "not a speed in m/s"),
        ([*weather_csv(), weather_csv()[-1]], "repeats the slot"),
    ],
)
def test_weather_that_does_not_fit_is_refused(tmp_path, lines, says):
    with pytest.raises(DataError, match=says):
        weather(tmp_path, lines)


@needs_shared_data
@pytest.mark.parametrize(
    ("name", "day", "homes", "slots", "load_kwh", "pv_kwh"),
    [
        ("week_nsw_2012-11-05_homes_hourly.csv.gz", date(2012, 11, 5), 40, 24, 495.389, 47.743),
        ("ausgrid_nov2012.csv.gz", date(2012, 11, 1), 8, 24, 100.824, 29.585),
        ("ausgrid_8homes_fy2012_13_hourly.csv.gz", date(2013, 1, 18), 8, 24, 160.403, 59.576),
        ("sgsc_nov2012_load_halfhour.csv.gz", date(2012, 11, 1), 64, 48, 590.144, 0.0),
    ],
)
def test_real_files_are_read_to_the_watt_hour(name, day, homes, slots, load_kwh, pv_kwh):
    measured = read_homes(SHARED / name, day=day)
    assert (len(measured.homes), measured.slots) == (homes, slots)
    assert sum(home.load_kwh.sum() for home in measured.homes) == pytest.approx(load_kwh, abs=1e-6)
    assert sum(home.pv_kwh.sum() for home in measured.homes) == pytest.approx(pv_kwh, abs=1e-6)


@needs_shared_data
def test_one_home_reads_alike_from_two_files():
    week, month = (
        read_homes(SHARED / name, day=date(2012, 11, 8))
        for name in (WEEK_HOMES.name, "ausgrid_nov2012.csv.gz")
    )
    assert week.slot_start_s == month.slot_start_s
    for home in month.homes:
        twin = next(one for one in week.homes if one.home_id == home.home_id)
        assert twin.load_kwh == pytest.approx(home.load_kwh, abs=1e-9)


@needs_shared_data
def test_hourly_and_half_hourly_weather_agree():
    slots = {"slot_start_s": START_S, "slots": 24, "slot_s": 3600}
    hourly = read_weather(SHARED / "week_nsw_2012-11-05_exogenous_hourly.csv", **slots)
    half_hourly = read_weather(SHARED / "sydney_nov2012_weather_demand_halfhour.csv", **slots)
    assert hourly.temp_c == pytest.approx(half_hourly.temp_c, abs=0.01)
    assert hourly.wind_pu == pytest.approx(half_hourly.wind_pu, abs=0.001)


@needs_shared_data
@pytest.mark.parametrize(
    ("name", "day", "says"),
    [
        ("ausgrid_8homes_fy2012_13_hourly.csv.gz", date(2012, 10, 7), "skipped or repeated"),
        ("sgsc_nov2012_load_halfhour.csv.gz", date(2012, 11, 3), "is blank"),
        ("sgsc_nov2012_manifest.csv", None, "the header lacks"),
    ],
)
def test_real_files_with_gaps_and_broken_clocks_say_so(name, day, says):
    with pytest.raises(DataError, match=says):
        read_homes(SHARED / name, day=day)
