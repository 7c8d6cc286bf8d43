"""The request form: one need, the cheapest offers first."""

from collections.abc import Sequence

from wattloom.chaincode.auction.matching.quotes import Quote


def accept(need_wh: int, offers: Sequence[Quote]) -> list[int]:
    """Return what is taken of each offer, in Wh: cheapest first, among equals in the ledger's order.

    Source: the CE-SDT paper, section 2, steps 7 and 8.
    """
    taken = [0] * len(offers)
    for at in sorted(range(len(offers)), key=lambda at: (offers[at].price_nano_per_wh, offers[at].position)):
        taken[at] = min(need_wh, offers[at].energy_wh)
        need_wh -= taken[at]
    return taken
