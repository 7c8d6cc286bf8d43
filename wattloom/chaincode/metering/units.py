"""Limits of what is metered; they bound one call's work and keep amounts within an account's range."""

from typing import Annotated, Literal

from msgspec import Meta

MAX_SLOTS = 1_440
"""Slots in one period: a day of minutes, a fortnight of quarter hours."""

MAX_READING_WH = 10**6
"""The most that a connection draws or delivers in one slot: 1 MWh."""

SlotS = Literal[60, 300, 900, 1800, 3600]
Slots = Annotated[int, Meta(ge=1, le=MAX_SLOTS)]
Waiting = Annotated[int, Meta(ge=1, le=90 * 86_400, description="duration, whole seconds")]
Salt = Annotated[str, Meta(pattern=r"\A([0-9a-f]{32,64})?\Z", description="hexadecimal, or empty")]
