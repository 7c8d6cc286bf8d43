"""What other contracts may do with accounts: lock money, unlock it, pay from what is locked or free.

Each takes the calling contract's context. A negative amount, or more than is locked, is a bug of the calling
contract and raises `ValueError`.
"""

from wattloom.chaincode.accounts import keys
from wattloom.chaincode.accounts.records import Account
from wattloom.chaincode.api import Context


def lock(ctx: Context, party_id: str, amount_nano: int) -> None:
    """Lock free money of a party; raise `NotFound` or `InsufficientFunds`."""
    _require_not_negative(amount_nano)
    state, key = ctx.within("accounts").state, keys.account(party_id)
    state.put(key, state.get(key, Account).lock(amount_nano))


def unlock(ctx: Context, party_id: str, amount_nano: int) -> None:
    """Give locked money back to its party; raise `NotFound`."""
    _require_not_negative(amount_nano)
    state, key = ctx.within("accounts").state, keys.account(party_id)
    state.put(key, state.get(key, Account).release(amount_nano).credit(amount_nano))


def pay_locked(ctx: Context, *, payer: str, payee: str, amount_nano: int) -> None:
    """Move locked money of the payer into the payee's free money; raise `NotFound`."""
    if payer == payee:
        unlock(ctx, payer, amount_nano)
        return
    # READ
    state, from_key, to_key = ctx.within("accounts").state, keys.account(payer), keys.account(payee)
    paying, receiving = state.get(from_key, Account), state.get(to_key, Account)
    # CHECK
    _require_not_negative(amount_nano)
    paying = paying.release(amount_nano)
    # WRITE
    state.put(from_key, paying)
    state.put(to_key, receiving.credit(amount_nano))


def free_nano(ctx: Context, party_id: str) -> int:
    """Return a party's free money; raise `NotFound`."""
    return ctx.within("accounts").state.get(keys.account(party_id), Account).free_nano


def pay_free(ctx: Context, *, payer: str, payee: str, amount_nano: int) -> None:
    """Move free money of the payer into the payee's; raise `NotFound` or `InsufficientFunds`."""
    lock(ctx, payer, amount_nano)
    pay_locked(ctx, payer=payer, payee=payee, amount_nano=amount_nano)


def _require_not_negative(amount_nano: int) -> None:
    if amount_nano < 0:
        raise ValueError(f"an amount is not negative: {amount_nano}")
