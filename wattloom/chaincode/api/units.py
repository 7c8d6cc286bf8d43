"""The quantities of the ledger: integers with a stated unit and range, checked when a record is read."""

from typing import Annotated

from msgspec import Meta

MAX_INT = 2**62

EnergyWh = Annotated[int, Meta(ge=0, le=10**12, description="energy, whole watt-hours")]
SignedEnergyWh = Annotated[int, Meta(ge=-(10**12), le=10**12, description="energy, whole Wh; positive buys")]
AmountNano = Annotated[int, Meta(ge=0, le=MAX_INT, description="money, 1e-9 of the currency")]
PositiveAmountNano = Annotated[int, Meta(ge=1, le=MAX_INT, description="money, 1e-9 of the currency")]
PriceNanoPerWh = Annotated[
    int, Meta(ge=-(10**12), le=10**12, description="price, 1e-9 of the currency per Wh")
]
TimeS = Annotated[int, Meta(ge=0, le=10**10 - 1, description="time, whole seconds since 1970 UTC")]
DurationS = Annotated[int, Meta(ge=1, le=10**9, description="duration, whole seconds")]
Name = Annotated[
    str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,63}\Z", description="lower-case letters, digits, hyphens")
]
PartyId = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z0-9][a-z0-9-]{0,63}\.[a-z0-9][a-z0-9-]{0,63}\Z",
        description="organisation.name, the pseudonymous id of a member",
    ),
]
HexDigest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z", description="SHA-256, lower-case hexadecimal")]
