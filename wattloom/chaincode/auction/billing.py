"""What a matched book means for each home; plain functions over orders and trades."""

from collections.abc import Iterable, Sequence

from wattloom.chaincode.auction.matching import Quote, Trade
from wattloom.chaincode.auction.records import Fill, HomeDue, Order, SealedOrder


def quote_of(order: Order) -> Quote:
    """Return what is matched of an order: a bid's price is what it leaves the seller after the grid's fee."""
    terms, connection = order.terms, order.connection
    return Quote(
        price_nano_per_wh=terms.price_nano_per_wh - order.fee_nano_per_wh,
        energy_wh=terms.energy_wh,
        position=order.position,
        party_id=order.party_id,
        zone=connection.zone,
        green=connection.green,
        green_only=terms.green_only,
        local_only=terms.local_only,
        partner=terms.partner or "",
    )


def bill(bids: Sequence[Order], asks: Sequence[Order], trades: Iterable[Trade]) -> list[HomeDue]:
    """Return every home's due: buyers pay price and fee, sellers are paid the price."""
    bought, paid = [0] * len(bids), [0] * len(bids)
    sold, earned = [0] * len(asks), [0] * len(asks)
    for bid, ask, energy_wh, price_nano_per_wh in trades:
        bought[bid] += energy_wh
        sold[ask] += energy_wh
        paid[bid] += energy_wh * (price_nano_per_wh + bids[bid].fee_nano_per_wh)
        earned[ask] -= energy_wh * price_nano_per_wh
    return [*_by_home(bids, bought, paid), *_by_home(asks, sold, earned)]


def forfeit(sealed: Iterable[SealedOrder], *, forfeit_nano: int, owes_nano: int) -> list[HomeDue]:
    """Return what orders that were not revealed mean for their homes."""
    return [
        HomeDue(
            party_id=order.party_id,
            side=None,
            ordered_wh=0,
            traded_wh=0,
            unlock_nano=order.cover_nano + forfeit_nano,
            owes_nano=owes_nano,
            fills=[Fill(order_id=order.order_id, energy_wh=0, amount_nano=owes_nano)],
        )
        for order in sealed
    ]


def payers_first(dues: Iterable[HomeDue]) -> list[HomeDue]:
    """Return the dues so that whoever owes comes before whoever is owed; homes in the order of their ids."""
    return sorted(dues, key=lambda due: (due.owes_nano < 0, due.party_id))


def _by_home(orders: Sequence[Order], energy_wh: Sequence[int], amount_nano: Sequence[int]) -> list[HomeDue]:
    """Return one due for each home of one side."""
    places: dict[str, list[int]] = {}
    for place, order in enumerate(orders):
        places.setdefault(order.party_id, []).append(place)
    return [
        HomeDue(
            party_id=party_id,
            side=orders[own[0]].terms.side,
            ordered_wh=sum(orders[at].terms.energy_wh for at in own),
            traded_wh=sum(energy_wh[at] for at in own),
            unlock_nano=sum(orders[at].terms.cost_nano for at in own),
            owes_nano=sum(amount_nano[at] for at in own),
            fills=[
                Fill(order_id=orders[at].order_id, energy_wh=energy_wh[at], amount_nano=amount_nano[at])
                for at in own
            ],
        )
        for party_id, own in places.items()
    ]
