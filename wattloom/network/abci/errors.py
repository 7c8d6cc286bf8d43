"""What the server itself refuses or reports.

AbciError
|-- AbciNotStarted   the address cannot be listened on; the sentence says why and what to do
|-- PeerRefused      a peer sent what is not ABCI 2.0; it is told so, and its connection is closed
"""


class AbciError(Exception):
    """Base of this package's own errors."""


class AbciNotStarted(AbciError):
    """The address cannot be listened on."""


class PeerRefused(AbciError):
    """A peer sent what is not ABCI 2.0, or more of it than we take."""
