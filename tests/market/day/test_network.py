"""A market day on four validators, beside the same day on the solo ledger."""

import pytest

from tests.market.transactive.marketplace import small_community
from wattloom.market.day.ledgers import EngineName
from wattloom.market.day.run import run_day
from wattloom.network.consortium.errors import ConsortiumError


def day_on(engine, path):
    community = small_community(homes=3, slots=6)
    return run_day(community, path, engine=engine, tell=lambda _: None, progress=lambda _: None)


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    path = tmp_path_factory.mktemp("days")
    return {engine: day_on(engine, path / engine) for engine in EngineName}


def test_a_network_bills_and_trades_as_the_solo_ledger_to_the_last_integer(days):
    solo, network = days[EngineName.SOLO], days[EngineName.COMETBFT]
    assert [home.bill_nano for home in network.homes] == [home.bill_nano for home in solo.homes]
    assert [home.trade_wh for home in network.homes] == [home.trade_wh for home in solo.homes]
    assert any(home.bill_nano for home in network.homes)


def test_both_sessions_take_the_same_way_to_their_end(days):
    solo, network = days[EngineName.SOLO], days[EngineName.COMETBFT]
    assert network.residuals == solo.residuals
    assert network.ledger.transactions == solo.ledger.transactions


def test_every_check_of_a_day_on_a_network_holds(days):
    day = days[EngineName.COMETBFT]
    assert all(check.holds for check in day.checks)
    assert day.ledger.engine == "cometbft"


def test_a_network_is_not_made_where_something_stands(tmp_path):
    (tmp_path / "kept").write_text("mine", encoding="utf-8")
    with pytest.raises(ConsortiumError, match="empty"):
        day_on(EngineName.COMETBFT, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
