from datetime import UTC, datetime

import pytest

from tests.market.auction.simulation.samples import write_tariffs
from wattloom.market.auction.simulation.prices import PEAK, prices
from wattloom.market.data.errors import DataError

ANY = "EASO_TOU,import,30,AUc/kWh,00:00,24:00,all"
PEAK_ROW = "EASO_TOU,import,60,AUc/kWh,14:00,20:00,weekday"
NIGHT = "EASO_TOU,import,15,AUc/kWh,22:00,07:00,all"


def at(found, *moment):
    """The price at a moment of the clock of Sydney in summer."""
    return found.at(int(datetime(*moment, tzinfo=UTC).timestamp()) - 11 * 3600)


def test_windows_are_laid_over_weekdays_and_weekends_by_the_local_clock(tmp_path):
    found = prices(write_tariffs(tmp_path, ANY, PEAK_ROW, NIGHT))
    friday, saturday = (2012, 11, 2), (2012, 11, 3)
    assert at(found, *friday, 14) == 600_000
    assert at(found, *friday, 20) == at(found, *saturday, 14) == 300_000
    assert at(found, *friday, 23) == at(found, *saturday, 3) == 150_000


def test_without_a_tariff_prices_are_assumed(tmp_path):
    assert at(prices(None), 2012, 11, 1, 15) == PEAK
    assert prices(tmp_path).source.startswith("assumed")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (PEAK_ROW, "prices no whole week of EASO_TOU"),
        (ANY.replace("30", "9"), "below the feed-in price"),
        (ANY.replace("AUc/kWh", "USD/kWh"), "state AUc/kWh"),
        (ANY.replace("all", "sunday"), "use one of weekday"),
        (ANY.replace("00:00", "0:30"), "use whole hours"),
        (ANY.replace("30", "cheap"), "is not a number"),
        (ANY.replace("EASO_TOU", "OTHER"), "prices no whole week"),
    ],
)
def test_a_tariff_that_cannot_be_used_is_named(tmp_path, row, sentence):
    folder = write_tariffs(tmp_path, row)
    with pytest.raises(DataError, match=sentence) as refusal:
        prices(folder)
    assert refusal.value.file.name == "tariffs.csv"
