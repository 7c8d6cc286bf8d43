"""Gateways in order of preference: one channel each, and which one is in use."""

from collections.abc import Sequence
from typing import Final

import grpc

from wattloom.network.client._border import Failure, Fate

OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),  # a gateway's address is where it is, whatever the environment says
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


class Route:
    """The list of gateways and the one in use; a failure there moves on to the next, for every call alike."""

    def __init__(self, addresses: Sequence[str], *, ca_certificate: bytes) -> None:
        if isinstance(addresses, str) or not addresses:
            raise ValueError("addresses: name at least one gateway in a list, such as ['localhost:7051']")
        self.addresses = tuple(addresses)
        self.credentials = grpc.ssl_channel_credentials(root_certificates=ca_certificate)
        self.current = 0

    def leave(self, gateway: int, failure: Failure) -> None:
        """Move on from a gateway that failed, unless another call already has."""
        helps = failure.again and failure.fate is not Fate.REFUSED
        if helps and self.current == gateway:
            self.current = (gateway + 1) % len(self.addresses)
