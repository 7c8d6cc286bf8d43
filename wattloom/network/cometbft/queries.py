"""ABCI queries: what stock light clients, foreign clients and the engine itself ask of the application.

`/store/<store>/key`   a value of the state with its proof; `data` is the key (stores: `state_path`)
`/evaluate`            a signed query of a contract; `data` is the transaction
`/p2p/filter/...`      whether a peer may connect
"""

import re

from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.api.execution import refused
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.application import Application
from wattloom.network.engine import ProofUnavailable
from wattloom.network.state import HeightUnavailable, KeyAbsent
from wattloom.network.state.views import MAX_KEY_BYTES

_STORE = re.compile(r"/store/([A-Za-z_][A-Za-z0-9_]*)\.[0-9a-f]{4}/key")
_PEER_ID = re.compile(r"/p2p/filter/id/([0-9a-f]{40})")
_PEER_ADDRESS = "/p2p/filter/addr/"


class UnknownQuery(ChaincodeError):
    """The application answers no query under this path."""

    code = "UNKNOWN_QUERY"

    def __init__(self, *, path: str) -> None:
        sentence = "no query has this path: ask /store/<store>/key or /evaluate"
        super().__init__(sentence, path=path[:MAX_KEY_BYTES])


class PeerNotAdmitted(ChaincodeError):
    """The consortium admits listed observers only, and this node is not among them."""

    code = "PEER_NOT_ADMITTED"

    def __init__(self, *, node_id: str) -> None:
        super().__init__(f"the node {node_id} is not admitted: propose it by governance", node_id=node_id)


def answer_query(application: Application, request: wire.RequestQuery) -> wire.ResponseQuery:
    """Answer a query; a refusal has a code, its canonical JSON as value, and a sentence."""
    try:
        if request.path == "/evaluate":
            data, height = application.evaluate(request.data)
            return wire.ResponseQuery(value=data, height=height)
        if request.path.startswith(_PEER_ADDRESS):
            return wire.ResponseQuery()  # who a peer is says its id, not where it calls from
        if peer := _PEER_ID.fullmatch(request.path):
            return _admit(application, peer[1])
        if store := _STORE.fullmatch(request.path):
            return _prove(application, store[1], request)
        raise UnknownQuery(path=request.path)
    except ChaincodeError as refusal:
        outcome = refused(refusal)
        return wire.ResponseQuery(
            code=outcome.status,
            value=outcome.data,
            log=outcome.log,
            codespace=outcome.code,
            height=request.height,
        )


def _admit(application: Application, node_id: str) -> wire.ResponseQuery:
    if not application.admits_observer(node_id):
        raise PeerNotAdmitted(node_id=node_id)
    return wire.ResponseQuery()


def _prove(application: Application, contract: str, request: wire.RequestQuery) -> wire.ResponseQuery:
    """Answer with a state whose root stands in a header: the last but one, unless a height is asked."""
    height = request.height or application.info().height - 1
    try:
        proof = application.prove(contract, request.data.decode(), height=height)
    except (HeightUnavailable, KeyAbsent, UnicodeDecodeError) as error:
        raise ProofUnavailable(reason=str(error)) from error
    ops = wire.ProofOps.FromString(proof.encode())
    return wire.ResponseQuery(key=request.data, value=proof.value, proof_ops=ops, height=proof.height)
