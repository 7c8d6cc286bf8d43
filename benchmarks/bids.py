"""Signed orders and offers through the gateway: throughput, confirmation, CPU; measured as transfers are.

Every client is a home with its own key and TLS connection. Homes of even number sell, the others buy; each
puts 20 orders into a slot's book, then goes on to the next slot. Offers go to open requests in turn, as long
as each takes any.
"""

import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.gateway import measure, serving
from benchmarks.members import BACKDATE_S, CHAIN_ID, ORGANISATION, WEALTH_NANO
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.auction.messages import (
    OpenMarket,
    PlaceOffer,
    PlaceOrder,
    RequestEnergy,
    SetTariff,
)
from wattloom.chaincode.auction.records import OrderTerms, Request, Side
from wattloom.chaincode.auction.units import DAY_S, MAX_OFFERS, MAX_ORDERS_OF_HOME
from wattloom.chaincode.registry.genesis import GenesisAccount
from wattloom.chaincode.registry.records import Home
from wattloom.identity.certificates import Authority
from wattloom.identity.credentials import ClientIdentity
from wattloom.identity.tls import TlsAuthority
from wattloom.network.client import AsyncClient
from wattloom.network.solo import LedgerFolder
from wattloom.network.solo.create import create_ledger

CLIENTS = (16, 64)
SECONDS = 6.0
MARKET = "street"
SLOT_S, GATE_S = 3_600, 600
GRID, FEED_IN, PRICE = 500_000, 100_000, 300_000
OFFERS_S = 7_200
REQUESTS = 40
"""Open at a time: together they take 20,000 offers."""


def run(clients: tuple[int, ...] = CLIENTS, seconds: float = SECONDS) -> list[dict[str, Any]]:
    """Return one figure per kind of bid and number of clients."""
    return [
        {"call": kind, **figure}
        for kind in ("place_order", "place_offer")
        for count in clients
        for figure in [_figure(kind, count, seconds)]
    ]


def _figure(kind: str, count: int, seconds: float) -> dict[str, Any]:
    """Return the figure of one kind of bid on a ledger of its own, so that no figure depends on another."""
    with tempfile.TemporaryDirectory(prefix="wattloom-bench-") as scratch:
        street = Street(Path(scratch), homes=count)
        with serving(street.folder) as (address, process):

            async def steps() -> dict[str, Any]:
                await street.open(address, requests=kind == "place_offer")
                act = street.order if kind == "place_order" else street.offer
                return await measure(
                    street.homes, address, street.ca_pem, process.pid, seconds, Path(scratch), act=act
                )

            return asyncio.run(steps())


class Street:
    """A solo ledger with homes that have money, and a market whose slots are hours of the next days."""

    def __init__(self, scratch: Path, *, homes: int) -> None:
        start_s = int(time.time()) - BACKDATE_S
        authority = Authority.create("bench CA", organisation=ORGANISATION, not_before_s=start_s)

        def member(name: str, role: str) -> ClientIdentity:
            return authority.issue_client(name, role=role, not_before_s=start_s)

        self.homes = [member(f"h{index}", "home") for index in range(homes)]
        self._asking = member("asking", "home")
        self._grid, self._registrar = member("grid", "utility"), member("office", "registrar")
        self._names = ["asking", *(f"h{index}" for index in range(homes))]
        self.folder: LedgerFolder = create_ledger(
            scratch / "ledger",
            chain_id=CHAIN_ID,
            organisations=[authority],
            accounts=[
                GenesisAccount(party_id=f"{ORGANISATION}.{name}", free_nano=WEALTH_NANO)
                for name in sorted([*self._names, "grid"])
            ],
        )
        self.ca_pem = TlsAuthority.load(self.folder.tls_path).ca_pem
        self._first_slot_s = (int(time.time()) // SLOT_S + 5) * SLOT_S
        self._requests: list[Request] = []
        self._sent: Counter[int] = Counter()

    async def open(self, address: str, *, requests: bool) -> None:
        """Register the homes, open the market, and ask for energy where offers are to be measured."""
        async with self._client(address, self._registrar) as registrar:
            for name in self._names:
                home = Home(party_id=f"{ORGANISATION}.{name}", limit_wh=10**6)
                await registrar.submit("registry:register_home", home)
        async with self._client(address, self._grid) as grid:
            await grid.submit("auction:open_market", OpenMarket(market_id=MARKET, gate_closure_s=GATE_S))
            today_s = int(time.time()) // DAY_S * DAY_S
            for day_start_s in range(today_s, today_s + 4 * DAY_S, DAY_S):
                await grid.submit("auction:set_tariff", _tariff(day_start_s))
        async with self._client(address, self._asking) as asking:
            for _ in range(REQUESTS if requests else 0):
                receipt = await asking.submit("auction:request_energy", self._need(), Request)
                self._requests.append(receipt.result)

    async def order(self, client: AsyncClient, index: int) -> None:
        """Place a home's next order."""
        slot, self._sent[index] = self._sent[index] // MAX_ORDERS_OF_HOME, self._sent[index] + 1
        side = Side.BUY if index % 2 else Side.SELL
        terms = OrderTerms(side=side, energy_wh=1_000, price_nano_per_wh=PRICE + self._sent[index])
        slot_start_s = self._first_slot_s + slot * SLOT_S
        placed = PlaceOrder(market_id=MARKET, slot_start_s=slot_start_s, terms=terms)
        await client.submit("auction:place_order", placed)

    async def offer(self, client: AsyncClient, index: int) -> None:
        """Make a home's next offer, to the request after that of its last."""
        number, self._sent[-1] = self._sent[-1], self._sent[-1] + 1
        if number >= REQUESTS * MAX_OFFERS:
            raise RuntimeError("all requests have as many offers as they take: measure for less time")
        asked = self._requests[number % REQUESTS]
        placed = PlaceOffer(
            market_id=MARKET,
            slot_start_s=asked.slot_start_s,
            request_id=asked.request_id,
            energy_wh=10,
            price_nano_per_wh=PRICE + index,
        )
        await client.submit("auction:place_offer", placed)

    def _need(self) -> RequestEnergy:
        return RequestEnergy(
            market_id=MARKET,
            start_s=self._first_slot_s,
            duration_s=SLOT_S,
            need_wh=1_000,
            offers_s=OFFERS_S,
        )

    def _client(self, address: str, identity: ClientIdentity) -> AsyncClient:
        return AsyncClient([address], ca_certificate=self.ca_pem, identity=identity)


def _tariff(day_start_s: int) -> SetTariff:
    return SetTariff(
        market_id=MARKET,
        day_start_s=day_start_s,
        grid_nano_per_wh=Int64Array([GRID]),
        feed_in_nano_per_wh=Int64Array([FEED_IN]),
    )
