"""Limits of what an auction takes from outside; they bound one call's work and keep amounts in range."""

from typing import Annotated, Literal

from msgspec import Meta

from wattloom.chaincode.api.keys import MAX_KEY_BYTES

MAX_ORDERS = 10_000
"""Orders of one slot's book: as many as one block can match."""

MAX_ORDERS_OF_HOME = 20
"""Orders of one home in one slot."""

MAX_OFFERS = 500
"""Offers to one request: as many as one block can settle."""

MAX_ZONES = 16

DAY_S = 86_400

SlotS = Literal[900, 1800, 3600]
OrderWh = Annotated[int, Meta(ge=1, le=10**6, description="energy, whole watt-hours")]
Price = Annotated[int, Meta(ge=0, le=10**9, description="price, 1e-9 of the currency per Wh")]
Waiting = Annotated[int, Meta(ge=1, le=7 * DAY_S, description="duration, whole seconds")]
OrderId = Annotated[
    str, Meta(pattern=r"\A[0-9]{10}\.[0-9]{6}\Z", description="ledger position: height and index")
]
Salt = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32,64}\Z", description="16 to 32 random bytes, hexadecimal")]
Bookmark = Annotated[str, Meta(max_length=MAX_KEY_BYTES)]
