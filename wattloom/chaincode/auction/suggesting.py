"""The suggested price: what was paid lately, moved by scarcity, between the grid's two prices."""

from wattloom.chaincode.api import Context
from wattloom.chaincode.auction import markets, rates, recent, slots
from wattloom.chaincode.auction.messages import Interval, Suggestion

SCARCITY_SHARE = 2
"""The price moves by up to one part in so many of the distance between the grid's prices."""


def suggest_price(ctx: Context, request: Interval) -> Suggestion:
    """Suggest what to ask or bid for energy in an interval, before grid fees.

    Source: the CE-SDT paper, eqs. (5) and (6), in whole numbers: the mean of the last trades over energy,
    plus half of what the grid charges above what it pays, times (demand - supply) / (demand + supply); each
    quotient rounded down, the sum held within the grid's prices. Before there are trades the mean is the
    middle of the grid's prices.

    Raises
    ------
    NotFound : no such market
    InvalidArgument, NoTariff : see `rates.over`
    """
    market = markets.read(ctx, request.market_id)
    grid, feed_in = rates.over(ctx, market, request.start_s, request.duration_s)
    slot = slots.read(ctx, market.market_id, slots.start_of(market, request.start_s))
    last = recent.read(ctx, market.market_id)
    mean = (grid + feed_in) // 2
    if len(last.energy_wh):
        mean = recent.mean_price(zip(last.prices_nano_per_wh, last.energy_wh, strict=True))
    moved = mean + scarcity(grid - feed_in, slot.demand_wh, slot.supply_wh)
    return Suggestion(
        price_nano_per_wh=min(max(moved, feed_in), grid),
        mean_nano_per_wh=mean,
        trades=len(last.energy_wh),
        demand_wh=slot.demand_wh,
        supply_wh=slot.supply_wh,
        grid_nano_per_wh=grid,
        feed_in_nano_per_wh=feed_in,
    )


def scarcity(span_nano_per_wh: int, demand_wh: int, supply_wh: int) -> int:
    """Return by how much the price moves up, or down where more is offered than wanted."""
    open_wh = demand_wh + supply_wh
    return span_nano_per_wh * (demand_wh - supply_wh) // (SCARCITY_SHARE * open_wh) if open_wh else 0
