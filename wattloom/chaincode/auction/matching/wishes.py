"""Quotes that would rather trade with a partner, or insist on green or local energy.

These passes come before the others, quote by quote in order of merit; each takes the best counterpart that
suits it. They find good trades, not the best possible set of them.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from wattloom.chaincode.auction.matching.quotes import Pricing, Quote, Sides, Trade


def with_partners(sides: Sides, pricing: Pricing) -> Iterator[Trade]:
    """Yield the trades of quotes that name a partner with its quotes: bids first, then asks."""
    asks_of, bids_of = _by_party(sides.asks, sides.ask_rank), _by_party(sides.bids, sides.bid_rank)
    for bid in sides.bid_rank:
        for ask in asks_of.get(sides.bids[bid].partner, ()):
            yield from _between(sides, bid, ask, pricing)
    for ask in sides.ask_rank:
        for bid in bids_of.get(sides.asks[ask].partner, ()):
            yield from _between(sides, bid, ask, pricing)


def within_restrictions(sides: Sides, pricing: Pricing) -> Iterator[Trade]:
    """Yield the trades of restricted bids with the best asks that suit them, then of local asks with bids.

    Quotes of one kind stand in one queue, so a quote looks at the heads of a few queues, not at all others.
    """
    asks = _queues(sides.asks, sides.ask_rank)
    for bid in sides.bid_rank:
        wish = sides.bids[bid]
        if wish.is_restricted:
            suited = [queue for kind, queue in asks if _suits(wish, kind)]
            for ask in _best_first(suited, sides.asks, sides.ask_left, sign=1):
                if not (sides.bid_left[bid] and sides.cross(bid, ask)):
                    break
                yield sides.take(bid, ask, sides.pair_price(bid, ask, pricing))
    bids = _queues(sides.bids, sides.bid_rank)
    for ask in sides.ask_rank:
        wish = sides.asks[ask]
        if wish.local_only:
            suited = [queue for kind, queue in bids if _suits(kind, wish)]
            for bid in _best_first(suited, sides.bids, sides.bid_left, sign=-1):
                if not (sides.ask_left[ask] and sides.cross(bid, ask)):
                    break
                yield sides.take(bid, ask, sides.pair_price(bid, ask, pricing))


def _suits(bid: Quote, ask: Quote) -> bool:
    """Tell whether two quotes may trade with each other, whatever their prices."""
    if bid.green_only and not ask.green:
        return False
    return bid.zone == ask.zone or not (bid.local_only or ask.local_only)


def _between(sides: Sides, bid: int, ask: int, pricing: Pricing) -> Iterator[Trade]:
    if not (sides.bid_left[bid] and sides.ask_left[ask] and sides.cross(bid, ask)):
        return
    if _suits(sides.bids[bid], sides.asks[ask]):
        yield sides.take(bid, ask, sides.pair_price(bid, ask, pricing))


def _by_party(quotes: Sequence[Quote], rank: Sequence[int]) -> dict[str, list[int]]:
    """Return each party's quotes in order of merit; the empty name has none."""
    found: dict[str, list[int]] = {}
    for at in rank:
        if quotes[at].party_id:
            found.setdefault(quotes[at].party_id, []).append(at)
    return found


def _kind(quote: Quote) -> tuple[str, bool, bool, bool]:
    return quote.zone, quote.green, quote.green_only, quote.local_only


def _queues(quotes: Sequence[Quote], rank: Sequence[int]) -> list[tuple[Quote, list[int]]]:
    """Return the quotes by kind, each with one that stands for it; the best is its last."""
    by_kind = sorted(rank, key=lambda at: _kind(quotes[at]))
    groups = [list(queue)[::-1] for _, queue in groupby(by_kind, key=lambda at: _kind(quotes[at]))]
    return [(quotes[queue[0]], queue) for queue in groups]


def _best_first(
    queues: Sequence[list[int]], quotes: Sequence[Quote], left: Sequence[int], *, sign: int
) -> Iterator[int]:
    """Yield the best quote of all queues as long as it has something left, then the next best."""
    while True:
        for queue in queues:
            while queue and not left[queue[-1]]:
                queue.pop()
        heads = [queue[-1] for queue in queues if queue]
        if not heads:
            return
        yield min(heads, key=lambda at: (sign * quotes[at].price_nano_per_wh, quotes[at].position))
