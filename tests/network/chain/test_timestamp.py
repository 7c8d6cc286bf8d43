import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.network.chain.timestamp import NO_TIME, Timestamp

MOMENTS = st.builds(Timestamp, st.integers(NO_TIME.seconds, 253_402_300_799), st.integers(0, 999_999_999))


@given(MOMENTS)
def test_text_keeps_every_nanosecond(moment):
    assert Timestamp.from_rfc3339(moment.to_rfc3339()) == moment


@given(MOMENTS, MOMENTS)
def test_moments_are_ordered_as_their_nanoseconds(one, other):
    assert (one < other) == (one.ns < other.ns)
    assert Timestamp.of_ns(one.ns) == one


@given(MOMENTS)
def test_protobuf_keeps_every_nanosecond(moment):
    assert Timestamp.from_message(moment.to_message()) == moment


def test_text_is_the_shortest_form():
    assert Timestamp(0, 0).to_rfc3339() == "1970-01-01T00:00:00Z"
    assert Timestamp(-1, 500_000_000).to_rfc3339() == "1969-12-31T23:59:59.5Z"
    assert NO_TIME.to_rfc3339() == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "text",
    ["", "2026-03-01", "2026-03-01T12:00:00+01:00", "2026-03-01T12:00:00", "2026-13-01T00:00:00Z",
     "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00.1234567890Z", "2026-03-01T12:00:00Z\n",
     "٢٠٢٦-03-01T12:00:00Z"],
)  # fmt: skip
def test_anything_but_a_utc_time_is_refused(text):
    with pytest.raises(ValueError, match=r"UTC|month"):
        Timestamp.from_rfc3339(text)
