"""State keys of `auction`."""

from wattloom.chaincode.api import Position, keys
from wattloom.chaincode.auction.units import DAY_S


def order_id(position: Position) -> str:
    """Return the id of what is placed at a position of the ledger; it sorts as the ledger does."""
    return f"{keys.number(position.height)}.{position.index:06d}"


def market(market_id: str) -> str:
    """`market/<market>`."""
    return keys.join("market", market_id)


def tariff(market_id: str, at_s: int) -> str:
    """`tariff/<market>/<day>`: the day (UTC) of a time, in days since 1970."""
    return keys.join("tariff", market_id, keys.number(at_s // DAY_S))


def connection(market_id: str, party_id: str) -> str:
    """`connection/<market>/<party>`."""
    return keys.join("connection", market_id, party_id)


def recent(market_id: str) -> str:
    """`recent/<market>`: the last trades."""
    return keys.join("recent", market_id)


def slot(market_id: str, slot_start_s: int) -> str:
    """`slot/<market>/<start>`."""
    return keys.join("slot", market_id, keys.number(slot_start_s))


def engagement(market_id: str, slot_start_s: int, party_id: str) -> str:
    """`engagement/<market>/<start>/<party>`."""
    return keys.join("engagement", market_id, keys.number(slot_start_s), party_id)


def order(market_id: str, slot_start_s: int, order_id: str) -> str:
    """`order/<market>/<start>/<id>`: a slot's orders are one range, in the order of the ledger."""
    return keys.join("order", market_id, keys.number(slot_start_s), order_id)


def sealed(market_id: str, slot_start_s: int, order_id: str) -> str:
    """`sealed/<market>/<start>/<id>`: an order that is not revealed yet."""
    return keys.join("sealed", market_id, keys.number(slot_start_s), order_id)


def work() -> str:
    """`work`: what the last block that cleared or closed anything has done."""
    return keys.join("work")


def batch(market_id: str, slot_start_s: int, number: int) -> str:
    """`batch/<market>/<start>/<number>`: homes of a cleared book that a later block settles."""
    return keys.join("batch", market_id, keys.number(slot_start_s), keys.number(number))


def request(market_id: str, slot_start_s: int, request_id: str) -> str:
    """`request/<market>/<start>/<id>`."""
    return keys.join("request", market_id, keys.number(slot_start_s), request_id)


def offer(market_id: str, request_id: str, offer_id: str) -> str:
    """`offer/<market>/<request>/<id>`: a request's offers are one range."""
    return keys.join("offer", market_id, request_id, offer_id)
