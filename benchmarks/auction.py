"""Clearing full order books in process: matching, settlement, events, state and root, without the fsync.

A book is made in memory through the contract, and carried over into an application. Then empty blocks are
executed until the book is settled; what each takes is measured, `finalize` and the write of its commit.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.accounts.records import Amount, Party
from wattloom.chaincode.api import Caller, Int64Array
from wattloom.chaincode.auction.contract import auction
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.messages import (
    OpenMarket,
    PlaceOffer,
    PlaceOrder,
    RequestEnergy,
    SetTariff,
)
from wattloom.chaincode.auction.records import OrderTerms, Request, Side
from wattloom.chaincode.genesis import GenesisEntry, GenesisState, Organisation
from wattloom.chaincode.installed import CONTRACTS
from wattloom.chaincode.metering.contract import metering
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.registry.records import Home
from wattloom.chaincode.testing import MemoryLedger, caller
from wattloom.identity.certificates import Authority
from wattloom.network.application import Application, BlockToExecute
from wattloom.network.state import Store

DAY_S = 86_400 * 20_000
SLOT_S = DAY_S + 12 * 3_600
GATE_S = 600
GRID, FEED_IN = 500_000, 100_000
UTILITY, BANK = caller("bench.grid", "utility"), caller("bench.bank", "settlement-agent")
REGISTRAR = caller("bench.office", "registrar")
ORDERS, OFFERS = 10_000, 500
MARKETS, REQUESTS = 3, 20
"""Full books, and full requests, that are due together."""

Books = Mapping[str, Mapping[str, bytes]]


def run(orders: int = ORDERS, repeats: int = 3) -> list[dict[str, Any]]:
    """Return one figure per kind of book, and one for a request with as many offers as it takes."""
    cases = [(pricing, orders // 10, 0.0) for pricing in Pricing]
    cases += [(Pricing.UNIFORM, orders // 10, 0.5), (Pricing.UNIFORM, orders, 0.0)]
    figures = [_book(pricing, orders, homes, wishing, repeats) for pricing, homes, wishing in cases]
    together = _book(Pricing.UNIFORM, orders, orders // 10, 0.0, repeats, markets=MARKETS)
    return [*figures, together, _request(OFFERS, repeats), _request(OFFERS, repeats, requests=REQUESTS)]


def _book(
    pricing: Pricing, orders: int, homes: int, wishing: float, repeats: int, *, markets: int = 1
) -> dict[str, Any]:
    """Return the figure of full books that are due in the same second, one in each market."""
    ledger, members = _neighbourhood(homes, pricing, markets=markets)
    chance = random.Random(1)  # noqa: S311 - repeatable load, no secret
    terms = [_terms(chance, number, homes, wishing) for number in range(orders)]
    began_s = time.perf_counter()
    for market in range(markets):
        for number, wanted in enumerate(terms):
            order = PlaceOrder(market_id=_market(market), slot_start_s=SLOT_S, terms=wanted)
            ledger.submit(members[number % homes], "auction:place_order", order)
    placing_us = (time.perf_counter() - began_s) / orders / markets * 1e6
    return {
        "what": f"book, {pricing}" if markets == 1 else f"{markets} books, {pricing}",
        "orders": orders * markets,
        "homes": homes,
        "with_wishes": wishing,
        "place_us": round(placing_us, 1),
        **_settled(ledger.committed.values, SLOT_S - GATE_S + 1, repeats),
    }


def _request(offers: int, repeats: int, *, requests: int = 1) -> dict[str, Any]:
    """Return the figure of requests with as many offers as they take, which end in the same second."""
    ledger, members = _neighbourhood(offers + 1, Pricing.PAY_AS_OFFER)
    need = RequestEnergy(market_id=_market(0), start_s=SLOT_S, duration_s=3_600, need_wh=5_000)
    asked = [ledger.call(members[0], "auction:request_energy", need, Request) for _ in range(requests)]
    for each in asked:
        for number, member in enumerate(members[1:]):
            offer = PlaceOffer(
                market_id=_market(0),
                slot_start_s=SLOT_S,
                request_id=each.request_id,
                energy_wh=10,
                price_nano_per_wh=FEED_IN + number,
            )
            ledger.submit(member, "auction:place_offer", offer)
    settled = _settled(ledger.committed.values, asked[0].until_s + 1, repeats)
    what = "request" if requests == 1 else f"{requests} requests"
    return {"what": what, "orders": offers * requests, "homes": offers + 1, **settled}


def _market(number: int) -> str:
    return f"street{number}"


def _neighbourhood(homes: int, pricing: Pricing, *, markets: int = 1) -> tuple[MemoryLedger, list[Caller]]:
    ledger = MemoryLedger([accounts, registry, metering, auction], time_s=DAY_S)
    members = [caller(f"bench.h{index:05d}", "home") for index in range(homes)]
    for who in (UTILITY, *members):
        ledger.submit(who, "accounts:open", Party(party_id=who.party_id))
    for home in members:
        ledger.submit(BANK, "accounts:mint", Amount(party_id=home.party_id, amount_nano=10**14))
        ledger.submit(REGISTRAR, "registry:register_home", Home(party_id=home.party_id, limit_wh=10**6))
    for number in range(markets):
        market = OpenMarket(market_id=_market(number), gate_closure_s=GATE_S, pricing=pricing)
        ledger.submit(UTILITY, "auction:open_market", market)
        tariff = SetTariff(
            market_id=_market(number),
            day_start_s=DAY_S,
            grid_nano_per_wh=Int64Array([GRID]),
            feed_in_nano_per_wh=Int64Array([FEED_IN]),
        )
        ledger.submit(UTILITY, "auction:set_tariff", tariff)
    return ledger, members


def _terms(chance: random.Random, number: int, homes: int, wishing: float) -> OrderTerms:
    """Return an order: homes of even number sell, the others buy."""
    seller = number % homes % 2 == 0
    wishes = chance.random() < wishing
    return OrderTerms(
        side=Side.SELL if seller else Side.BUY,
        energy_wh=chance.randint(100, 5_000),
        price_nano_per_wh=chance.randint(FEED_IN, GRID),
        local_only=wishes and chance.random() < 0.5,
        partner=f"bench.h{chance.randrange(homes // 2) * 2 + seller:05d}" if wishes else None,
    )


def _settled(books: Books, due_s: int, repeats: int) -> dict[str, Any]:
    """Return what blocks take from the timer until nothing is left to settle; medians of the repeats."""
    runs = [_blocks(books, due_s) for _ in range(repeats)]
    wall_ms, cpu_ms = (
        [statistics.median(times) for times in zip(*(run[kind] for run in runs), strict=True)]
        for kind in (0, 1)
    )
    return {
        "blocks": len(wall_ms),
        "longest_block_ms": round(max(wall_ms), 1),
        "longest_block_cpu_ms": round(max(cpu_ms), 1),
        "all_ms": round(sum(wall_ms), 1),
        "all_cpu_ms": round(sum(cpu_ms), 1),
    }


def _blocks(books: Books, due_s: int) -> tuple[list[float], list[float]]:
    """Return the time of each block that changes something, and its CPU time, milliseconds."""
    wall_ms: list[float] = []
    cpu_ms: list[float] = []
    with _application(books) as (application, store):
        while True:
            info = application.info()
            height = info.height + 1
            block = BlockToExecute(height=height, time_s=due_s + height, hash=bytes(32), transactions=[])
            began_s, cpu_s = time.perf_counter(), time.process_time()
            executed = application.finalize(block)
            with store.batch() as batch:
                application.commit(batch)
                took_s, used_s = time.perf_counter() - began_s, time.process_time() - cpu_s
            if executed.app_hash == info.app_hash:
                return wall_ms, cpu_ms
            wall_ms.append(took_s * 1e3)
            cpu_ms.append(used_s * 1e3)


@contextmanager
def _application(books: Books) -> Iterator[tuple[Application, Store]]:
    """Yield an application that goes on from a ledger in memory."""
    authority = Authority.create("bench CA", organisation="bench", not_before_s=DAY_S)
    carried = [
        GenesisEntry(contract=contract, key=key, value=value)
        for contract, values in books.items()
        for key, value in values.items()
    ]
    organisation = Organisation(organisation="bench", ca_certificate=authority.certificate)
    state = GenesisState(organisations=[organisation], carried=carried)
    with (
        tempfile.TemporaryDirectory(prefix="wattloom-bench-") as scratch,
        Store(Path(scratch) / "data") as store,
    ):
        application = Application(store, {1: {**CONTRACTS, auction.name: auction}})
        with store.batch() as batch:
            application.init_chain(chain_id="bench", time_s=DAY_S, app_state=state, batch=batch)
        yield application, store
