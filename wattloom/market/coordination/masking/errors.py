"""What can go wrong with masked sums.

MaskingError
|-- NotRepresentable     a number is not finite, or too large for 2^-60 modulo 2^128
|-- RosterRefused        a home will not mask for this list of homes; the sentence says why
|-- NothingAsked         a home is to answer without a new question and a roster
|-- AskedAgain           a home is to answer among fewer homes what it has answered among more
|-- WrongSize            a masked message is not as long as the question asks for
|-- Incomplete           a home's message is missing: the sum of the rest is noise
+-- MasksLeft            the masks do not cancel: homes were told different things, or a message was altered
"""

from collections.abc import Collection


class MaskingError(Exception):
    """Base of every error of this room."""


class NotRepresentable(MaskingError):
    """A number is not finite or too large; `entry` says which of the vector."""

    def __init__(self, *, entry: int, value: float, limit: float) -> None:
        super().__init__(
            f"entry {entry} is {value:g}: only finite numbers below {limit:g} in size can be masked"
        )
        self.entry, self.value = entry, value


class RosterRefused(MaskingError):
    """A home will not mask for this list of homes."""


class NothingAsked(MaskingError):
    """A home is to answer without a new question and a roster: nothing is masked twice, or not at all."""

    def __init__(self) -> None:
        super().__init__("there is no unanswered question under a roster")


class AskedAgain(MaskingError):
    """A home is to answer among fewer homes what it has answered among more."""

    def __init__(self) -> None:
        super().__init__(
            "this question was answered before others dropped out: two sums of it would tell what theirs were"
        )


class WrongSize(MaskingError):
    """A masked message is not as long as the question asks for."""

    def __init__(self, *, party_id: str, field: str, got: int, expected: int) -> None:
        super().__init__(f"{party_id}: {field} has {got} bytes, must have {expected}")
        self.party_id = party_id


class Incomplete(MaskingError):
    """A home's message is missing: without it the sum of the others is noise."""

    def __init__(self, missing: Collection[str]) -> None:
        super().__init__(f"no message of {', '.join(sorted(missing))}: ask anew, without them")
        self.missing = frozenset(missing)


class MasksLeft(MaskingError):
    """The masks do not cancel: homes were told different things, or a message was altered."""

    def __init__(self, *, homes: int) -> None:
        super().__init__(
            f"the masks of {homes} homes do not cancel: not all were told the same, or a message was altered"
        )
