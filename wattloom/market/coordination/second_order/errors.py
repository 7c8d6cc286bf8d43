"""Errors of second-order coordination.

SecondOrderError
├── BadQuestion   a home was asked what it cannot answer
├── BadTotals     the transport handed the coordinator something other than totals of answers
└── NotConverged  neither the method nor the one it falls back on has met the tolerance
"""


class SecondOrderError(Exception):
    """Anything that second-order coordination refuses."""


class BadQuestion(SecondOrderError):
    """A home was asked what it cannot answer: wrong kind, shape, number or order."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(f"the question {problem}; ask as coordinate() does")
        self.problem = problem


class BadTotals(SecondOrderError):
    """The transport handed over something other than totals of the homes' answers."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(f"the totals cannot be used: {problem}")
        self.problem = problem


class NotConverged(SecondOrderError):
    """Neither the method nor the one it falls back on has met the tolerance."""

    def __init__(self, *, problem: str) -> None:
        super().__init__(f"no prices were found at which trades clear: {problem}")
        self.problem = problem
