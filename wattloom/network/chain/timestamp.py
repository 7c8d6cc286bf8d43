"""Times with nanoseconds, as integers: the chain never holds a float or a naive `datetime`."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
from google.protobuf import timestamp_pb2

NS_PER_S = 1_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)


class Timestamp(msgspec.Struct, frozen=True, order=True):
    """A moment in UTC.

    Attributes
    ----------
    seconds : since 1970-01-01T00:00:00Z, negative before it
    nanos : 0 to 999,999,999, always counted forwards
    """

    seconds: int
    nanos: int

    @classmethod
    def of_ns(cls, ns: int) -> "Timestamp":
        """Split whole nanoseconds since 1970, such as `time.time_ns()`."""
        return cls(*divmod(ns, NS_PER_S))

    @property
    def ns(self) -> int:
        """Whole nanoseconds since 1970."""
        return self.seconds * NS_PER_S + self.nanos

    def to_message(self) -> timestamp_pb2.Timestamp:
        """Return the protobuf form."""
        return timestamp_pb2.Timestamp(seconds=self.seconds, nanos=self.nanos)

    @classmethod
    def from_message(cls, message: timestamp_pb2.Timestamp) -> "Timestamp":
        """Read the protobuf form."""
        return cls(message.seconds, message.nanos)

    @classmethod
    def from_rfc3339(cls, text: str) -> "Timestamp":
        """Read `2026-01-31T23:59:59.000000001Z`; raise `ValueError` for anything but UTC with a `Z`."""
        match = RFC3339.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a UTC time such as 2026-01-31T23:59:59.5Z")
        whole = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
        return cls((whole - EPOCH) // timedelta(seconds=1), int((match[2] or "").ljust(9, "0")))

    def to_rfc3339(self) -> str:
        """Write the shortest form that keeps every nanosecond, as CometBFT's JSON has it."""
        whole = (EPOCH + timedelta(seconds=self.seconds)).replace(tzinfo=None).isoformat()
        fraction = f".{self.nanos:09d}".rstrip("0").rstrip(".")
        return f"{whole}{fraction}Z"


NO_TIME = Timestamp(-62_135_596_800, 0)
"""The first moment of year 1, which CometBFT writes for the time of a vote that never arrived."""
