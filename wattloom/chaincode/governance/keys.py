"""State keys of `governance`."""

from wattloom.chaincode.api import keys

OBSERVERS = "observers"
"""Whether anybody's node may observe, or listed ones alone."""

LAST = "last"
"""The number of the newest proposal."""

CONSENSUS = "parameters/consensus"
MARKET = "parameters/market"
EXISTENCE = "parameters/existence"


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


def proposal(number: int) -> str:
    """`proposal/<number>`: in the order in which they were opened."""
    return keys.join("proposal", keys.number(number))


def open_proposal(organisation: str, number: int) -> str:
    """`open/<organisation>/<number>`: the proposals of an organisation that are open."""
    return keys.join("open", organisation, keys.number(number))


def vote(number: int, organisation: str) -> str:
    """`vote/<number>/<organisation>`."""
    return keys.join("vote", keys.number(number), organisation)
