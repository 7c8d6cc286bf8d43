"""The request form, from both sides: a home asks for what it lacks, and offers what it has left."""

import numpy as np

from wattloom.chaincode.auction.messages import OfferId, PlaceOffer, RequestEnergy, RequestId, RequestLine
from wattloom.chaincode.auction.records import Offer, Request, RequestStatus
from wattloom.market.auction.hearing import Hearing
from wattloom.market.auction.looking import look_until
from wattloom.market.auction.port import Port
from wattloom.market.auction.quoting import Quoting
from wattloom.market.auction.terms import OFFERS_S, AuctionTerms
from wattloom.market.auction.trades import HomeTrades


class Requesting:
    """One home's requests, and its offers to others'."""

    def __init__(
        self,
        port: Port,
        terms: AuctionTerms,
        hearing: Hearing,
        trades: HomeTrades,
        quoting: Quoting,
        generator: np.random.Generator,
    ) -> None:
        self._port = port
        self._terms = terms
        self._hearing = hearing
        self._trades = trades
        self._quoting = quoting
        self._generator = generator
        self._asked: dict[int, str] = {}
        self._offered: dict[int, list[Offer]] = {}
        self._answered: dict[int, list[str]] = {}

    async def ask(self, slot: int, need_wh: int) -> str:
        """Ask neighbours for energy, the remainder comes from the grid; return the request's id."""
        wanted = RequestEnergy(
            market_id=self._terms.market_id,
            start_s=self._terms.starts_s(slot),
            duration_s=self._terms.slot_s,
            need_wh=need_wh,
            offers_s=OFFERS_S,
        )
        receipt = await self._port.submit("auction:request_energy", wanted, Request)
        self._asked[slot] = receipt.result.request_id
        return receipt.result.request_id

    async def answer(self, slot: int, surplus_wh: int) -> None:
        """Offer a surplus to the requests heard of, in an order of the home's own, until all is promised.

        If all homes began with the same request, the others would have no offers.
        """
        heard = self._hearing.requests.get(self._terms.starts_s(slot), {})
        open_lines = [line for id_, line in heard.items() if id_ != self._asked.get(slot)]
        for at in self._generator.permutation(len(open_lines)):
            if surplus_wh == 0:
                return
            energy_wh = min(surplus_wh, open_lines[at].need_wh)
            await self._offer(slot, open_lines[at], energy_wh)
            surplus_wh -= energy_wh

    async def close(self, slot: int) -> None:
        """Read what came of the home's request and of its offers, once the ledger has closed them."""
        if slot in self._asked:
            await self._close_request(slot, self._asked[slot])
        for request_id, offer in zip(self._answered.get(slot, []), self._offered.get(slot, []), strict=True):
            await self._close_offer(slot, request_id, offer)

    async def _offer(self, slot: int, line: RequestLine, energy_wh: int) -> None:
        offer = PlaceOffer(
            market_id=self._terms.market_id,
            slot_start_s=line.slot_start_s,
            request_id=line.request_id,
            energy_wh=energy_wh,
            price_nano_per_wh=await self._quoting.offer_price(line),
        )
        receipt = await self._port.submit("auction:place_offer", offer, Offer)
        self._offered.setdefault(slot, []).append(receipt.result)
        self._answered.setdefault(slot, []).append(line.request_id)

    async def _close_request(self, slot: int, request_id: str) -> None:
        asked = await look_until(_is_closed, lambda: self._read(slot, request_id))
        grid_nano = asked.grid_wh * asked.grid_nano_per_wh
        self._trades.neighbours_wh[slot] += asked.neighbours_wh
        self._trades.neighbours_nano[slot] += asked.amount_nano - grid_nano
        self._trades.grid_wh[slot] += asked.grid_wh
        self._trades.grid_nano[slot] += grid_nano
        self._trades.requests += 1
        self._trades.supplied_wh += asked.neighbours_wh

    async def _close_offer(self, slot: int, request_id: str, offer: Offer) -> None:
        await self._hearing.until(lambda: request_id in self._hearing.closed)
        where = self._meant(slot, request_id)
        meant = OfferId(
            market_id=where.market_id,
            slot_start_s=where.slot_start_s,
            request_id=request_id,
            offer_id=offer.offer_id,
        )
        found = await self._port.evaluate("auction:read_offer", meant, Offer)
        self._trades.neighbours_wh[slot] -= found.accepted_wh
        self._trades.neighbours_nano[slot] -= found.amount_nano
        self._quoting.learn(served=found.accepted_wh == found.energy_wh)

    async def _read(self, slot: int, request_id: str) -> Request:
        return await self._port.evaluate("auction:read_request", self._meant(slot, request_id), Request)

    def _meant(self, slot: int, request_id: str) -> RequestId:
        return RequestId(
            market_id=self._terms.market_id, slot_start_s=self._terms.starts_s(slot), request_id=request_id
        )


def _is_closed(asked: Request) -> bool:
    return asked.status is not RequestStatus.BIDDING
