"""Uniform clearing: the most energy that can be traded, at one price for everybody."""

from collections.abc import Iterator, Sequence

from wattloom.chaincode.auction.matching.quotes import Quote, Sides, Trade
from wattloom.chaincode.auction.matching.rationing import ration


def at_one_price(sides: Sides) -> Iterator[Trade]:
    """Yield the trades of what is left at one price, pro rata where not all of a price can be served.

    The price is the middle of the lowest bid and the highest ask that are served, rounded down; so nobody
    that is not served has a say in it.
    """
    margin = _margin(sides)
    if margin is None:
        return
    volume_wh, bid, ask = margin
    lowest_bid, highest_ask = sides.bids[bid].price_nano_per_wh, sides.asks[ask].price_nano_per_wh
    bought = _served(sides.bids, sides.bid_left, sides.bid_rank, lowest_bid, volume_wh)
    sold = _served(sides.asks, sides.ask_left, sides.ask_rank, highest_ask, volume_wh)
    price = (lowest_bid + highest_ask) // 2
    for buyer, seller, energy_wh in _paired(bought, sold):
        sides.bid_left[buyer] -= energy_wh
        sides.ask_left[seller] -= energy_wh
        yield Trade(buyer, seller, energy_wh, price)


def _margin(sides: Sides) -> tuple[int, int, int] | None:
    """Return the largest volume, and the last bid and ask in order of merit that have a part in it."""
    last: tuple[int, int] | None = None
    volume = bid_end = ask_end = 0
    bids, asks = iter(sides.bid_rank), iter(sides.ask_rank)
    bid, ask = -1, -1
    while True:
        while bid_end == volume:
            bid = next(bids, -1)
            if bid < 0:
                break
            bid_end += sides.bid_left[bid]
        while ask_end == volume:
            ask = next(asks, -1)
            if ask < 0:
                break
            ask_end += sides.ask_left[ask]
        if bid < 0 or ask < 0 or not sides.cross(bid, ask):
            return None if last is None else (volume, *last)
        volume, last = min(bid_end, ask_end), (bid, ask)


def _served(
    quotes: Sequence[Quote], left: Sequence[int], rank: Sequence[int], marginal: int, volume_wh: int
) -> list[tuple[int, int]]:
    """Return quotes and what each is served: better prices wholly, the marginal price pro rata."""
    served: list[tuple[int, int]] = []
    claiming: list[int] = []
    for at in rank:
        if quotes[at].price_nano_per_wh == marginal:
            claiming.append(at)
        elif claiming:
            break
        else:
            served.append((at, left[at]))
    rest_wh = volume_wh - sum(energy for _, energy in served)
    shares = ration([left[at] for at in claiming], rest_wh)
    return [each for each in [*served, *zip(claiming, shares, strict=True)] if each[1]]


def _paired(
    bought: Sequence[tuple[int, int]], sold: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, int]]:
    """Lay both sides, which are equal in sum, beside each other: yield buyer, seller and energy."""
    sellers = iter(sold)
    seller, offered = -1, 0
    for buyer, needed in bought:
        while needed:
            if not offered:
                seller, offered = next(sellers)
            energy = min(needed, offered)
            yield buyer, seller, energy
            needed, offered = needed - energy, offered - energy
