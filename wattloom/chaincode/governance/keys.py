"""State keys of `governance`."""

from wattloom.chaincode.api import keys

OBSERVERS = "observers"
"""Whether anybody's node may observe, or listed ones alone."""

CONSENSUS = "parameters/consensus"
MARKET = "parameters/market"


def seat(node: str) -> str:
    """`seat/<node>`: a validator."""
    return keys.join("seat", node)


def owner(address: bytes) -> str:
    """`owner/<address>`: the node that a validator key belongs to, for ever."""
    return keys.join("owner", address.hex())


def rules(from_height: int) -> str:
    """`rules/<height>`: the version of the rules from a height on; key order is height order."""
    return keys.join("rules", keys.number(from_height))


def observer(node_id: str) -> str:
    """`observer/<node id>`: a node that is listed."""
    return keys.join("observer", node_id)


def misbehaviour(height: int, number: int) -> str:
    """`misbehaviour/<height>/<number>`: in the order in which blocks have brought it."""
    return keys.join("misbehaviour", keys.number(height), keys.number(number))
