"""Errors of the home engines.

HomesError
├── BadHome      a home's data cannot describe a home
└── SolveFailed  a solver did not prove that its answer is the optimum
"""


class HomesError(Exception):
    """Anything the home engines refuse."""


class BadHome(HomesError):
    """A home's data cannot describe a home; names the field and the remedy.

    Attributes
    ----------
    home, device : whose field it is, where known
    slot : the first slot whose value is wrong, where it is a value of one slot
    """

    def __init__(
        self,
        *,
        field: str,
        problem: str,
        remedy: str,
        home: str | None = None,
        device: str | None = None,
        slot: int | None = None,
    ) -> None:
        super().__init__(field, problem, remedy)
        self.field, self.problem, self.remedy = field, problem, remedy
        self.home, self.device, self.slot = home, device, slot

    def __str__(self) -> str:
        """Return one sentence: home and device where known, field, problem, remedy."""
        owner = "".join(
            f"{kind} {name}: "
            for kind, name in (("home", self.home), ("device", self.device))
            if name is not None
        )
        return f"{owner}{self.field} {self.problem}; {self.remedy}"


class SolveFailed(HomesError):
    """A solver stopped without proving optimality, so there is no answer to trade on.

    Attributes
    ----------
    status : what the solver said
    home, device, slot : for a problem without any solution, whose need cannot be met first, and when
    """

    def __init__(
        self,
        *,
        engine: str,
        status: str,
        subject: str,
        reason: str = "",
        home: str | None = None,
        device: str | None = None,
        slot: int | None = None,
    ) -> None:
        because = f"; {reason}" if reason else ""
        super().__init__(f"{engine} could not solve {subject}: {status}{because}")
        self.engine, self.status, self.subject = engine, status, subject
        self.home, self.device, self.slot = home, device, slot
