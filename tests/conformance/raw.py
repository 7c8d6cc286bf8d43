"""Calls that our client would not make: a gateway's methods with any message."""

import grpc
import pytest
from google.protobuf.message import Message

from tests.conformance.town import Town
from wattloom.network.client._border import Failure, failure_of
from wattloom.network.wire.gateway_pb2_grpc import GatewayStub


def answer(town: Town, method: str, request: Message):
    """Return what the first gateway answers, once it has the newest block that somebody has been told of."""
    if town.height:
        list(town.client(first=0).blocks(town.height, to_height=town.height))
    credentials = grpc.ssl_channel_credentials(town.ledger.ca_pem)
    with grpc.secure_channel(town.ledger.addresses[0], credentials) as channel:
        return getattr(GatewayStub(channel), method)(request, timeout=20)


def refusal(town: Town, method: str, request: Message) -> Failure:
    """Return how the first gateway refuses, and note the code."""
    with pytest.raises(grpc.RpcError) as raised:
        answer(town, method, request)
    failure = failure_of(raised.value)
    town.exercised.codes.add(failure.code)
    return failure
