"""Refusals: the outcomes that a rule foresees.

ChaincodeError              refused by the rules: roll back, record the code, go on
|-- NotFound                no such record
|-- AlreadyExists           the record is there already
|-- Forbidden               the caller lacks the role or is not the owner
|-- InvalidArgument         the arguments do not fit the function
|   +-- UnreadableArgument  they are not even the record that it takes (same code)
|-- UnknownFunction         no such contract or function
|-- WrongKind               a query was submitted, a transaction evaluated, a timer called from outside
+-- (each contract's own)

Anything else raised by a contract is a bug: `INTERNAL` on every validator alike. `MachineFault` is for what
may differ between machines; it stops the node.
"""

from typing import ClassVar


class ChaincodeError(Exception):
    """A typed refusal; `code` is stable and goes on the ledger with `details`, the sentence may change."""

    code: ClassVar[str] = "REFUSED"

    def __init__(self, sentence: str, **details: int | str) -> None:
        super().__init__(sentence)
        self.details: dict[str, int | str] = dict(sorted(details.items()))


class NotFound(ChaincodeError):
    """There is no such record."""

    code = "NOT_FOUND"

    def __init__(self, *, key: str) -> None:
        super().__init__(f"there is no {key}", key=key)


class AlreadyExists(ChaincodeError):
    """The record is there already."""

    code = "ALREADY_EXISTS"

    def __init__(self, *, key: str) -> None:
        super().__init__(f"{key} exists already", key=key)


class Forbidden(ChaincodeError):
    """The caller may not do this."""

    code = "FORBIDDEN"

    def __init__(self, *, needed: str) -> None:
        super().__init__(f"the caller is not allowed to: it needs {needed}", needed=needed)


class InvalidArgument(ChaincodeError):
    """An argument is missing, unknown, of the wrong type or out of range."""

    code = "INVALID_ARGUMENT"

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"the arguments do not fit: {reason}", reason=reason)


class UnreadableArgument(InvalidArgument):
    """The argument's bytes are not the record that the function takes.

    The sentence says where, in a library's words, which may change with its version; so the ledger keeps the
    code alone.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.details = {}


class ResultTooLarge(ChaincodeError):
    """The result has more bytes than the ledger hands out at once."""

    code = "RESULT_TOO_LARGE"

    def __init__(self, *, function: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"{function} would return {size_bytes} bytes, the limit is {limit_bytes}: ask for less at once",
            function=function,
            size_bytes=size_bytes,
            limit_bytes=limit_bytes,
        )


class UnknownFunction(ChaincodeError):
    """No installed contract has this function."""

    code = "UNKNOWN_FUNCTION"

    def __init__(self, *, function: str) -> None:
        super().__init__(f"no installed contract has {function}", function=function)


class WrongKind(ChaincodeError):
    """The function exists and may not be called in this way."""

    code = "WRONG_KIND"

    def __init__(self, *, function: str, kind: str) -> None:
        super().__init__(
            f"{function} is a {kind} and cannot be called in this way", function=function, kind=kind
        )


class MachineFault(Exception):
    """Something that may differ between machines failed (storage, memory): the node must stop, not refuse."""
