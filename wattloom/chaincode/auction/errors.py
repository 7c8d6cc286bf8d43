"""Refusals of `auction`.

ChaincodeError
|-- TariffTooHigh         a tariff passes the market's highest price
|-- NoTariff              the grid's prices of this time are not stated
|-- NotConnected          the utility has placed the home in no zone of the market
|-- BookClosed            the slot takes no orders any more
|-- BookFull              the slot or the request has as many as it takes
|-- TooManyOrders         the home has as many in the slot as it may
|-- OtherSide             the home's other orders in the slot are of the other side
|-- PriceOutOfBounds      outside what the grid pays and charges, or the buyer's maximum
|-- BeyondCapacity        more than the home's registered limit, with all it has promised in the slot
|-- WrongForm             open where the market is sealed, or the reverse
|-- NotRevealing          not between gate closure and clearing
|-- RevealMismatch        terms and salt are not those whose hash is on the ledger
|-- NotCovered            the revealed bid can cost more than was locked for it
|-- TooLateToBid          offers cannot be awaited before delivery
|-- BiddingClosed         the request takes no offers any more
+-- OwnRequest            nobody sells to itself
"""

from wattloom.chaincode.api.errors import ChaincodeError


class TariffTooHigh(ChaincodeError):
    """A tariff passes the highest price that the members have voted for."""

    code = "TARIFF_TOO_HIGH"

    def __init__(self, *, highest_nano_per_wh: int) -> None:
        super().__init__(
            f"a tariff is at most {highest_nano_per_wh} nano per Wh in this market",
            highest_nano_per_wh=highest_nano_per_wh,
        )


class NoTariff(ChaincodeError):
    """The market's utility has not stated the grid's prices of this day."""

    code = "NO_TARIFF"

    def __init__(self, *, at_s: int) -> None:
        super().__init__(f"there is no tariff for the day of {at_s}: the utility sets it", at_s=at_s)


class NotConnected(ChaincodeError):
    """The market has zones, and its utility has placed the home in none."""

    code = "NOT_CONNECTED"

    def __init__(self, *, party_id: str) -> None:
        super().__init__(
            f"{party_id} is in no zone of the market: the utility connects it", party_id=party_id
        )


class BookClosed(ChaincodeError):
    """The slot's gate has closed."""

    code = "BOOK_CLOSED"

    def __init__(self, *, closed_s: int, block_time_s: int) -> None:
        super().__init__(
            f"orders were taken until {closed_s}, block time is {block_time_s}",
            closed_s=closed_s,
            block_time_s=block_time_s,
        )


class BookFull(ChaincodeError):
    """The slot has as many orders, or the request as many offers, as one block clears."""

    code = "BOOK_FULL"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"it has {limit} already, which is the most", limit=limit)


class TooManyOrders(ChaincodeError):
    """The home has as many orders in the slot as one may have."""

    code = "TOO_MANY_ORDERS"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"a home has at most {limit} orders in a slot: cancel or amend one", limit=limit)


class OtherSide(ChaincodeError):
    """The home's other orders in the slot are of the other side; it would trade with itself."""

    code = "OTHER_SIDE"

    def __init__(self, *, side: str) -> None:
        super().__init__(f"the home's orders in this slot {side}: cancel them first", side=side)


class PriceOutOfBounds(ChaincodeError):
    """The price is below what the grid pays, or above what the grid charges or the buyer allows."""

    code = "PRICE_OUT_OF_BOUNDS"

    def __init__(self, *, lowest_nano_per_wh: int, highest_nano_per_wh: int) -> None:
        super().__init__(
            f"a price is from {lowest_nano_per_wh} to {highest_nano_per_wh} nano per Wh here",
            lowest_nano_per_wh=lowest_nano_per_wh,
            highest_nano_per_wh=highest_nano_per_wh,
        )


class BeyondCapacity(ChaincodeError):
    """The home would buy or sell more in the slot than its organisation vouches for."""

    code = "BEYOND_CAPACITY"

    def __init__(self, *, limit_wh: int, promised_wh: int) -> None:
        super().__init__(
            f"the home's limit is {limit_wh} Wh in a slot, it has promised {promised_wh}",
            limit_wh=limit_wh,
            promised_wh=promised_wh,
        )


class WrongForm(ChaincodeError):
    """The market takes orders in the other form."""

    code = "WRONG_FORM"

    def __init__(self, *, needed: str) -> None:
        super().__init__(f"this market takes {needed} orders", needed=needed)


class NotRevealing(ChaincodeError):
    """Sealed orders are opened after the gate has closed and before the book is cleared."""

    code = "NOT_REVEALING"

    def __init__(self, *, from_s: int, until_s: int, block_time_s: int) -> None:
        super().__init__(
            f"orders are revealed after {from_s} until {until_s}, block time is {block_time_s}",
            from_s=from_s,
            until_s=until_s,
            block_time_s=block_time_s,
        )


class RevealMismatch(ChaincodeError):
    """Terms and salt do not hash to what was committed to."""

    code = "REVEAL_MISMATCH"

    def __init__(self, *, digest: str) -> None:
        super().__init__(f"terms and salt do not hash to the commitment {digest}", digest=digest)


class NotCovered(ChaincodeError):
    """The revealed bid can cost more than was locked for it."""

    code = "NOT_COVERED"

    def __init__(self, *, needed_nano: int, cover_nano: int) -> None:
        super().__init__(
            f"the bid can cost {needed_nano} nano, {cover_nano} are locked for it",
            needed_nano=needed_nano,
            cover_nano=cover_nano,
        )


class TooLateToBid(ChaincodeError):
    """The need begins before its offers can be awaited."""

    code = "TOO_LATE_TO_BID"

    def __init__(self, *, start_s: int, earliest_s: int) -> None:
        super().__init__(
            f"the interval begins at {start_s}, the earliest possible is {earliest_s}",
            start_s=start_s,
            earliest_s=earliest_s,
        )


class BiddingClosed(ChaincodeError):
    """The request's offers are not awaited any more."""

    code = "BIDDING_CLOSED"

    def __init__(self, *, until_s: int, block_time_s: int) -> None:
        super().__init__(
            f"offers were taken until {until_s}, block time is {block_time_s}",
            until_s=until_s,
            block_time_s=block_time_s,
        )


class OwnRequest(ChaincodeError):
    """The request is the caller's own."""

    code = "OWN_REQUEST"

    def __init__(self, *, request_id: str) -> None:
        super().__init__(f"{request_id} is the caller's own request", request_id=request_id)
