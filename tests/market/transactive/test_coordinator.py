import pytest
from msgspec.structs import replace

from tests.market.transactive.marketplace import marketplace, small_community
from wattloom.chaincode.transactive.records import Phase
from wattloom.market.day.trading import SESSION
from wattloom.market.transactive import coordinator as module
from wattloom.market.transactive.coordinator import Coordinator
from wattloom.network.client import Refused


async def test_a_second_coordinator_follows_the_session_that_the_first_opened(tmp_path):
    async with (
        marketplace(tmp_path / "ledger", small_community()) as market,
        market.officer("coordinator") as client,
    ):
        await market.open()
        other_terms = replace(market.terms, max_iterations=1)
        await Coordinator(client).open(SESSION, homes=market.parties, terms=other_terms)
        assert (await Coordinator(client).read(SESSION)).session.terms == market.terms


async def test_an_ended_session_is_followed_by_one_look(tmp_path):
    async with marketplace(tmp_path / "ledger", small_community(), max_iterations=1) as market:
        await market.open()
        await market.hold()
        async with market.officer("coordinator") as client:
            views = [view async for view in Coordinator(client).follow(SESSION)]
    assert [view.progress.phase in (Phase.SETTLED, Phase.VOID) for view in views] == [True]


async def test_what_the_ledger_refuses_is_told(tmp_path):
    async with (
        marketplace(tmp_path / "ledger", small_community()) as market,
        market.officer("coordinator") as client,
    ):
        with pytest.raises(Refused) as refusal:
            await Coordinator(client).open("other", homes=["community.nobody"] * 2, terms=market.terms)
    assert refusal.value.code == "INVALID_ARGUMENT"


async def test_the_residual_log_is_read_over_several_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 3)
    async with (
        marketplace(tmp_path / "ledger", small_community(), max_iterations=7) as market,
        market.officer("coordinator") as client,
    ):
        await market.open()
        await market.hold()
        log = await Coordinator(client).residuals(SESSION)
    assert [residual.iteration for residual in log] == [1, 2, 3, 4, 5, 6, 7]
