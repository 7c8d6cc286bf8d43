"""One slot's order book: which bids trade with which asks, and at what price."""

from collections.abc import Sequence

from wattloom.chaincode.auction.matching.merit import by_merit
from wattloom.chaincode.auction.matching.quotes import Pricing, Quote, Sides, Trade
from wattloom.chaincode.auction.matching.uniform import at_one_price
from wattloom.chaincode.auction.matching.wishes import with_partners, within_restrictions


def match(bids: Sequence[Quote], asks: Sequence[Quote], pricing: Pricing) -> list[Trade]:
    """Return the trades of a book in three passes, each over what the one before has left.

    1. quotes that name a partner, with it, at the pair's own price (uniform pricing: the middle)
    2. quotes that insist on green or local energy, with the best that suits them, priced alike
    3. all others by the market's pricing

    Without wishes there is the third alone, and the cost is that of sorting: O(n log n).
    """
    sides = Sides.of(bids, asks)
    quotes = [*bids, *asks]
    trades: list[Trade] = []
    if any(quote.partner for quote in quotes):
        trades += with_partners(sides, pricing)
    if any(quote.is_restricted for quote in quotes):
        trades += within_restrictions(sides, pricing)
        _withdraw_restricted(sides)
    if pricing is Pricing.UNIFORM:
        return [*trades, *at_one_price(sides)]
    return [*trades, *by_merit(sides, pricing)]


def _withdraw_restricted(sides: Sides) -> None:
    """Leave out restricted quotes: nothing that suits them is left at their price."""
    sides.bid_rank[:] = [at for at in sides.bid_rank if not sides.bids[at].is_restricted]
    sides.ask_rank[:] = [at for at in sides.ask_rank if not sides.asks[at].is_restricted]
