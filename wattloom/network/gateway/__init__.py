"""The way in, as a service: gRPC over TLS in front of whichever engine orders the transactions."""

from wattloom.network.gateway.errors import GatewayNotStarted
from wattloom.network.gateway.limits import Limits
from wattloom.network.gateway.server import GatewayServer, serve_gateway
from wattloom.network.gateway.thread import GatewayThread

__all__ = ["GatewayNotStarted", "GatewayServer", "GatewayThread", "Limits", "serve_gateway"]
