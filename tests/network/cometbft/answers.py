"""A server that answers every request with the bytes that a test gives it."""

import socketserver
import threading
from contextlib import contextmanager


def ok(body):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@contextmanager
def answering(answer, *, closes=False):
    """Serve on a free port; `answer` is what goes on the wire, or makes it from the request's body.

    The connection goes on until the client ends it, or ends after each answer where the server `closes`.
    """

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while (body := self.request_body()) is not None:
                self.wfile.write(answer(body) if callable(answer) else answer)
                if closes:
                    return

        def request_body(self):
            length = None
            while (line := self.rfile.readline()).strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            return None if length is None else self.rfile.read(length)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
