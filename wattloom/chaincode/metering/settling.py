"""Settling: a home's deviation becomes a bill, and the bill becomes money between home and utility."""

from msgspec.structs import replace

from wattloom.chaincode.accounts import book
from wattloom.chaincode.accounts.errors import InsufficientFunds
from wattloom.chaincode.api import Context, Forbidden, Int64Array
from wattloom.chaincode.api.units import MAX_INT
from wattloom.chaincode.metering import keys, traded
from wattloom.chaincode.metering.billing import deviation_cost, per_slot
from wattloom.chaincode.metering.errors import AmountTooLarge, NothingDue
from wattloom.chaincode.metering.messages import HomePeriod, Reconciled
from wattloom.chaincode.metering.records import DeviationBill, Period, Reading
from wattloom.chaincode.registry.access import organisation_of


def bill(ctx: Context, period: Period, reading: Reading) -> DeviationBill:
    """Write the bill of a reading, and see to it that the ledger pays it once readings have been awaited.

    Raises
    ------
    AmountTooLarge : it passes what an account can hold
    """
    # READ
    key = keys.bill(reading.party_id, period.slot_start_s)
    before = ctx.state.find(key, DeviationBill)
    written = _bill_of(ctx, period, reading)
    # CHECK
    if abs(written.amount_nano) > MAX_INT:
        raise AmountTooLarge(limit_nano=MAX_INT)
    # WRITE
    if before is not None:
        written = replace(written, paid_nano=before.paid_nano)
    ctx.state.put(key, written)
    if before is None or ctx.block_time_s > period.pays_s:
        due = HomePeriod(party_id=reading.party_id, slot_start_s=period.slot_start_s)
        ctx.schedule(max(period.pays_s, ctx.block_time_s), "reconcile", due)
    return written


def reconcile(ctx: Context, due: HomePeriod) -> None:
    """Pay a bill once readings have been awaited, or corrected since, as far as the payer's money goes."""
    _pay(ctx, ctx.state.get(keys.bill(due.party_id, due.slot_start_s), DeviationBill))


def pay(ctx: Context, request: HomePeriod) -> DeviationBill:
    """Pay what the payer could not pay before, as far as its free money goes now.

    Raises
    ------
    Forbidden : the caller is neither the home nor the utility of the period
    NotFound : no such bill
    NothingDue : all is paid, or the waiting time has not passed
    InsufficientFunds : the payer has nothing free
    """
    # READ
    owed = ctx.state.get(keys.bill(request.party_id, request.slot_start_s), DeviationBill)
    period = ctx.state.get(keys.period(organisation_of(owed.party_id), owed.slot_start_s), Period)
    # CHECK
    if ctx.caller.party_id not in (owed.party_id, owed.utility):
        raise Forbidden(needed="the home or the utility of the bill")
    if owed.due_nano == 0 or ctx.block_time_s <= period.pays_s:
        raise NothingDue(party_id=owed.party_id)
    if book.free_nano(ctx, _payer(owed)) == 0:
        raise InsufficientFunds(needed_nano=abs(owed.due_nano), free_nano=0)
    # WRITE
    return _pay(ctx, owed)


def _bill_of(ctx: Context, period: Period, reading: Reading) -> DeviationBill:
    traded_wh = traded.energy_wh(ctx, reading.party_id, period.starts())
    cost = deviation_cost(
        reading.net_wh.values,
        traded_wh,
        shortfall=per_slot(period.shortfall_nano_per_wh.values, period.slots),
        surplus=per_slot(period.surplus_nano_per_wh.values, period.slots),
    )
    return DeviationBill(
        party_id=reading.party_id,
        utility=period.utility,
        slot_start_s=period.slot_start_s,
        slot_s=period.slot_s,
        version=reading.version,
        quality=reading.quality,
        metered_wh=reading.net_wh,
        traded_wh=Int64Array(traded_wh),
        prices_nano_per_wh=Int64Array(cost.prices_nano_per_wh),
        amount_nano=cost.amount_nano,
    )


def _payer(owed: DeviationBill) -> str:
    return owed.party_id if owed.due_nano > 0 else owed.utility


def _pay(ctx: Context, owed: DeviationBill) -> DeviationBill:
    """Move what is due, or as much as the payer has free; what remains stays due."""
    payer = _payer(owed)
    payee = owed.utility if payer == owed.party_id else owed.party_id
    amount_nano = min(abs(owed.due_nano), book.free_nano(ctx, payer))
    if amount_nano:
        book.pay_free(ctx, payer=payer, payee=payee, amount_nano=amount_nano)
        paid_nano = amount_nano if payer == owed.party_id else -amount_nano
        owed = replace(owed, paid_nano=owed.paid_nano + paid_nano)
        ctx.state.put(keys.bill(owed.party_id, owed.slot_start_s), owed)
    done = Reconciled(
        party_id=owed.party_id,
        slot_start_s=owed.slot_start_s,
        version=owed.version,
        is_settled=owed.due_nano == 0,
    )
    ctx.emit("reconciled", done)
    return owed
