"""The contract `auction`: which functions there are, and who may call them.

Nobody clears a book or closes a request: the ledger's timers do, and settle.
"""

from wattloom.chaincode.api import Contract
from wattloom.chaincode.auction import (
    clearing,
    closing,
    markets,
    orders,
    requests,
    sealing,
    suggesting,
    views,
)

auction = Contract(
    "auction", summary="Requests that neighbours answer with offers, and an order book for every slot."
)

HOME, UTILITY, AUDITOR = "home", "utility", "auditor"
MEMBERS = [HOME, UTILITY, AUDITOR]

auction.transaction(roles=[UTILITY])(markets.open_market)
auction.transaction(roles=[UTILITY])(markets.set_tariff)
auction.transaction(roles=[UTILITY])(markets.connect)
auction.transaction(roles=[HOME])(requests.request_energy)
auction.transaction(roles=[HOME])(requests.place_offer)
auction.transaction(roles=[HOME])(requests.withdraw_offer)
auction.transaction(roles=[HOME])(orders.place_order)
auction.transaction(roles=[HOME])(orders.amend_order)
auction.transaction(roles=[HOME])(orders.cancel_order)
auction.transaction(roles=[HOME])(sealing.commit_order)
auction.transaction(roles=[HOME])(sealing.reveal_order)
auction.timer(clearing.clear)
auction.timer(closing.close_request)
auction.query()(suggesting.suggest_price)
auction.query()(views.read_market)
auction.query()(views.list_markets)
auction.query()(views.read_tariff)
auction.query(roles=MEMBERS)(views.read_slot)
auction.query(roles=MEMBERS)(views.read_engagement)
auction.query(roles=MEMBERS)(views.read_order)
auction.query(roles=[UTILITY, AUDITOR])(views.list_orders)
auction.query(roles=MEMBERS)(views.read_request)
auction.query(roles=MEMBERS)(views.list_requests)
auction.query(roles=MEMBERS)(views.read_offer)
auction.query(roles=[UTILITY, AUDITOR])(views.list_offers)
