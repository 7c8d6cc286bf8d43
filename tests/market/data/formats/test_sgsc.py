from datetime import date

import pytest

from tests.market.data.samples import write
from wattloom.market.data.errors import DataError
from wattloom.market.data.read import read_homes


def wide(**values):
    labels = [f"2012-11-0{1 + n // 48} {n % 48 // 2:02d}:{n % 2 * 30:02d}:00" for n in range(1, 97)]
    return [
        "interval_end_aest,7,8",
        *(f"{label},0.1,{values.get(f'at_{n}', '0.2')}" for n, label in enumerate(labels)),
    ]


def test_a_label_is_the_end_of_its_half_hour_so_midnight_closes_the_day(tmp_path):
    measured = read_homes(write(tmp_path / "homes.csv", wide(at_47="0.9", at_48="0.3")))
    assert (measured.day, measured.slot_start_s) == (date(2012, 11, 1), 1_351_692_000)
    assert [home.home_id for home in measured.homes] == ["SGSC7", "SGSC8"]
    assert measured.homes[1].load_kwh[-1] == 0.9


def test_a_gap_stands_in_the_way_of_its_own_day_only(tmp_path):
    file = write(tmp_path / "homes.csv", wide(at_50=""))
    assert read_homes(file, day=date(2012, 11, 1)).slots == 48
    with pytest.raises(DataError, match="column 8: is blank"):
        read_homes(file, day=date(2012, 11, 2))
