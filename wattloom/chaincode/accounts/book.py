"""What other contracts may do with accounts: lock a party's money, unlock it, and pay from what is locked.

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


def _require_not_negative(amount_nano: int) -> None:
    if amount_nano < 0:
        raise ValueError(f"an amount is not negative: {amount_nano}")
