from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from wattloom.market.data import clock
from wattloom.market.data.errors import DataError
from wattloom.market.data.table import Row


def row(text):
    return Row(file=Path("homes.csv"), line=7, cells={"t": text})


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_a_zoned_stamp_keeps_the_day_of_its_own_clock():
    stamp = clock.zoned(row("2012-11-05T00:30+11:00"), "t")
    assert stamp == clock.Stamp(day=date(2012, 11, 5), at_s=utc("2012-11-04T13:30"))
    assert clock.zoned(row("2012-11-04T13:30Z"), "t").at_s == stamp.at_s


def test_sydney_keeps_daylight_time_from_october_to_april():
    assert clock.sydney(row("2012-11-05 00:00:00"), "t").at_s == utc("2012-11-04T13:00")
    assert clock.sydney(row("2012-07-05 00:00:00"), "t").at_s == utc("2012-07-04T14:00")
    assert (
        clock.sydney(row("2012-10-07 03:00:00"), "t").at_s
        - clock.sydney(row("2012-10-07 01:00:00"), "t").at_s
        == 3600
    )
    assert (
        clock.sydney(row("2013-04-07 03:00:00"), "t").at_s
        - clock.sydney(row("2013-04-07 01:00:00"), "t").at_s
        == 3 * 3600
    )


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (clock.zoned, "2012-11-05T00:00", "has no time zone"),
        (clock.zoned, "5/11/2012 0:00", "is not a date and time"),
        (clock.zoned, "2012-11-05T00:00:00.5Z", "is implausible"),
        (clock.zoned, "0012-11-05T00:00Z", "is implausible"),
        (clock.zoned, " ", "is blank"),
        (clock.naive, "2012-11-05T00:00Z", "has a time zone"),
        (clock.sydney, "2012-10-07 02:30:00", "skipped or repeated"),
        (clock.sydney, "2013-04-07 02:00:00", "skipped or repeated"),
    ],
)
def test_a_wrong_clock_is_named_with_its_place(read, text, says):
    with pytest.raises(DataError, match=says) as refusal:
        read(row(text), "t")
    assert (refusal.value.line, refusal.value.column) == (7, "t")
    assert refusal.value.remedy
