"""Errors of the home engines.

HomesError
├── BadHome      a home's data cannot describe a home
└── SolveFailed  a solver did not prove that its answer is the optimum
"""


class HomesError(Exception):
    """Anything the home engines refuse."""


class BadHome(HomesError):
    """A home's data cannot describe a home; names the field and the remedy."""

    def __init__(self, *, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{field} {problem}; {remedy}")
        self.field, self.problem, self.remedy = field, problem, remedy


class SolveFailed(HomesError):
    """A solver stopped without proving optimality, so there is no answer to trade on."""

    def __init__(self, *, engine: str, status: str, subject: str) -> None:
        super().__init__(f"{engine} could not solve {subject}: {status}")
        self.engine, self.status, self.subject = engine, status, subject
