"""Records of `accounts`; no amount can pass the supply, and `Supply.grown` bounds that."""

from typing import Self

from msgspec.structs import replace

from wattloom.chaincode.accounts.errors import InsufficientFunds, SupplyTooLarge
from wattloom.chaincode.api import Record
from wattloom.chaincode.api.units import MAX_INT, AmountNano, PartyId, PositiveAmountNano


class Account(Record, frozen=True, kw_only=True):
    """A party's money: free to spend, or locked by a contract until it pays or unlocks."""

    party_id: PartyId
    free_nano: AmountNano = 0
    locked_nano: AmountNano = 0

    def credit(self, amount_nano: int) -> Self:
        """Return the account with more free money."""
        return replace(self, free_nano=self.free_nano + amount_nano)

    def debit(self, amount_nano: int) -> Self:
        """Return the account with less free money; raise `InsufficientFunds`."""
        if self.free_nano < amount_nano:
            raise InsufficientFunds(needed_nano=amount_nano, free_nano=self.free_nano)
        return replace(self, free_nano=self.free_nano - amount_nano)

    def lock(self, amount_nano: int) -> Self:
        """Return the account with free money locked; raise `InsufficientFunds`."""
        return replace(self.debit(amount_nano), locked_nano=self.locked_nano + amount_nano)

    def release(self, amount_nano: int) -> Self:
        """Return the account with less locked money; more than is locked is a bug of the contract."""
        if self.locked_nano < amount_nano:
            raise ValueError(f"{self.party_id} has {self.locked_nano} nano locked, not {amount_nano}")
        return replace(self, locked_nano=self.locked_nano - amount_nano)


class Supply(Record, frozen=True, kw_only=True):
    """All money of the ledger: the sum over its accounts, written only where money comes or goes."""

    total_nano: AmountNano = 0

    def grown(self, amount_nano: int) -> Self:
        """Return the supply with more money; raise `SupplyTooLarge`."""
        total_nano = self.total_nano + amount_nano
        if total_nano > MAX_INT:
            raise SupplyTooLarge(total_nano=total_nano, limit_nano=MAX_INT)
        return replace(self, total_nano=total_nano)

    def shrunk(self, amount_nano: int) -> Self:
        """Return the supply with less money, which an account has given up."""
        return replace(self, total_nano=self.total_nano - amount_nano)


class Party(Record, frozen=True, kw_only=True):
    """Whose account is meant."""

    party_id: PartyId


class Amount(Record, frozen=True, kw_only=True):
    """Money that comes to an account from outside the ledger, or leaves it."""

    party_id: PartyId
    amount_nano: PositiveAmountNano


class Transfer(Record, frozen=True, kw_only=True):
    """The caller's free money for another party."""

    payee: PartyId
    amount_nano: PositiveAmountNano


class Transferred(Record, frozen=True, kw_only=True):
    """Event: free money went from one party to another."""

    payer: PartyId
    payee: PartyId
    amount_nano: PositiveAmountNano
