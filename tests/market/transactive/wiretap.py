"""A relay in front of a gateway that keeps every byte that clients send."""

from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc

from wattloom.identity.tls import TlsIdentity
from wattloom.market.day.trading import Way


@dataclass(frozen=True)
class Sent:
    """One message on its way to the gateway: of which method, its bytes, and the call's metadata."""

    method: str
    message: bytes
    metadata: tuple[tuple[str, str], ...]


class Wiretap(grpc.GenericRpcHandler):
    """Passes every call on, whatever its method: on the wire a unary call is a stream of one message."""

    def __init__(self, channel):
        self._channel = channel
        self.sent: list[Sent] = []

    def service(self, details):
        async def relay(requests, context):
            async def overheard():
                async for message in requests:
                    metadata = tuple(tuple(pair) for pair in context.invocation_metadata())
                    self.sent.append(Sent(details.method, message, metadata))
                    yield message

            call = self._channel.stream_stream(details.method)(overheard())
            try:
                async for answer in call:
                    yield answer
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details(), tuple(error.trailing_metadata()))

        return grpc.stream_stream_rpc_method_handler(relay)


@asynccontextmanager
async def tapped(market):
    """Yield a wiretap and the way that leads through it."""
    tls = TlsIdentity.load(market.folder.tls_path)
    async with relay(market.way.addresses[0], market.way.ca_certificate, tls) as (tap, address):
        yield tap, Way([address], market.way.ca_certificate)


@asynccontextmanager
async def relay(address, ca_certificate, tls):
    """Yield a wiretap in front of a server, and the address that leads through it."""
    credentials = grpc.ssl_channel_credentials(ca_certificate)
    async with grpc.aio.secure_channel(address, credentials) as channel:
        tap = Wiretap(channel)
        server = grpc.aio.server(handlers=[tap])
        server_credentials = grpc.ssl_server_credentials([(tls.key_pem, tls.certificate_pem)])
        port = server.add_secure_port("127.0.0.1:0", server_credentials)
        await server.start()
        try:
            yield tap, f"127.0.0.1:{port}"
        finally:
            await server.stop(0.2)
