"""Before the first round: homes come to the ledger, and their utility opens the market."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wattloom.chaincode.accounts.records import Account, Amount, Party
from wattloom.chaincode.auction.messages import Connect
from wattloom.chaincode.auction.records import Connection, Market, Tariff
from wattloom.chaincode.metering.records import Period
from wattloom.chaincode.registry.records import Home as RegisteredHome
from wattloom.market.auction.port import Port
from wattloom.market.auction.terms import AuctionTerms

REGISTRAR, BANK, GRID = "registrar", "utility", "grid"
"""The officers of `market.day.members` who register homes, pay money in, and sell and buy for the grid."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A home as its registrar and its utility know it; `generates` makes what it sells green."""

    party_id: str
    limit_wh: int
    generates: bool


async def enrol(
    officers: Mapping[str, Port], utility: str, homes: Sequence[Participant], terms: AuctionTerms
) -> None:
    """Register every home, and give it and the utility the money that the day may take at most."""
    registrar, bank = officers[REGISTRAR], officers[BANK]
    for home in homes:
        registered = RegisteredHome(party_id=home.party_id, limit_wh=home.limit_wh)
        await registrar.submit("registry:register_home", registered, RegisteredHome)
    for party_id in (utility, *(home.party_id for home in homes)):
        await registrar.submit("accounts:open", Party(party_id=party_id), Account)
    purses = {home.party_id: terms.purse_nano(home.limit_wh) for home in homes}
    purses[utility] = sum(purses.values())
    for party_id, amount_nano in purses.items():
        await bank.submit("accounts:mint", Amount(party_id=party_id, amount_nano=amount_nano), Account)


async def open_market(grid: Port, homes: Sequence[Participant], terms: AuctionTerms) -> None:
    """Open the market, state tariff and deviation prices, and say whose energy is green."""
    await grid.submit("auction:open_market", terms.market(), Market)
    for tariff in terms.tariffs():
        await grid.submit("auction:set_tariff", tariff, Tariff)
    await grid.submit("metering:open_period", terms.period(), Period)
    for home in homes:
        placed = Connect(market_id=terms.market_id, party_id=home.party_id, green=home.generates)
        await grid.submit("auction:connect", placed, Connection)
