"""Who pays what: one price per slot for everybody, so that bills sum to zero exactly."""

from collections.abc import Iterator, Sequence
from operator import mul

from wattloom.chaincode.transactive.rounding import PICO_PER_KWH_IN_NANO_PER_WH, clamp, round_half_up


def clearing_prices(mu_pico_per_kwh: Sequence[int], *, cap_nano_per_wh: int) -> list[int]:
    """Return the dual prices as money per Wh: rounded half up, then held within [-cap, cap]."""
    return [
        clamp(round_half_up(price, PICO_PER_KWH_IN_NANO_PER_WH), -cap_nano_per_wh, cap_nano_per_wh)
        for price in mu_pico_per_kwh
    ]


def bill_nano(trades_wh: Sequence[int], prices_nano_per_wh: Sequence[int]) -> int:
    """Return what a home owes (negative: is owed) for its trades; exact."""
    return sum(map(mul, trades_wh, prices_nano_per_wh))


def shares(savings_nano: Sequence[int]) -> list[int]:
    """Return an even split of declared savings; what is left over goes to the first, one nano each.

    A home that saves s at the clearing price, declares it, pays s on top and gets its share, is as well off
    as everybody else who does. Source: the bargaining solution of Nash 1950 for money that can be moved.
    """
    if not savings_nano:
        return []
    share, left = divmod(sum(savings_nano), len(savings_nano))
    return [share + (place < left) for place in range(len(savings_nano))]


def payments(bills_nano: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (payer, payee, amount) until every bill is zero, payers and payees in index order.

    The bills sum to zero; there are fewer payments than homes.
    """
    payees = ((home, -bill) for home, bill in enumerate(bills_nano) if bill < 0)
    payee, due = -1, 0
    for payer, bill in enumerate(bills_nano):
        owed = bill
        while owed > 0:
            if due == 0:
                payee, due = next(payees)
            amount = min(owed, due)
            yield payer, payee, amount
            owed -= amount
            due -= amount
