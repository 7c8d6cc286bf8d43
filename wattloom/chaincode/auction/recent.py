"""The last trades of a market, which the suggested price is made of."""

from collections.abc import Iterable

from wattloom.chaincode.api import Context, Int64Array
from wattloom.chaincode.auction import keys
from wattloom.chaincode.auction.records import Recent

TRADES = 20
"""How many are remembered; a cleared book counts as one at its mean price."""


def read(ctx: Context, market_id: str) -> Recent:
    """Return the last trades, which at first are none."""
    none = Int64Array(())
    return ctx.state.find(keys.recent(market_id), Recent) or Recent(prices_nano_per_wh=none, energy_wh=none)


def remember(ctx: Context, market_id: str, trades: Iterable[tuple[int, int]]) -> None:
    """Add prices and energies of trades, and forget the oldest."""
    before = read(ctx, market_id)
    known = [*zip(before.prices_nano_per_wh, before.energy_wh, strict=True), *trades][-TRADES:]
    if known:
        prices, energies = zip(*known, strict=True)
        after = Recent(prices_nano_per_wh=Int64Array(prices), energy_wh=Int64Array(energies))
        ctx.state.put(keys.recent(market_id), after)


def mean_price(prices_and_energies: Iterable[tuple[int, int]]) -> int:
    """Return the mean price over energy, rounded down; of no trades it is zero."""
    paid = energy = 0
    for price_nano_per_wh, energy_wh in prices_and_energies:
        paid += price_nano_per_wh * energy_wh
        energy += energy_wh
    return paid // energy if energy else 0
