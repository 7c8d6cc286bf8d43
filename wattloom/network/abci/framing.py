"""Messages on a byte stream: each is preceded by its length as a varint."""

from collections.abc import Iterator

from google.protobuf.message import Message

from wattloom.network.abci.errors import PeerRefused

LENGTH_BYTES_LIMIT = 5
"""Seven bits of the length in each byte: enough for any length below 32 GiB."""


class Frames:
    """Cuts what arrives into messages, however the bytes were split on their way.

    An unfinished message takes the memory of the bytes that did arrive, whatever its length claims.
    """

    def __init__(self, *, message_bytes_limit: int) -> None:
        self._limit = message_bytes_limit
        self._kept = bytearray()
        self._wanted = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the messages that are whole by now; raise `PeerRefused` at a length that we do not take."""
        if self._kept:
            self._kept += data
            if len(self._kept) < self._wanted:
                return
            data = bytes(self._kept)
            self._kept.clear()
        at, size = 0, len(data)
        while at < size:
            start, end = self._bounds(data, at)
            if end > size:
                break
            yield data[start:end]
            at = end
        if at < size:
            self._kept += data[at:]
            self._wanted = end - at

    def _bounds(self, data: bytes, at: int) -> tuple[int, int]:
        """Return where the message at `at` begins and ends; past the data if its length is not there yet."""
        length = shift = 0
        for place in range(at, min(at + LENGTH_BYTES_LIMIT, len(data))):
            byte = data[place]
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                if length > self._limit:
                    raise PeerRefused(f"a message of {length} bytes; at most {self._limit} are taken")
                return place + 1, place + 1 + length
            shift += 7
        if len(data) - at >= LENGTH_BYTES_LIMIT:
            raise PeerRefused(f"the length of a message takes more than {LENGTH_BYTES_LIMIT} bytes")
        return len(data), len(data) + 1


def delimited(message: Message) -> bytes:
    """Return a message with its length before it."""
    body = message.SerializeToString()
    length, head = len(body), bytearray()
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + body
