"""The richer status of an error: a stable reason, its facts, and when to come back."""

from collections.abc import Iterable, Mapping
from typing import Final

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode

DOMAIN: Final = "wattloom"
"""The domain of every `ErrorInfo` of ours; without one, an error is the transport's."""

MAX_TEXT: Final = 1_000


def error_status(
    code: StatusCode,
    sentence: str,
    *,
    reason: str,
    facts: Mapping[str, object],
    more: Iterable[Message] = (),
    retry_after_s: float | None = None,
) -> Status:
    """Return the status of a foreseen refusal; texts are cut to what HTTP/2 trailers carry."""
    texts = {name: str(value)[:MAX_TEXT] for name, value in facts.items()}
    details: list[Message] = [ErrorInfo(reason=reason, domain=DOMAIN, metadata=texts), *more]
    if retry_after_s is not None:
        delay = Duration()
        delay.FromNanoseconds(int(retry_after_s * 1e9))
        details.append(RetryInfo(retry_delay=delay))
    return Status(
        code=code.value[0], message=sentence[:MAX_TEXT], details=[_packed(each) for each in details]
    )


def _packed(message: Message) -> Any:
    packed = Any()
    packed.Pack(message)
    return packed
