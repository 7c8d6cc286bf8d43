"""What can end a home's part in a coordination, or the whole of it.

CoordinationError
|-- NotListening       the coordinator's address cannot be listened on
|-- TooFewHomes        fewer homes have come, or are left, than masked sums take
|-- GivenUp            the coordinator ended the session without a result, and says why
|-- CoordinatorGone    the coordinator cannot be reached, fell silent, or broke off
|-- OutOfTurn          the coordinator said something that has no place there
+-- TurnedAway         the coordinator takes no (more) part of this home; `status` says how gRPC names it
    |-- NotInvited     the home has no place in this session
    |-- TooLate        joining is over, or the question's deadline has passed
    +-- Malformed      the home sent something that is no answer to what was asked

After any of them a home trades in the plain session on the ledger.
"""

from typing import ClassVar

from grpc import StatusCode


class CoordinationError(Exception):
    """Base of every error of this room."""


class NotListening(CoordinationError):
    """The coordinator's address cannot be listened on."""


class TooFewHomes(CoordinationError):
    """Fewer homes have come, or are left, than masked sums take."""


class GivenUp(CoordinationError):
    """The coordinator ended the session without a result, and says why."""


class CoordinatorGone(CoordinationError):
    """The coordinator cannot be reached, fell silent, or broke off."""


class OutOfTurn(CoordinationError):
    """The coordinator said something that has no place there."""


class TurnedAway(CoordinationError):
    """The coordinator takes no (more) part of this home."""

    status: ClassVar[StatusCode] = StatusCode.UNAUTHENTICATED


class NotInvited(TurnedAway):
    """The home has no place in this session."""

    status = StatusCode.PERMISSION_DENIED


class TooLate(TurnedAway):
    """Joining is over, or the question's deadline has passed."""

    status = StatusCode.FAILED_PRECONDITION


class Malformed(TurnedAway):
    """The home sent something that is no answer to what was asked."""

    status = StatusCode.INVALID_ARGUMENT
