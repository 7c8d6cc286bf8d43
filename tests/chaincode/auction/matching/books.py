"""Order books for properties: few prices and sizes, so that ties and margins are frequent."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from wattloom.chaincode.auction.matching import Pricing, Quote, Trade

ZONES = ("east", "west")

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Of properties that say nothing about time."""


def quotes(energies_and_prices, *, prefix="q"):
    """Return plain quotes whose positions are their order."""
    return [
        Quote(price_nano_per_wh=price, energy_wh=energy, position=f"{prefix}{at:04d}")
        for at, (energy, price) in enumerate(energies_and_prices)
    ]


def plain(max_size=12, max_price=12, max_energy=9):
    """Return a strategy for one side's quotes without wishes."""
    pair = st.tuples(st.integers(1, max_energy), st.integers(0, max_price))
    return st.lists(pair, max_size=max_size)


@st.composite
def books(draw, wishes=False):
    """Draw bids and asks; with wishes some insist on something or name a party of the other side."""
    sides = []
    for prefix in "ba":
        side = quotes(draw(plain()), prefix=prefix)
        if wishes:
            side = [_with_wishes(draw, quote, at, prefix) for at, quote in enumerate(side)]
        sides.append(side)
    return sides


def _with_wishes(draw, quote, at, prefix):
    other = "a" if prefix == "b" else "b"
    return quote._replace(
        party_id=f"{prefix}{at % 4}",
        zone=draw(st.sampled_from(ZONES)),
        green=prefix == "a" and draw(st.booleans()),
        green_only=prefix == "b" and draw(st.booleans()),
        local_only=draw(st.booleans()),
        partner=draw(st.sampled_from(["", "", f"{other}0", f"{other}1"])),
    )


pricings = st.sampled_from(Pricing)


def sold_by(trades: list[Trade], asks) -> list[int]:
    return [sum(trade.energy_wh for trade in trades if trade.ask == at) for at in range(len(asks))]


def bought_by(trades: list[Trade], bids) -> list[int]:
    return [sum(trade.energy_wh for trade in trades if trade.bid == at) for at in range(len(bids))]


def suits(bid: Quote, ask: Quote) -> bool:
    """Say independently of the product whether two quotes may trade."""
    green = ask.green or not bid.green_only
    local = bid.zone == ask.zone or (not bid.local_only and not ask.local_only)
    return green and local
