"""What may leave a home, as a list: everything else that an agent sends is a leak."""

import json
import re
import time
from dataclasses import dataclass

import numpy as np

from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.contract import transactive
from wattloom.identity.credentials import ClientIdentity
from wattloom.network.transactions import MAX_VALIDITY_S, decode
from wattloom.network.wire import gateway_pb2 as wire

METADATA = {"user-agent"}
SERVICE = "/wattloom.gateway.v1.Gateway/"

REQUESTS = {
    "Submit": wire.SubmitRequest,
    "SubmitStream": wire.SubmitStreamRequest,
    "Evaluate": wire.EvaluateRequest,
    "CommitStatus": wire.CommitStatusRequest,
    "Describe": wire.DescribeRequest,
    "Events": wire.EventsRequest,
}
"""The gateway's methods that an agent uses, and what it says to each."""

FUNCTIONS = {
    "transactive:join": {"session_id", "start_nano_kwh"},
    "transactive:submit_decision": {"session_id", "iteration", "trades_nano_kwh"},
    "transactive:confirm": {"session_id", "proposal", "accept", "withdraw", "saving_nano"},
    "transactive:read_session": {"session_id"},
    "transactive:read_bill": {"session_id", "party_id"},
}
"""The functions that an agent calls, and the fields of each one's argument."""

SCALES = (1e6, 1e9)
"""Parts of a private unit in which a number would be looked for: millionths, and the ledger's own."""

SMALL = 10_000
"""Below this many parts a number says next to nothing, and would be found by chance."""

ALIKE = 0.9999
"""A decision that follows a private series so closely is that series in another unit."""


class Leak(AssertionError):
    """Something left the home that is not on the list."""


@dataclass
class Session:
    """What everybody knows of a session, which fixes every number that an agent sends but its trades."""

    session_id: str
    party_id: str
    identity: ClientIdentity
    numbers: int
    iterations: int
    proposals: int


def check(sent, session, private):
    """Raise `Leak` unless all that was sent is on the list; return how often each function was called.

    `private` are a home's own series by name, each (n,), in the unit that the home's model has them in.
    """
    calls = dict.fromkeys(FUNCTIONS, 0)
    for each in sent:
        for transaction in _transactions(each):
            _check_creator(transaction, session.identity)
            function, argument = transaction.function, json.loads(transaction.arguments)
            _check_argument(function, argument, session)
            calls[function] += 1
            if function == "transactive:submit_decision":
                _check_numbers(Int64Array.unpack(argument["trades_nano_kwh"]), session, private)
    return calls


def _transactions(sent):
    """Return the transactions, or signed queries, that a message holds."""
    _require({name for name, _ in sent.metadata} <= METADATA, f"metadata {sent.metadata}")
    method = sent.method.removeprefix(SERVICE)
    _require(method in REQUESTS, f"a call of {sent.method}")
    request = REQUESTS[method].FromString(sent.message)
    again = REQUESTS[method].FromString(sent.message)
    again.DiscardUnknownFields()
    _require(again.SerializeToString() == sent.message, f"a {method} with something beside its fields")
    if method == "Events":
        _require(request.contract == "transactive", f"events of {request.contract!r}")
        _require(request.name == "", f"events named {request.name!r}")
        _require(request.from_height < 10**6, f"events from {request.from_height}")
    if method == "CommitStatus":
        _require(len(request.tx_id) == 32, "a transaction id of another length")
    if method == "SubmitStream":
        return [decode(each.transaction) for each in request.submissions]
    return [decode(request.transaction)] if method in ("Submit", "Evaluate") else []


def _check_creator(transaction, identity):
    """All but function and arguments: `decode` has refused every byte that is not of a field."""
    _require(transaction.creator.hex() == identity.client_id, "another creator")
    _require(transaction.certificates in ((), identity.chain), "other certificates than its own")
    _require(0 < transaction.valid_until_s - time.time() <= MAX_VALIDITY_S, "a validity that says something")


def _check_argument(function, argument, session):
    _require(function in FUNCTIONS, f"a call of {function}")
    _require(set(argument) == FUNCTIONS[function], f"{function} with {sorted(argument)}")
    metadata = transactive.metadata()
    described = next(each for each in metadata["functions"] if each["name"] == function)
    _validate(argument, described["argument"], metadata["$defs"])
    fixed = {"session_id": session.session_id, "party_id": session.party_id}
    for name in fixed.keys() & argument.keys():
        _require(argument[name] == fixed[name], f"{name} {argument[name]!r}")
    for name, most in (("iteration", session.iterations), ("proposal", session.proposals)):
        _require(argument.get(name, 1) in range(1, most + 1), f"{name} {argument.get(name)}")


def _validate(value, schema, definitions):
    """Hold a value against the part of JSON Schema that a contract's metadata uses."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/$defs/")]
    types = {"object": dict, "string": str, "integer": int, "boolean": bool}
    _require(type(value) is types[schema["type"]], f"{value!r} where {schema['type']} is asked for")
    _require(re.search(schema.get("pattern", ""), str(value)) is not None, f"{value!r} by its pattern")
    if schema["type"] == "integer":
        _require(schema["minimum"] <= value <= schema["maximum"], f"{value} out of range")
    if schema["type"] == "object":
        _require(schema["additionalProperties"] is False, "a schema that lets fields in")
        _require(set(value) == set(schema["properties"]), f"fields {sorted(value)}")
        for name, field in value.items():
            _validate(field, schema["properties"][name], definitions)


def _check_numbers(trades, session, private):
    """Look for each private series in a decision: number by number, and as a whole in whatever unit."""
    _require(len(trades) == session.numbers, f"{len(trades)} numbers")
    decision = np.array(trades.values, dtype=np.float64)
    for name, series in private.items():
        for scale in SCALES:
            parts = np.rint(series * scale)
            parts = parts[np.abs(parts) >= SMALL]
            near = np.abs(np.abs(decision)[:, None] - np.abs(parts)[None, :]) <= 1
            _require(not near.any(), f"{name}, in parts of {scale:.0e}")
        if len(series) == len(decision) and np.ptp(series) > 1e-6 and np.ptp(decision) > 0:
            alike = abs(np.corrcoef(series, decision)[0, 1])
            _require(alike < ALIKE, f"{name}, in some unit: correlation {alike:.6f}")


def _require(holds, what):
    if not holds:
        raise Leak(f"left the home: {what}")
