"""Markets spoken of in short: their slot is days away, their gate closes in seconds."""

import time
from collections.abc import Sequence

from tests.conformance.town import Member, Town
from tests.conformance.trading import TOMORROW_S
from wattloom.chaincode.accounts.records import Account, Party
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.auction.messages import (
    CommitOrder,
    OfferId,
    OpenMarket,
    OrderOf,
    PlaceOffer,
    PlaceOrder,
    RequestEnergy,
    RequestId,
    RevealOrder,
    SealedTerms,
    SetTariff,
    SlotOf,
)
from wattloom.chaincode.auction.records import (
    Market,
    Offer,
    Order,
    OrderTerms,
    Request,
    SealedOrder,
    Side,
    Slot,
    Tariff,
)
from wattloom.chaincode.auction.sealing import digest_of

SLOT_S = TOMORROW_S
GRID, FEED_IN = 300, 100
SALT = "5a" * 16


def bid(energy_wh: int, price: int, **wishes: object) -> OrderTerms:
    return OrderTerms(side=Side.BUY, energy_wh=energy_wh, price_nano_per_wh=price, **wishes)


def ask(energy_wh: int, price: int, **wishes: object) -> OrderTerms:
    return OrderTerms(side=Side.SELL, energy_wh=energy_wh, price_nano_per_wh=price, **wishes)


class Street:
    """A market of a new utility, with a flat tariff on the day of its slot."""

    def __init__(self, town: Town, homes: Sequence[Member], name: str, *, clears_in_s=86_400, **terms):
        self.town, self.homes = town, homes
        self.market_id = town.name(name)
        self.utility = town.member(f"{name}-grid", "utility")
        account = Party(party_id=self.utility.party_id)
        self.utility.submit("accounts:open", account, Account)
        gate_closure_s = SLOT_S - int(time.time()) - clears_in_s
        request = OpenMarket(market_id=self.market_id, gate_closure_s=gate_closure_s, **terms)
        opened = self.utility.submit("auction:open_market", request, Market)
        self.opened, self.market = opened.height, opened.result
        self.utility.submit("auction:set_tariff", self.tariff(), Tariff)

    def tariff(self, *, grid=GRID, day_start_s=SLOT_S) -> SetTariff:
        return SetTariff(
            market_id=self.market_id,
            day_start_s=day_start_s,
            grid_nano_per_wh=Int64Array([grid]),
            feed_in_nano_per_wh=Int64Array([FEED_IN]),
        )

    @property
    def where(self) -> dict[str, object]:
        return {"market_id": self.market_id, "slot_start_s": SLOT_S}

    def order(self, terms: OrderTerms) -> PlaceOrder:
        return PlaceOrder(**self.where, terms=terms)

    def place(self, home: Member, terms: OrderTerms) -> Order:
        return home.submit("auction:place_order", self.order(terms), Order).result

    def meant(self, order: Order | SealedOrder) -> OrderOf:
        return OrderOf(**self.where, order_id=order.order_id)

    def sealed(self, home: Member, terms: OrderTerms, *, cover_nano: int = 0) -> CommitOrder:
        said = SealedTerms(**self.where, party_id=home.party_id, terms=terms, salt=SALT)
        return CommitOrder(**self.where, digest=digest_of(said), cover_nano=cover_nano)

    def commit(self, home: Member, terms: OrderTerms, *, cover_nano: int = 0) -> SealedOrder:
        request = self.sealed(home, terms, cover_nano=cover_nano)
        return home.submit("auction:commit_order", request, SealedOrder).result

    def revelation(self, order: SealedOrder, terms: OrderTerms) -> RevealOrder:
        return RevealOrder(**self.where, order_id=order.order_id, terms=terms, salt=SALT)

    def need(self, need_wh: int, **terms: object) -> RequestEnergy:
        terms = {"start_s": SLOT_S, "duration_s": 3_600, **terms}
        return RequestEnergy(market_id=self.market_id, need_wh=need_wh, **terms)

    def ask_for(self, home: Member, need_wh: int, **terms: object) -> Request:
        return home.submit("auction:request_energy", self.need(need_wh, **terms), Request).result

    def request_id(self, asked: Request) -> RequestId:
        return RequestId(**self.where, request_id=asked.request_id)

    def offering(self, asked: Request, energy_wh: int, price: int) -> PlaceOffer:
        return PlaceOffer(
            **self.where, request_id=asked.request_id, energy_wh=energy_wh, price_nano_per_wh=price
        )

    def offer(self, home: Member, asked: Request, energy_wh: int, price: int) -> Offer:
        return home.submit("auction:place_offer", self.offering(asked, energy_wh, price), Offer).result

    def offer_id(self, asked: Request, offer: Offer) -> OfferId:
        return OfferId(**self.where, request_id=asked.request_id, offer_id=offer.offer_id)

    def slot(self) -> Slot:
        return self.utility.query("auction:read_slot", SlotOf(**self.where), Slot)

    def await_event(self, name: str, function: str) -> None:
        """Wait until the ledger's own timer has told of this market, and note that it ran."""
        told = self.town.events(self.opened, contract="auction", name=name)
        ours = next(each for each in told if not each.tx_id and self.market_id.encode() in each.payload)
        self.town.exercised.functions.add(function)
        self.town.saw(ours.height)

    def await_time(self, time_s: int) -> None:
        """Wait for the first block past a time."""
        blocks = self.town.client().blocks(self.opened)
        past = next(block for block in blocks if block.block_time_s > time_s)
        blocks.close()
        self.town.saw(past.height)
