"""Merit order: the best bid meets the best ask, then the next, while the bid pays what the ask wants."""

from collections.abc import Iterator

from wattloom.chaincode.auction.matching.quotes import Pricing, Sides, Trade


def by_merit(sides: Sides, pricing: Pricing) -> Iterator[Trade]:
    """Yield trades at each pair's own price until no bid pays what the next ask wants."""
    bids, asks = iter(sides.bid_rank), iter(sides.ask_rank)
    bid, ask = next(bids, None), next(asks, None)
    while bid is not None and ask is not None and sides.cross(bid, ask):
        if not sides.bid_left[bid]:
            bid = next(bids, None)
        elif not sides.ask_left[ask]:
            ask = next(asks, None)
        else:
            yield sides.take(bid, ask, sides.pair_price(bid, ask, pricing))
