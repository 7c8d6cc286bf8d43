"""The electorate: the organisations that vote, one vote each however many seats they have."""

from wattloom.chaincode.api import Context
from wattloom.chaincode.api.keys import prefix_range
from wattloom.chaincode.api.overlay import Reader
from wattloom.chaincode.governance import seats
from wattloom.chaincode.governance.errors import NeedsVote, NotAnElector
from wattloom.chaincode.governance.records import Vote

REGISTRY = "registry"


def electorate(reader: Reader) -> list[str]:
    """Return the organisations that vote, sorted: those with an active seat; without seats every member."""
    seated = {seat.organisation for seat in seats.active(seats.governance_of(reader))}
    return sorted(seated) if seated else members(reader)


def members(reader: Reader) -> list[str]:
    """Return the consortium's organisations, sorted."""
    start, stop = prefix_range("organisation")
    return [key.rpartition("/")[2] for key, _ in reader.scan(REGISTRY, start, stop)]


def require_elector(ctx: Context) -> list[str]:
    """Return the electorate; raise `NotAnElector` unless the caller's organisation is of it."""
    electors = electorate(ctx.overlay)
    if ctx.caller.organisation not in electors:
        raise NotAnElector(organisation=ctx.caller.organisation)
    return electors


def require_sole_elector(ctx: Context) -> None:
    """Raise `NeedsVote` unless the caller's organisation is the whole electorate."""
    electors = electorate(ctx.overlay)
    if electors != [ctx.caller.organisation]:
        raise NeedsVote(electors=len(electors))


class Tally:
    """The votes that count: those of organisations that are electors now."""

    def __init__(self, electors: list[str], votes: list[Vote]) -> None:
        counted = [vote.approve for vote in votes if vote.organisation in electors]
        self.electors = len(electors)
        self.yes, self.no = counted.count(True), counted.count(False)

    @property
    def needed(self) -> int:
        """The fewest votes that are more than two thirds of the electorate."""
        return 2 * self.electors // 3 + 1

    @property
    def passes(self) -> bool:
        """More than two thirds of the electorate are in favour."""
        return self.yes >= self.needed

    @property
    def hopeless(self) -> bool:
        """Not even with everybody who has not voted yet."""
        return self.electors - self.no < self.needed
