"""Every refusal that the product knows, and those that a client of a healthy ledger never meets."""

from collections.abc import Iterator

from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.installed import RULES
from wattloom.network import engine, gateway, refusals
from wattloom.network.cometbft import queries

NOT_MET = {
    "REFUSED": "the base of all others, which nothing raises",
    "LAST_ORGANISATION": "of four nobody can be the last, tests/chaincode/governance",
    "TOO_MANY_VALIDATORS": "needs a hundred seats, tests/chaincode/governance",
    "TOO_MANY_OBSERVERS": "needs a thousand listed nodes, tests/chaincode/governance",
    "BLOCK_TOO_LARGE": "said of a proposed block between validators, tests/network/application",
    "DUPLICATE_TRANSACTION": "a gateway answers a known id with its recorded result",
    "OVERFLOW": "takes thousands of iterations at the largest rho, tests/chaincode/transactive",
    "WINDOW_CLOSED": "a minute's period would have to be opened, and pass, for it, tests/chaincode/metering",
    "AMOUNT_TOO_LARGE": "needs thousands of sessions at the largest limit, tests/chaincode/metering",
    "BOOK_FULL": "needs ten thousand orders, or five hundred offers, tests/chaincode/auction",
    "BUSY": "the client waits and sends again, tests/network/gateway",
    "MEMBER_BUSY": "the client waits and sends again, tests/network/gateway",
    "TOO_MANY_STREAMS": "needs a thousand followers, tests/network/gateway",
    "STOPPING": "the client goes elsewhere or waits, tests/network/gateway",
    "UNKNOWN_QUERY": "an answer of the stock node's RPC, tests/network/cometbft",
    "PEER_NOT_ADMITTED": "an answer to the stock node itself, tests/network/cometbft",
    "OUTCOME_UNKNOWN": "the client asks again, tests/network/gateway",
    "FOLLOWER_TOO_SLOW": "needs a reader that reads nothing for 20 s, tests/network/gateway",
    "ANSWERS_UNREAD": "needs a sender that reads nothing for 20 s, tests/network/gateway",
    "HEIGHT_NOT_KEPT": "only where blocks were pruned; the first gateways here are archives",
}
"""Code to reason, and where it is tested."""

NOT_MET_ON = {
    "solo": {
        "NOT_AN_ELECTOR": "without recorded validators every member votes",
        "TOO_FEW_VALIDATORS": "no validators are recorded",
        "NOT_SUSPENDED": "no validators are recorded",
        "NODE_ID_MISSING": "no validators are recorded",
    },
    "cometbft": {"NO_VALIDATORS": "validators are recorded"},
}
"""The same of one engine alone."""

FOR_ONE_ALONE = {"registry:add_organisation", "registry:add_manufacturer"}
"""Functions that give a result where one organisation alone has a vote; among four they refuse."""


def known() -> set[str]:
    """Return the code of every refusal of the ledger, its gateway and its contracts."""
    assert all((RULES, engine, gateway, queries, refusals))  # their refusals are defined by being imported
    return {kind.code for kind in _below(ChaincodeError) if kind.__module__.startswith("wattloom.")}


def _below(kind: type[ChaincodeError]) -> Iterator[type[ChaincodeError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _below(each)
