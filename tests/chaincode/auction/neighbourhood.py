"""A ledger with homes, money and one market, spoken to in short."""

from collections.abc import Mapping

from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.accounts.records import Account, Amount, Party
from wattloom.chaincode.api import Caller, Int64Array, Page
from wattloom.chaincode.api.execution import Status
from wattloom.chaincode.auction.contract import auction
from wattloom.chaincode.auction.messages import (
    AmendOrder,
    CommitOrder,
    Connect,
    EngagementOf,
    Interval,
    OfferId,
    OpenMarket,
    OrderOf,
    OrderView,
    PageOfOffers,
    PlaceOffer,
    PlaceOrder,
    RequestEnergy,
    RequestId,
    RevealOrder,
    SealedTerms,
    SetTariff,
    SlotOf,
    Suggestion,
)
from wattloom.chaincode.auction.records import (
    Engagement,
    Fill,
    Market,
    Offer,
    Order,
    OrderTerms,
    Request,
    SealedOrder,
    Side,
    Slot,
)
from wattloom.chaincode.auction.sealing import digest_of
from wattloom.chaincode.metering import traded
from wattloom.chaincode.metering.contract import metering
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.registry.records import Home
from wattloom.chaincode.testing import MemoryLedger, caller

UTILITY = caller("north.grid", "utility")
REGISTRAR = caller("north.office", "registrar")
BANK = caller("north.bank", "settlement-agent")
AUDITOR = caller("south.audit", "auditor")
MARKET = "street"
DAY_S = 1_700_006_400
"""The beginning of a day (UTC)."""
START_S = DAY_S + 6 * 3_600
SLOT_S = DAY_S + 12 * 3_600
"""The slot that tests trade in: six hours after they begin."""
GATE_S = 600
GRID, FEED_IN = 300, 100
RICH_NANO = 10**12
SALT = "5a" * 16


class Neighbourhood(MemoryLedger):
    """Homes `north.h00`, `north.h01`, ... with money, a utility, and one market with a flat tariff."""

    def __init__(self, homes=3, *, limit_wh=10_000, money_nano=RICH_NANO, zones=(), **market):
        super().__init__([accounts, registry, metering, auction], time_s=START_S)
        self.homes = [caller(f"north.h{index:02d}", "home") for index in range(homes)]
        self.money_nano = money_nano
        for who in (UTILITY, *self.homes):
            self.submit(who, "accounts:open", Party(party_id=who.party_id))
        for home in self.homes:
            self.submit(REGISTRAR, "registry:register_home", Home(party_id=home.party_id, limit_wh=limit_wh))
            self.submit(BANK, "accounts:mint", Amount(party_id=home.party_id, amount_nano=money_nano))
        self.open_market(zones=list(zones), **market)
        self.set_tariff()

    def open_market(self, *, who=UTILITY, **terms) -> Market:
        terms = {"market_id": MARKET, "gate_closure_s": GATE_S, **terms}
        return self.call(who, "auction:open_market", OpenMarket(**terms), Market)

    def set_tariff(
        self, grid=(GRID,), feed_in=(FEED_IN,), *, who=UTILITY, day_start_s=DAY_S, market_id=MARKET
    ):
        request = SetTariff(
            market_id=market_id,
            day_start_s=day_start_s,
            grid_nano_per_wh=Int64Array(grid),
            feed_in_nano_per_wh=Int64Array(feed_in),
        )
        self.submit(who, "auction:set_tariff", request)

    def connect(self, home: Caller, zone=None, *, green=False, who=UTILITY):
        request = Connect(market_id=MARKET, party_id=home.party_id, zone=zone, green=green)
        self.submit(who, "auction:connect", request)

    def place(
        self, home: Caller, side: Side, energy_wh, price, *, slot_start_s=SLOT_S, market_id=MARKET, **wishes
    ) -> Order:
        terms = OrderTerms(side=side, energy_wh=energy_wh, price_nano_per_wh=price, **wishes)
        request = PlaceOrder(market_id=market_id, slot_start_s=slot_start_s, terms=terms)
        return self.call(home, "auction:place_order", request, Order)

    def bid(self, home: Caller, energy_wh, price, **more) -> Order:
        return self.place(home, Side.BUY, energy_wh, price, **more)

    def ask(self, home: Caller, energy_wh, price, **more) -> Order:
        return self.place(home, Side.SELL, energy_wh, price, **more)

    def amend(self, home: Caller, order, energy_wh, price) -> Order:
        request = AmendOrder(
            market_id=MARKET,
            slot_start_s=SLOT_S,
            order_id=order.order_id,
            energy_wh=energy_wh,
            price_nano_per_wh=price,
        )
        return self.call(home, "auction:amend_order", request, Order)

    def cancel(self, home: Caller, order):
        self.submit(home, "auction:cancel_order", self.meant(order))

    def commit(self, home: Caller, terms: OrderTerms, *, cover_nano=None, salt=SALT) -> SealedOrder:
        cover_nano = terms.cost_nano if cover_nano is None else cover_nano
        sealed = SealedTerms(
            market_id=MARKET, slot_start_s=SLOT_S, party_id=home.party_id, terms=terms, salt=salt
        )
        request = CommitOrder(
            market_id=MARKET, slot_start_s=SLOT_S, digest=digest_of(sealed), cover_nano=cover_nano
        )
        return self.call(home, "auction:commit_order", request, SealedOrder)

    def reveal(self, home: Caller, order, terms: OrderTerms, *, salt=SALT) -> Order:
        request = RevealOrder(
            market_id=MARKET, slot_start_s=SLOT_S, order_id=order.order_id, terms=terms, salt=salt
        )
        return self.call(home, "auction:reveal_order", request, Order)

    def meant(self, order) -> OrderOf:
        return OrderOf(market_id=MARKET, slot_start_s=SLOT_S, order_id=order.order_id)

    def clear(self):
        """Move time past the gate, and on until the book is settled."""
        self.advance_to(max(self.time_s, SLOT_S - GATE_S) + 1)
        while self.slot().held_nano or self.slot().status == "settling":
            self.advance_to(self.time_s + 1)

    def ask_for(self, home: Caller, need_wh, **terms) -> Request:
        terms = {"start_s": SLOT_S, "duration_s": 3_600, **terms}
        request = RequestEnergy(market_id=MARKET, need_wh=need_wh, **terms)
        return self.call(home, "auction:request_energy", request, Request)

    def offer(self, home: Caller, asked: Request, energy_wh, price) -> Offer:
        request = PlaceOffer(**self._where(asked), energy_wh=energy_wh, price_nano_per_wh=price)
        return self.call(home, "auction:place_offer", request, Offer)

    def withdraw(self, home: Caller, asked: Request, offer: Offer):
        self.submit(home, "auction:withdraw_offer", OfferId(**self._where(asked), offer_id=offer.offer_id))

    def time_out(self, asked: Request):
        self.advance_to(asked.until_s + 1)

    def slot(self, who=AUDITOR, *, market_id=MARKET) -> Slot:
        return self.evaluate(who, "auction:read_slot", SlotOf(market_id=market_id, slot_start_s=SLOT_S), Slot)

    def request(self, asked: Request, who=AUDITOR) -> Request:
        return self.evaluate(who, "auction:read_request", RequestId(**self._where(asked)), Request)

    def offers(self, asked: Request) -> list[Offer]:
        request = PageOfOffers(market_id=MARKET, request_id=asked.request_id, limit=1_000)
        return self.evaluate(AUDITOR, "auction:list_offers", request, Page[Offer]).items

    def engagement(self, home: Caller, who=AUDITOR) -> Engagement:
        request = EngagementOf(market_id=MARKET, slot_start_s=SLOT_S, party_id=home.party_id)
        return self.evaluate(who, "auction:read_engagement", request, Engagement)

    def order(self, order, who=AUDITOR) -> OrderView:
        return self.evaluate(who, "auction:read_order", self.meant(order), OrderView)

    def fill(self, order) -> Fill:
        fill = self.order(order).fill
        assert fill is not None
        return fill

    def suggestion(self, *, start_s=SLOT_S, duration_s=3_600) -> Suggestion:
        request = Interval(market_id=MARKET, start_s=start_s, duration_s=duration_s)
        return self.evaluate(AUDITOR, "auction:suggest_price", request, Suggestion)

    def account(self, who: Caller) -> Account:
        return self.evaluate(AUDITOR, "accounts:statement", Party(party_id=who.party_id), Account)

    def spent_nano(self, who: Caller) -> int:
        """Return what a home has paid since it had its money; negative: was paid."""
        return self.money_nano - self.account(who).free_nano - self.account(who).locked_nano

    def locked_nano(self) -> int:
        return sum(self.account(who).locked_nano for who in (UTILITY, *self.homes))

    def total_nano(self) -> int:
        held = [self.account(who) for who in (UTILITY, *self.homes)]
        return sum(account.free_nano + account.locked_nano for account in held)

    def metered_trade_wh(self, home: Caller, *, start_s=SLOT_S, duration_s=3_600) -> int:
        """Return what metering takes for the home's firm trades in an interval."""
        ctx = self._context(AUDITOR, self._next_block(), read_only=True).within("metering")
        [energy_wh] = traded.energy_wh(ctx, home.party_id, range(start_s, start_s + 1, duration_s))
        return energy_wh

    def state(self) -> Mapping[str, Mapping[str, bytes]]:
        return {name: dict(values) for name, values in self.committed.values.items()}

    def event_names(self) -> list[str]:
        return [event.name for event in self.events if event.contract == "auction"]

    def assert_timers_never_fail(self) -> None:
        assert [outcome for outcome in self.timer_outcomes if outcome.status is not Status.OK] == []

    @staticmethod
    def _where(asked: Request) -> dict[str, object]:
        return {
            "market_id": MARKET,
            "slot_start_s": asked.slot_start_s,
            "request_id": asked.request_id,
        }
