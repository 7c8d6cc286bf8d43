"""Periods: before delivery a utility states the prices at which it settles deviations of its homes."""

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import Context, Int64Array, InvalidArgument
from wattloom.chaincode.governance.parameters import market_rules
from wattloom.chaincode.metering import keys
from wattloom.chaincode.metering.billing import per_slot
from wattloom.chaincode.metering.errors import PeriodHasBegun, PeriodOverlaps, PriceTooHigh
from wattloom.chaincode.metering.messages import OpenPeriod
from wattloom.chaincode.metering.records import Latest, Period


def open_period(ctx: Context, request: OpenPeriod) -> Period:
    """State slots and prices for the homes of the caller's organisation; it is the other side of their bills.

    Raises
    ------
    PeriodHasBegun : the first slot begins with this block or before
    PeriodOverlaps : an earlier period of the organisation ends after it
    InvalidArgument : prices are not one or one per slot, a surplus pays more than a shortfall costs, or
        readings may be corrected for less time than they are awaited
    PriceTooHigh : a price passes the market's highest
    NotFound : the caller has no account
    """
    # READ
    organisation = ctx.caller.organisation
    latest = ctx.state.find(keys.latest(organisation), Latest)
    period = Period(
        organisation=organisation,
        utility=ctx.caller.party_id,
        slot_start_s=request.slot_start_s,
        slot_s=request.slot_s,
        slots=request.slots,
        shortfall_nano_per_wh=request.shortfall_nano_per_wh,
        surplus_nano_per_wh=request.surplus_nano_per_wh,
        wait_s=request.wait_s,
        correct_s=request.correct_s,
    )
    # CHECK
    if period.slot_start_s <= ctx.block_time_s:
        raise PeriodHasBegun(slot_start_s=period.slot_start_s, block_time_s=ctx.block_time_s)
    if latest is not None and period.slot_start_s < latest.end_s:
        raise PeriodOverlaps(latest_end_s=latest.end_s)
    if period.correct_s < period.wait_s:
        raise InvalidArgument(reason="correct_s is less than wait_s, readings would be awaited in vain")
    _check_prices(period, highest=market_rules(ctx).highest_price_cap_nano_per_wh)
    book.free_nano(ctx, period.utility)
    # WRITE
    ctx.state.put(keys.period(organisation, period.slot_start_s), period)
    ctx.state.put(keys.latest(organisation), Latest(end_s=period.end_s))
    ctx.emit("period_opened", period)
    return period


def _check_prices(period: Period, *, highest: int) -> None:
    named = {"shortfall": period.shortfall_nano_per_wh, "surplus": period.surplus_nano_per_wh}
    for name, prices in named.items():
        _check_length(f"{name}_nano_per_wh", prices, period.slots)
        if max(map(abs, prices)) > highest:
            raise PriceTooHigh(highest_nano_per_wh=highest)
    shortfall, surplus = (per_slot(prices.values, period.slots) for prices in named.values())
    for slot, (above, below) in enumerate(zip(shortfall, surplus, strict=True)):
        if below > above:
            raise InvalidArgument(
                reason=f"in slot {slot} a surplus would be paid {below}, more than a shortfall costs, {above}"
            )


def _check_length(field: str, prices: Int64Array, slots: int) -> None:
    if len(prices) not in (1, slots):
        raise InvalidArgument(reason=f"{field} has {len(prices)} numbers, needs 1 or {slots}")
