"""What the gateway itself answers with, beside the refusals of the ledger and its contracts.

ChaincodeError
+-- GatewayRefusal           this gateway does not serve this call; `status` says how gRPC names it
    |-- BadRequest           the call's own fields do not fit
    |-- Busy                 every place for a pending transaction is taken; nothing was taken
    |-- MemberBusy           the member's own places are taken; nothing was taken
    |-- TooManyStreams       every place for a follower is taken: follow again later
    |-- Stopping             the gateway or its engine takes nothing more: go to another gateway
    |-- OutcomeUnknown       the engine stopped while a transaction waited: ask again, here or elsewhere
    |-- AnswersUnread        a sender left its answers unread for too long: send the same bytes again
    |-- FollowerTooSlow      a follower left a message unread for too long: follow on from its height
    +-- HeightNotKept        this node has no such block (any more)

GatewayNotStarted            the address cannot be listened on
"""

from typing import ClassVar

from grpc import StatusCode

from wattloom.chaincode.api.errors import ChaincodeError


class GatewayNotStarted(Exception):
    """The address cannot be listened on."""


class GatewayRefusal(ChaincodeError):
    """The gateway does not serve the call; `retry_after_s` hints when it may."""

    status: ClassVar[StatusCode]
    retry_after_s: ClassVar[float | None] = None


class BadRequest(GatewayRefusal):
    """The call's own fields do not fit."""

    code, status = "BAD_REQUEST", StatusCode.INVALID_ARGUMENT

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}", field=field, reason=reason)


class Busy(GatewayRefusal):
    """Every place for a pending transaction is taken; nothing was taken."""

    code, status, retry_after_s = "BUSY", StatusCode.RESOURCE_EXHAUSTED, 0.1

    def __init__(self) -> None:
        super().__init__("the ledger's queue is full: send the same bytes again later")


class MemberBusy(GatewayRefusal):
    """The member's own places are taken; nothing was taken."""

    code, status, retry_after_s = "MEMBER_BUSY", StatusCode.RESOURCE_EXHAUSTED, 0.1

    def __init__(self, *, limit: int) -> None:
        sentence = f"{limit} transactions of this member are pending already: send the same bytes again later"
        super().__init__(sentence, limit=limit)


class TooManyStreams(GatewayRefusal):
    """Every place for a follower is taken."""

    code, status, retry_after_s = "TOO_MANY_STREAMS", StatusCode.RESOURCE_EXHAUSTED, 1.0

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"{limit} streams are open already: follow again later", limit=limit)


class Stopping(GatewayRefusal):
    """The gateway or its engine takes nothing more."""

    code, status = "STOPPING", StatusCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("this gateway is stopping: go to another one, or come back later")


class OutcomeUnknown(GatewayRefusal):
    """The engine stopped while a transaction waited for its block."""

    code, status = "OUTCOME_UNKNOWN", StatusCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(
            "the ledger stopped before it answered: send the same bytes again, or ask for its status"
        )


class FollowerTooSlow(GatewayRefusal):
    """A follower left a message unread for too long."""

    code, status = "FOLLOWER_TOO_SLOW", StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, *, height: int, stall_s: float) -> None:
        sentence = f"nothing was read for {stall_s:g} s: follow on from height {height}, and read faster"
        super().__init__(sentence, height=height)


class AnswersUnread(GatewayRefusal):
    """A sender left the answers to its transactions unread for too long."""

    code, status = "ANSWERS_UNREAD", StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, *, stall_s: float) -> None:
        super().__init__(f"no answer was read for {stall_s:g} s: send the same bytes again to learn them")


class HeightNotKept(GatewayRefusal):
    """The node has no such block (any more)."""

    code, status = "HEIGHT_NOT_KEPT", StatusCode.OUT_OF_RANGE

    def __init__(self, *, height: int) -> None:
        super().__init__(f"this node does not keep block {height}: ask an archive node", height=height)
