"""What must hold after a day by auction, measured on its result and on the accounts that it leaves."""

from collections.abc import Sequence

import numpy as np

from wattloom.chaincode.accounts.records import Account
from wattloom.market.auction.day.result import AuctionDay
from wattloom.market.auction.terms import AuctionTerms
from wattloom.market.day.result import Check
from wattloom.market.transactive.units import NANO


def check_day(day: AuctionDay, accounts: Sequence[Account], terms: AuctionTerms) -> tuple[Check, ...]:
    """Return every check with what was found, given everybody's account at the end."""
    return (
        _energy_balances(day),
        _money_is_conserved(day, accounts),
        _nobody_loses(day, rounding_bound(terms)),
        Check("ledger verified", holds=True, detail=f"all {day.ledger.blocks} blocks, executed again"),
    )


def rounding_bound(terms: AuctionTerms) -> float:
    """Return the most, in $, that counting in whole watt-hours costs a home: half of one in each slot."""
    return float(terms.grid_nano_per_wh.sum()) / 2 / NANO


def _energy_balances(day: AuctionDay) -> Check:
    net_wh = np.sum([home.neighbours_wh for home in day.homes], axis=0)
    unbalanced = int(np.count_nonzero(net_wh))
    return Check("energy balances", unbalanced == 0, f"{unbalanced} slots where sold is not bought")


def _money_is_conserved(day: AuctionDay, accounts: Sequence[Account]) -> Check:
    """Hold accounts against bills: each home has spent what it was billed, and nothing is left locked."""
    paid_nano = sum(home.paid_nano for home in day.homes)
    locked_nano = sum(account.locked_nano for account in accounts)
    apart_nano = sum(home.neighbours_nano for home in day.homes)
    wrong = sum(home.paid_nano != home.spent_nano for home in day.homes)
    detail = (
        f"homes paid their utility {paid_nano / NANO:.4f} $, bills of neighbours sum to {apart_nano} nano, "
        f"{wrong} accounts are not what bills say"
    )
    return Check("money is conserved", locked_nano == apart_nano == wrong == 0, detail)


def _nobody_loses(day: AuctionDay, bound: float) -> Check:
    least = min(day.homes, key=lambda home: home.saving)
    detail = f"least saving {least.saving:.4f} $ ({least.home}), rounding may cost {bound:.4f} $"
    return Check("nobody loses", least.saving >= -bound, detail)
