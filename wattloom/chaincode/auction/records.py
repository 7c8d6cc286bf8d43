"""What `auction` keeps on the ledger. Ids of orders, requests and offers are their positions on it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, field

from wattloom.chaincode.api import Int64Array, Record
from wattloom.chaincode.api.units import Name, PartyId, PositiveAmountNano
from wattloom.chaincode.auction.matching import Pricing
from wattloom.chaincode.auction.units import MAX_ZONES, OrderWh, Price, SlotS, Waiting


class Zone(Record, frozen=True, kw_only=True):
    """Part of a grid, and the fee on what its homes buy from neighbours."""

    name: Name
    fee_nano_per_wh: Price


class Sealing(Record, frozen=True, kw_only=True):
    """How sealed orders are opened: for so long after the gate has closed, or the forfeit is lost."""

    reveal_s: Waiting
    forfeit_nano: PositiveAmountNano


class Market(Record, frozen=True, kw_only=True):
    """Where homes trade, and with what grid beside them.

    Fields
    ------
    utility : plays the grid: supplies what neighbours do not, is paid fees and forfeits
    slot_s : length of the slots; they begin at its multiples
    gate_closure_s : how long before delivery the order book is cleared
    pricing : what the book's sellers are paid
    zones : none, or those in which the utility places the homes
    sealing : None where orders are open
    """

    market_id: Name
    utility: PartyId
    slot_s: SlotS
    gate_closure_s: Waiting
    pricing: Pricing
    zones: Annotated[list[Zone], Meta(max_length=MAX_ZONES)] = field(default_factory=list)
    sealing: Sealing | None = None

    def clears_s(self, slot_start_s: int) -> int:
        """Return the last second before a slot's book is cleared."""
        return slot_start_s - self.gate_closure_s

    def closes_s(self, slot_start_s: int) -> int:
        """Return the last second in which a slot takes orders."""
        return self.clears_s(slot_start_s) - (0 if self.sealing is None else self.sealing.reveal_s)

    def fee_of(self, zone: str) -> int:
        """Return the fee on what homes of the zone buy, nano per Wh."""
        return next((each.fee_nano_per_wh for each in self.zones if each.name == zone), 0)


class Tariff(Record, frozen=True, kw_only=True):
    """What the grid charges and pays on one day (UTC): one number for all of it, or one per slot."""

    grid_nano_per_wh: Int64Array
    feed_in_nano_per_wh: Int64Array


class Connection(Record, frozen=True, kw_only=True):
    """Where a home is in a market, and whether what it sells is green; its utility says so."""

    zone: str = ""
    green: bool = False


class Side(StrEnum):
    """Whether an order buys (a bid) or sells (an ask)."""

    BUY = "buy"
    SELL = "sell"


class OrderTerms(Record, frozen=True, kw_only=True):
    """What an order wants.

    Fields
    ------
    price_nano_per_wh : the most that a bid pays, grid fee included; the least that an ask is paid
    partner : the party that it would rather trade with, or empty
    green_only : a bid takes green energy alone
    local_only : it trades within its zone alone
    """

    side: Side
    energy_wh: OrderWh
    price_nano_per_wh: Price
    partner: PartyId | None = None
    green_only: bool = False
    local_only: bool = False

    @property
    def cost_nano(self) -> int:
        """The most that it can cost; that much is locked."""
        return self.energy_wh * self.price_nano_per_wh if self.side is Side.BUY else 0


class Order(Record, frozen=True, kw_only=True):
    """An order in a slot's book; `position` settles ties and is that of its last amendment."""

    order_id: str
    party_id: str
    terms: OrderTerms
    position: str
    connection: Connection
    fee_nano_per_wh: int


class SealedOrder(Record, frozen=True, kw_only=True):
    """The hash of an order's terms, and what is locked for them besides the forfeit."""

    order_id: str
    party_id: str
    digest: str
    cover_nano: int


class Fill(Record, frozen=True, kw_only=True):
    """What became of an order: energy traded, and what its home pays for it (negative: is paid).

    A sealed order that was not revealed has traded nothing, and pays the forfeit.
    """

    order_id: str
    energy_wh: int
    amount_nano: int


class Engagement(Record, frozen=True, kw_only=True):
    """What a home has promised in one slot of a market, by orders, requests and offers together.

    `side` is that of its orders, `fills` what became of them once the book is settled.
    """

    buying_wh: int = 0
    selling_wh: int = 0
    side: Side | None = None
    orders: list[str] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)


class SlotStatus(StrEnum):
    """Where a slot's book stands; void: it could be cleared only after delivery had begun."""

    OPEN = "open"
    SETTLING = "settling"
    SETTLED = "settled"
    VOID = "void"


class Slot(Record, frozen=True, kw_only=True):
    """A slot of a market: what is wanted and offered in it now, and what its book came to.

    `orders` counts those in the book; `price_nano_per_wh` is the mean over energy of what sellers are paid,
    rounded down; `held_nano` is what buyers have paid and sellers are still to be paid.
    """

    slot_start_s: int
    status: SlotStatus = SlotStatus.OPEN
    scheduled: bool = False
    orders: int = 0
    demand_wh: int = 0
    supply_wh: int = 0
    trades: int = 0
    volume_wh: int = 0
    price_nano_per_wh: int = 0
    held_nano: int = 0


class RequestStatus(StrEnum):
    """Where a request stands; void: it could be closed only after delivery had begun."""

    BIDDING = "bidding"
    SETTLED = "settled"
    VOID = "void"


class Request(Record, frozen=True, kw_only=True):
    """A home's need for energy, and how it was met.

    Fields
    ------
    slot_start_s : the slot in which the interval begins, and whose capacity it takes
    start_s, duration_s : when the energy flows, evenly
    max_price_nano_per_wh : the most that a neighbour's energy may cost, grid fee included
    grid_nano_per_wh, feed_in_nano_per_wh : the grid's prices over the interval
    zone, fee_nano_per_wh : where the home is, and the grid's fee there on what neighbours supply
    until_s : the last second in which offers are taken
    neighbours_wh, grid_wh, amount_nano : what was supplied by whom, and what it cost
    """

    request_id: str
    party_id: str
    slot_start_s: int
    start_s: int
    duration_s: int
    need_wh: int
    max_price_nano_per_wh: int
    grid_nano_per_wh: int
    feed_in_nano_per_wh: int
    zone: str
    fee_nano_per_wh: int
    until_s: int
    status: RequestStatus = RequestStatus.BIDDING
    offers: int = 0
    neighbours_wh: int = 0
    grid_wh: int = 0
    amount_nano: int = 0


class Offer(Record, frozen=True, kw_only=True):
    """A neighbour's offer to a request; `accepted_wh` and `amount_nano` are what it sold and was paid."""

    offer_id: str
    party_id: str
    energy_wh: int
    price_nano_per_wh: int
    accepted_wh: int = 0
    amount_nano: int = 0


class Recent(Record, frozen=True, kw_only=True):
    """The last trades of a market, oldest first: price and energy of each."""

    prices_nano_per_wh: Int64Array
    energy_wh: Int64Array


class HomeDue(Record, frozen=True, kw_only=True):
    """What a cleared book means for one home: energy, what is unlocked, what it owes (negative: is owed)."""

    party_id: str
    side: Side | None
    ordered_wh: int
    traded_wh: int
    unlock_nano: int
    owes_nano: int
    fills: list[Fill]


class Batch(Record, frozen=True, kw_only=True):
    """Homes that one block settles."""

    dues: list[HomeDue]


class Work(Record, frozen=True, kw_only=True):
    """How much a block has cleared and closed; see `budget`."""

    height: int
    units: int
