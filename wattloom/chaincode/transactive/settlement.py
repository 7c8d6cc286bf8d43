"""Settlement: trades become firm, payers pay from their collateral, the rest of it is unlocked."""

from collections.abc import Sequence

from msgspec.structs import replace

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import Context, Int64Array
from wattloom.chaincode.metering import traded
from wattloom.chaincode.transactive import keys, lifecycle
from wattloom.chaincode.transactive.billing import bill_nano, clearing_prices, payments, shares
from wattloom.chaincode.transactive.messages import Settled
from wattloom.chaincode.transactive.records import Bill, Phase, Prices, Progress, Session, Standing, Trade
from wattloom.chaincode.transactive.terms import Billing


def settle(ctx: Context, session: Session, progress: Progress, trades: Sequence[Trade]) -> Progress:
    """Bill everybody at one price per slot and move the money; trades sum to zero in every slot.

    Declared savings are split evenly among the homes that confirmed; the others have declared none.
    """
    session_id = session.session_id
    prices = _prices(ctx, session)
    agreed = [trade for trade in trades if trade.standing is Standing.CONFIRMED]
    split = shares([trade.saving_nano for trade in agreed])
    share_of = dict(zip((trade.party_id for trade in agreed), split, strict=True))
    bills = [_bill(session, trade, prices, share_of.get(trade.party_id, 0)) for trade in trades]
    for bill in bills:
        ctx.state.put(keys.bill(session_id, bill.party_id), bill)
        _tell_metering(ctx, bill)
    _move_money(ctx, session_id, bills)
    progress = replace(progress, phase=Phase.SETTLED, deadline_s=0)
    ctx.state.put(keys.progress(session_id), progress)
    settled = Settled(
        session_id=session_id,
        iterations=progress.iteration,
        converged=progress.converged,
        proposal=progress.proposal,
        prices_nano_per_wh=prices,
        traded_wh=sum(wh for trade in trades for wh in trade.trades_wh if wh > 0),
    )
    ctx.emit("settled", settled)
    return progress


def _prices(ctx: Context, session: Session) -> Int64Array:
    terms = session.terms
    if terms.billing is Billing.FIXED:
        return Int64Array(terms.fixed_prices())
    mu = ctx.state.get(keys.prices(session.session_id), Prices).mu_pico_per_kwh
    return Int64Array(clearing_prices(mu.values, cap_nano_per_wh=terms.price_cap_nano_per_wh))


def _bill(session: Session, trade: Trade, prices: Int64Array, share_nano: int) -> Bill:
    traded_nano = bill_nano(trade.trades_wh.values, prices.values)
    return Bill(
        session_id=session.session_id,
        party_id=trade.party_id,
        slot_start_s=session.terms.slot_start_s,
        slot_s=session.terms.slot_s,
        trades_wh=trade.trades_wh,
        prices_nano_per_wh=prices,
        amount_nano=traded_nano + trade.saving_nano - share_nano,
        saving_nano=trade.saving_nano,
        share_nano=share_nano,
    )


def _tell_metering(ctx: Context, bill: Bill) -> None:
    if any(bill.trades_wh):
        traded.record(
            ctx,
            bill.party_id,
            slot_start_s=bill.slot_start_s,
            slot_s=bill.slot_s,
            trades_wh=bill.trades_wh.values,
        )


def _move_money(ctx: Context, session_id: str, bills: Sequence[Bill]) -> None:
    amounts = [bill.amount_nano for bill in bills]
    for payer, payee, amount_nano in payments(amounts):
        book.pay_locked(
            ctx, payer=bills[payer].party_id, payee=bills[payee].party_id, amount_nano=amount_nano
        )
    for seat, amount_nano in zip(lifecycle.seats(ctx, session_id), amounts, strict=True):
        book.unlock(ctx, seat.party_id, seat.collateral_nano - max(amount_nano, 0))
