import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wattloom.network.abci import PeerRefused
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.abci.framing import Frames, delimited

from .peer import echo

LIMIT = 1000


def frames():
    return Frames(message_bytes_limit=LIMIT)


def test_a_message_follows_its_length_as_a_varint():
    message = wire.RequestEcho(message="x" * 297)
    assert delimited(message) == b"\xac\x02" + message.SerializeToString()  # 300 bytes


@given(st.lists(st.text(max_size=300), max_size=20), st.data())
def test_however_a_stream_is_split_the_same_messages_come_in_order(texts, data):
    stream = b"".join(delimited(echo(text)) for text in texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=30)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    cutter = frames()
    found = [wire.Request.FromString(raw).echo.message for piece in pieces for raw in cutter.feed(piece)]
    assert found == texts


@given(st.binary(max_size=200), st.integers(1, 50))
@example(b"\x80" * 10, 1)
@example(b"\x00" * 3, 1)
def test_any_bytes_are_cut_alike_or_refused_alike_in_one_piece_and_in_many(stream, size):
    def cut(pieces):
        cutter, found = frames(), []
        try:
            for piece in pieces:
                found += cutter.feed(piece)
        except PeerRefused as refusal:
            found.append(str(refusal))
        return found

    assert cut(stream[at : at + size] for at in range(0, len(stream), size)) == cut([stream])


@pytest.mark.parametrize("length", [LIMIT + 1, 2**31, 2**34])
def test_a_length_beyond_the_limit_is_refused_after_the_messages_before_it(length):
    head = bytearray()
    while length:
        head.append(length & 0x7F | (0x80 if length > 0x7F else 0))
        length >>= 7
    found = frames().feed(delimited(echo("before")) + head)
    assert wire.Request.FromString(next(found)).echo.message == "before"
    with pytest.raises(PeerRefused, match="at most 1000"):
        next(found)


def test_a_message_of_exactly_the_limit_is_taken():
    assert list(frames().feed(b"\xe8\x07" + bytes(LIMIT))) == [bytes(LIMIT)]


def test_a_length_without_an_end_is_refused():
    with pytest.raises(PeerRefused, match="more than 5 bytes"):
        list(frames().feed(b"\xff" * 5))


def test_an_announced_message_takes_no_memory_before_it_arrives():
    cutter = Frames(message_bytes_limit=1 << 30)
    tracemalloc.start()
    try:
        assert list(cutter.feed(b"\x80\x80\x80\x80\x04" + bytes(100))) == []  # announces 1 GiB
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
