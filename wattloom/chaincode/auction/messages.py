"""What is said to and by `auction`: arguments, results, events and timers."""

from typing import Annotated

from msgspec import Meta, field

from wattloom.chaincode.api import Int64Array, Record
from wattloom.chaincode.api.units import AmountNano, HexDigest, Name, PartyId, TimeS
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.records import (
    Fill,
    Order,
    OrderTerms,
    RequestStatus,
    SealedOrder,
    Sealing,
    Side,
    Zone,
)
from wattloom.chaincode.auction.units import (
    MAX_ZONES,
    Bookmark,
    OrderId,
    OrderWh,
    Price,
    Salt,
    SlotS,
    Waiting,
)


class OpenMarket(Record, frozen=True, kw_only=True):
    """A new market whose grid is the caller; the fields are those of `Market`."""

    market_id: Name
    slot_s: SlotS = 3600
    gate_closure_s: Waiting
    pricing: Pricing = Pricing.PAY_AS_OFFER
    zones: Annotated[list[Zone], Meta(max_length=MAX_ZONES)] = field(default_factory=list)
    sealing: Sealing | None = None


class SetTariff(Record, frozen=True, kw_only=True):
    """The grid's prices of a day that begins at `day_start_s` (UTC); one number each, or one per slot."""

    market_id: Name
    day_start_s: TimeS
    grid_nano_per_wh: Int64Array
    feed_in_nano_per_wh: Int64Array


class Connect(Record, frozen=True, kw_only=True):
    """Where a home is, and whether what it sells is green; the zone is empty where a market has none."""

    market_id: Name
    party_id: PartyId
    zone: Name | None = None
    green: bool = False


class RequestEnergy(Record, frozen=True, kw_only=True):
    """A need for energy that flows evenly from `start_s` for `duration_s`, at most one slot's length.

    Without `bidding` the grid supplies it at once. With it offers are taken for `offers_s`;
    `max_price_nano_per_wh` is the most that a neighbour's energy may cost (left out: what the grid's does).
    """

    market_id: Name
    start_s: TimeS
    duration_s: Annotated[int, Meta(ge=60, le=3600)]
    need_wh: OrderWh
    bidding: bool = True
    offers_s: Waiting = 30
    max_price_nano_per_wh: Price | None = None


class RequestId(Record, frozen=True, kw_only=True):
    """Which request is meant."""

    market_id: Name
    slot_start_s: TimeS
    request_id: OrderId


class PlaceOffer(Record, frozen=True, kw_only=True):
    """An offer to a request; the price is what the seller is paid."""

    market_id: Name
    slot_start_s: TimeS
    request_id: OrderId
    energy_wh: OrderWh
    price_nano_per_wh: Price


class OfferId(Record, frozen=True, kw_only=True):
    """Which offer is meant."""

    market_id: Name
    slot_start_s: TimeS
    request_id: OrderId
    offer_id: OrderId


class PlaceOrder(Record, frozen=True, kw_only=True):
    """An order for a slot's book."""

    market_id: Name
    slot_start_s: TimeS
    terms: OrderTerms


class AmendOrder(Record, frozen=True, kw_only=True):
    """Other energy or another price for an order, which then stands behind its equals."""

    market_id: Name
    slot_start_s: TimeS
    order_id: OrderId
    energy_wh: OrderWh
    price_nano_per_wh: Price


class OrderOf(Record, frozen=True, kw_only=True):
    """Which order is meant."""

    market_id: Name
    slot_start_s: TimeS
    order_id: OrderId


class CommitOrder(Record, frozen=True, kw_only=True):
    """The hash of an order (see `sealing.digest_of`), and what is locked in case it buys."""

    market_id: Name
    slot_start_s: TimeS
    digest: HexDigest
    cover_nano: AmountNano = 0


class RevealOrder(Record, frozen=True, kw_only=True):
    """What a sealed order says."""

    market_id: Name
    slot_start_s: TimeS
    order_id: OrderId
    terms: OrderTerms
    salt: Salt


class SealedTerms(Record, frozen=True, kw_only=True):
    """What is hashed: whose order it is, for which slot, and what it says."""

    market_id: Name
    slot_start_s: TimeS
    party_id: PartyId
    terms: OrderTerms
    salt: Salt


class MarketOf(Record, frozen=True, kw_only=True):
    """Which market is meant."""

    market_id: Name


class SlotOf(Record, frozen=True, kw_only=True):
    """Which slot of a market is meant."""

    market_id: Name
    slot_start_s: TimeS


class Interval(Record, frozen=True, kw_only=True):
    """When energy is to flow, at most one slot's length."""

    market_id: Name
    start_s: TimeS
    duration_s: Annotated[int, Meta(ge=60, le=3600)] = 3600


class EngagementOf(Record, frozen=True, kw_only=True):
    """Whose promises in which slot are meant."""

    market_id: Name
    slot_start_s: TimeS
    party_id: PartyId


class PageOfMarkets(Record, frozen=True, kw_only=True):
    """Part of all markets, after a page's bookmark."""

    limit: int = 100
    bookmark: Bookmark = ""


class PageOfSlot(Record, frozen=True, kw_only=True):
    """Part of a slot's orders or requests, after a page's bookmark."""

    market_id: Name
    slot_start_s: TimeS
    limit: int = 100
    bookmark: Bookmark = ""


class PageOfOffers(Record, frozen=True, kw_only=True):
    """Part of a request's offers, after a page's bookmark."""

    market_id: Name
    request_id: OrderId
    limit: int = 100
    bookmark: Bookmark = ""


class Suggestion(Record, frozen=True, kw_only=True):
    """A price to ask or bid, and what it was made of.

    `mean_nano_per_wh` is that of the last `trades` over their energy, rounded down; demand and supply are
    what is open in the slot in which the interval begins.
    """

    price_nano_per_wh: int
    mean_nano_per_wh: int
    trades: int
    demand_wh: int
    supply_wh: int
    grid_nano_per_wh: int
    feed_in_nano_per_wh: int


class OrderView(Record, frozen=True, kw_only=True):
    """An order, sealed or open, and what became of it."""

    order: Order | None = None
    sealed: SealedOrder | None = None
    fill: Fill | None = None


class RequestLine(Record, frozen=True, kw_only=True):
    """A request as its neighbours see it: not whose it is.

    `highest_nano_per_wh` is the most that an offer may ask, `lowest_nano_per_wh` what the grid pays.
    """

    market_id: str
    slot_start_s: int
    request_id: str
    start_s: int
    duration_s: int
    need_wh: int
    zone: str
    lowest_nano_per_wh: int
    highest_nano_per_wh: int
    until_s: int
    status: RequestStatus


class Connected(Record, frozen=True, kw_only=True):
    """Event: a home has its place in a market; which is for its utility to know."""

    market_id: str
    party_id: str


class TariffSet(Record, frozen=True, kw_only=True):
    """Event: a day's tariff is stated."""

    market_id: str
    day_start_s: int


class Quoted(Record, frozen=True, kw_only=True):
    """Event: an order was placed, amended or revealed; not whose it is."""

    market_id: str
    slot_start_s: int
    order_id: str
    side: Side
    energy_wh: int
    price_nano_per_wh: int


class OrderGone(Record, frozen=True, kw_only=True):
    """Event: an order was cancelled."""

    market_id: str
    slot_start_s: int
    order_id: str


class Committed(Record, frozen=True, kw_only=True):
    """Event: a sealed order is there."""

    market_id: str
    slot_start_s: int
    order_id: str


class OfferCount(Record, frozen=True, kw_only=True):
    """Event: a request has an offer more, or less; neither price nor seller are said."""

    market_id: str
    request_id: str
    offers: int


class RequestClosed(Record, frozen=True, kw_only=True):
    """Event: a request is settled or void."""

    market_id: str
    slot_start_s: int
    request_id: str
    status: RequestStatus
    neighbours_wh: int
    grid_wh: int


class BookCleared(Record, frozen=True, kw_only=True):
    """Event: a book is matched; price is the mean over energy of what sellers are paid, rounded down."""

    market_id: str
    slot_start_s: int
    void: bool
    trades: int
    volume_wh: int
    price_nano_per_wh: int


class BookSettled(Record, frozen=True, kw_only=True):
    """Event: all money of a cleared book has moved."""

    market_id: str
    slot_start_s: int


class ClearSlot(Record, frozen=True, kw_only=True):
    """A book that is to be cleared; batches from 1 on settle homes that the blocks before have not."""

    market_id: Name
    slot_start_s: TimeS
    batch: int = 0
