"""The request form: users settle at random intervals, ask for what they lack, and neighbours offer.

Source: the CE-SDT paper, 2 (workflow) and 4.1 (random settlement interval, storage of own generation only).
"""

import heapq
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from wattloom.chaincode.api import Page
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.auction.messages import PageOfOffers, PlaceOffer, RequestEnergy
from wattloom.chaincode.auction.records import Offer, Request
from wattloom.market.auction.simulation.ledger import (
    AUDITOR,
    MARKET,
    Call,
    Ledger,
    number_of,
    suggestion,
    user,
)
from wattloom.market.auction.simulation.population import INTERVALS, OFFERS, Flows, Population, generator
from wattloom.market.auction.simulation.profiles import HOUR_S, HOURS, LOCAL_S
from wattloom.market.auction.simulation.setup import (
    LONGEST_MIN,
    MINUTE_S,
    OFFERS_S,
    SHORTEST_MIN,
    START_S,
    STORAGE_WH,
    Setup,
)
from wattloom.market.auction.simulation.tally import Tally
from wattloom.market.auction.strategies import Situation, Strategy

LEAD_S = OFFERS_S + 2
"""How long before its interval a request is made: its offers are awaited, and the ledger closes it."""


class Need(NamedTuple):
    """What a user lacks in an interval."""

    user: int
    start_s: int
    end_s: int
    energy_wh: int


class RequestForm:
    """One run of the request form, minute by minute; what is settled at one minute is asked in one block."""

    def __init__(
        self, setup: Setup, people: Population, strategy: Strategy, ledger: Ledger, tally: Tally
    ) -> None:
        self._setup, self._strategy, self._ledger, self._tally = setup, strategy, ledger, tally
        self._flows = Flows(people.net_wh)
        self._own_need: list[list[int]] = people.own_need_wh().tolist()
        self._intervals = generator(setup.seed, INTERVALS)
        self._choices = generator(setup.seed, OFFERS)
        self._generating: list[bool] = people.generating.tolist()
        self._sellers = np.flatnonzero(people.generating)
        self._stored_wh = [0] * setup.users
        self._surplus_wh = [0] * setup.users
        """What an interval that is still going on will leave over."""

    def run(self) -> Iterator[int]:
        """Settle everybody's intervals until the run's end; yield the time at the end of each hour."""
        due = [(START_S, number) for number in range(self._setup.users)]
        hour_end_s = START_S + HOUR_S
        while due and (now_s := due[0][0]) < self._setup.end_s:
            if now_s >= hour_end_s:
                self._ledger.tidy()
                yield hour_end_s
                hour_end_s += HOUR_S
            needs = []
            while due and due[0][0] == now_s:
                _, number = heapq.heappop(due)
                need = self._settle(number, now_s)
                heapq.heappush(due, (need.end_s, number))
                if need.energy_wh:
                    needs.append(need)
            if needs:
                self._trade(needs)
        for number in range(self._setup.users):
            self._bank(number)
        self._tally.left_wh = sum(self._stored_wh)
        yield self._setup.end_s

    def _settle(self, number: int, now_s: int) -> Need:
        """Bank what the last interval left over, and serve the next one from storage as far as it goes."""
        self._bank(number)
        minutes = int(self._intervals.integers(SHORTEST_MIN, LONGEST_MIN, endpoint=True))
        end_s = min(now_s + minutes * MINUTE_S, self._setup.end_s)
        net_wh = self._flows.energy_wh(number, now_s, end_s)
        if net_wh <= 0:
            self._surplus_wh[number] = -net_wh
            return Need(number, now_s, end_s, 0)
        own_wh = min(self._stored_wh[number], net_wh)
        self._stored_wh[number] -= own_wh
        return Need(number, now_s, end_s, net_wh - own_wh)

    def _bank(self, number: int) -> None:
        """Store what a metered interval left over, and feed in what storage has no room for."""
        level_wh = self._stored_wh[number] + self._surplus_wh[number]
        self._stored_wh[number] = min(level_wh, STORAGE_WH)
        self._tally.fed_in_wh[number] += level_wh - self._stored_wh[number]
        self._surplus_wh[number] = 0

    def _trade(self, needs: Sequence[Need]) -> None:
        """Ask for what is lacking, let neighbours offer until the timeout, and note what came of it."""
        asked_s = needs[0].start_s - LEAD_S
        answers = self._ledger.block([self._request(need) for need in needs], time_s=asked_s)
        requests = [decode(answer, Request) for answer in answers]
        offers = self._offers(needs, requests)
        self._ledger.block(offers, time_s=asked_s)
        self._ledger.block([], time_s=needs[0].start_s - 1)
        self._tally.requests += len(requests)
        self._tally.offers += len(offers)
        offering = {call.argument.request_id for call in offers if isinstance(call.argument, PlaceOffer)}
        for need, request in zip(needs, requests, strict=True):
            if request.request_id in offering:
                self._conclude(need, self._closed(request))
            else:
                self._supplied(need, grid_wh=need.energy_wh)

    def _request(self, need: Need) -> Call:
        request = RequestEnergy(
            market_id=MARKET,
            start_s=need.start_s,
            duration_s=need.end_s - need.start_s,
            need_wh=need.energy_wh,
            offers_s=OFFERS_S,
        )
        return Call(user(need.user), "auction:request_energy", request)

    def _offers(self, needs: Sequence[Need], requests: Sequence[Request]) -> list[Call]:
        """Return what neighbours offer: each what it has, in an order that chance decides."""
        left_wh = {number: self._for_sale(number, needs[0].start_s) for number in self._sellers.tolist()}
        calls: list[Call] = []
        for need, request in zip(needs, requests, strict=True):
            ready = [number for number, wh in left_wh.items() if wh > 0 and number != need.user]
            if not ready:
                continue
            most = min(self._setup.most_offers, len(ready))
            offering = self._choices.choice(np.array(ready), size=most, replace=False)
            for number, price in zip(offering.tolist(), self._quotes(offering, need), strict=True):
                energy_wh = min(left_wh[number], need.energy_wh)
                left_wh[number] -= energy_wh
                calls.append(_offer(number, request, energy_wh, price))
        return calls

    def _for_sale(self, number: int, at_s: int) -> int:
        if not self._setup.keeps_own:
            return self._stored_wh[number]
        own_wh = self._own_need[number][(at_s + LOCAL_S) // HOUR_S % HOURS]
        return self._stored_wh[number] - own_wh

    def _quotes(self, sellers: np.ndarray[tuple[int], np.dtype[np.intp]], need: Need) -> list[int]:
        said = suggestion(self._ledger, start_s=need.start_s, duration_s=need.end_s - need.start_s)
        situation = Situation(said.grid_nano_per_wh, said.feed_in_nano_per_wh, said.price_nano_per_wh)
        prices: list[int] = self._strategy.quote(sellers, np.zeros(sellers.size, bool), situation).tolist()
        return prices

    def _closed(self, request: Request) -> list[Offer]:
        page = PageOfOffers(market_id=MARKET, request_id=request.request_id, limit=1_000)
        return self._ledger.ask(AUDITOR, "auction:list_offers", page, Page[Offer]).items

    def _conclude(self, need: Need, offers: Sequence[Offer]) -> None:
        """Take what was sold out of the sellers' storage."""
        numbers = [number_of(offer.party_id) for offer in offers]
        for number, offer in zip(numbers, offers, strict=True):
            self._stored_wh[number] -= offer.accepted_wh
            self._tally.sold_wh[number] += offer.accepted_wh
        served = np.array([offer.accepted_wh == offer.energy_wh for offer in offers])
        self._strategy.observe(np.array(numbers, dtype=np.intp), served)
        bought_wh = sum(offer.accepted_wh for offer in offers)
        self._tally.bought_wh[need.user] += bought_wh
        self._supplied(need, grid_wh=need.energy_wh - bought_wh)

    def _supplied(self, need: Need, *, grid_wh: int) -> None:
        self._tally.supply(need.user, need.start_s, need.end_s, need_wh=need.energy_wh, grid_wh=grid_wh)


def _offer(number: int, request: Request, energy_wh: int, price: int) -> Call:
    offer = PlaceOffer(
        market_id=MARKET,
        slot_start_s=request.slot_start_s,
        request_id=request.request_id,
        energy_wh=energy_wh,
        price_nano_per_wh=price,
    )
    return Call(user(number), "auction:place_offer", offer)
