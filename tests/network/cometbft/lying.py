"""A proxy in front of a node's RPC that lies: it changes results, and passes everything else on."""

import http.client
import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.network.cometbft.answers import ok

Lie = Callable[[str, dict[str, Any], Any], Any]
"""Turns a method, its parameters and the true result, which it may change, into what is answered."""


class Refusal(str):
    """What a lie returns to answer with an error: the node's sentence."""


@contextmanager
def lying(rpc_url: str, lie: Lie) -> Iterator[str]:
    """Serve the RPC of `rpc_url`, with lies, on a free port of loopback; give its address."""
    upstream = urlsplit(rpc_url).netloc

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while (request := self.read_request()) is not None:
                head, body = request
                if b"upgrade: websocket" in head.lower():
                    self.tunnel(head + body)
                    return
                self.wfile.write(ok(_answer(upstream, head, body, lie)))

        def read_request(self):
            head, length = b"", 0
            while (line := self.rfile.readline()).strip():
                head += line
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            return (head + line, self.rfile.read(length)) if head else None

        def tunnel(self, request):
            """Pass a websocket through as it is."""
            host, _, port = upstream.partition(":")
            with socket.create_connection((host, int(port))) as node:
                node.sendall(request)
                back = threading.Thread(target=_pump, args=(node, self.connection))
                back.start()
                _pump(self.connection, node)
                back.join()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _answer(upstream: str, head: bytes, body: bytes, lie: Lie) -> bytes:
    method, path, _ = head.decode().split(" ", 2)
    connection = http.client.HTTPConnection(upstream, timeout=20)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answers = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    requests = json.loads(body) if body else {"method": path.strip("/").partition("?")[0]}
    told = answers if isinstance(answers, list) else [answers]
    asked = requests if isinstance(requests, list) else [requests]
    for request, answer in zip(asked, told, strict=True):
        if "result" in answer:
            said = lie(request["method"], request.get("params") or {}, answer.pop("result"))
            if isinstance(said, Refusal):
                answer["error"] = {"code": -32603, "message": "Internal error", "data": said}
            else:
                answer["result"] = said
    return json.dumps(answers).encode()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
