"""A market in memory refuses and tells as a gateway does, and runs what is due."""

import asyncio

import pytest

from wattloom.chaincode.accounts.records import Account, Amount, Party
from wattloom.chaincode.auction.messages import MarketOf
from wattloom.chaincode.auction.records import Market
from wattloom.chaincode.testing import caller
from wattloom.market.auction.memory import MemoryMarket
from wattloom.network.client import Refused

MINTED = Amount(party_id="north.bank", amount_nano=5)


@pytest.fixture
def market():
    return MemoryMarket(time_s=1_700_000_000)


async def test_refusals_of_calls_and_queries_carry_their_code(market):
    ann = market.port(caller("north.ann", "home"))
    await ann.submit("accounts:open", Party(party_id="north.ann"), Account)
    with pytest.raises(Refused) as submitted:
        await ann.submit("accounts:open", Party(party_id="north.ann"), Account)
    with pytest.raises(Refused) as asked:
        await ann.evaluate("auction:read_market", MarketOf(market_id="none"), Market)
    assert (submitted.value.code, asked.value.code) == ("ALREADY_EXISTS", "NOT_FOUND")


async def test_time_never_goes_back(market):
    await market.wait_until(1_700_000_100)
    await market.wait_until(1_700_000_050)
    assert market.ledger.time_s == 1_700_000_100


async def test_who_follows_hears_what_happens_while_it_waits(market):
    heard = []

    async def follow():
        async for event in market.port(caller("north.ann", "home")).events(
            1, contract="accounts", name="minted"
        ):
            heard.append(event.name)
            return

    bank = market.port(caller("north.bank", "settlement-agent"))
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(follow())
        await asyncio.sleep(0)
        await bank.submit("accounts:open", Party(party_id="north.bank"), Account)
        await bank.submit("accounts:mint", MINTED, Account)
    assert heard == ["minted"]
