"""Settling many parties at once against one that stands between all of them."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from wattloom.chaincode.accounts import keys
from wattloom.chaincode.accounts.records import Account
from wattloom.chaincode.api import Context


class Due(NamedTuple):
    """A party whose lock is lifted by `unlock_nano`, and who owes (negative: is owed) `owes_nano`."""

    party_id: str
    unlock_nano: int
    owes_nano: int


def settle(ctx: Context, dues: Iterable[Due], *, house: str) -> int:
    """Settle every party against the house's locked money; return by how much that has grown.

    Each account is written once. A party that owes more than is lifted, a house that owes more than it has
    locked, or one that is a party too, is a bug of the calling contract and raises `ValueError`.

    Raises
    ------
    NotFound : a party or the house has no account
    """
    state = ctx.within("accounts").state
    grown_nano = 0
    for party_id, unlock_nano, owes_nano in dues:
        if party_id == house or owes_nano > unlock_nano or unlock_nano < 0:
            raise ValueError(f"{party_id} cannot owe {owes_nano} nano of {unlock_nano} to {house}")
        key = keys.account(party_id)
        account = state.get(key, Account).release(unlock_nano)
        state.put(key, account.credit(unlock_nano - owes_nano))
        grown_nano += owes_nano
    _grow(ctx, house, grown_nano)
    return grown_nano


def _grow(ctx: Context, house: str, amount_nano: int) -> None:
    state, key = ctx.within("accounts").state, keys.account(house)
    account = state.get(key, Account)
    if amount_nano < 0:
        account = account.release(-amount_nano)
    else:
        account = replace(account, locked_nano=account.locked_nano + amount_nano)
    state.put(key, account)
