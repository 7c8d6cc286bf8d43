"""The electorate: the organisations that vote, one vote each."""

from wattloom.chaincode.api.keys import prefix_range
from wattloom.chaincode.api.overlay import Reader
from wattloom.chaincode.governance import seats

REGISTRY = "registry"


def electorate(reader: Reader) -> list[str]:
    """Return the organisations that vote, sorted: those with an active seat; without seats every member."""
    seated = {seat.organisation for seat in seats.active(seats.governance_of(reader))}
    return sorted(seated) if seated else _members(reader)


def _members(reader: Reader) -> list[str]:
    start, stop = prefix_range("organisation")
    return [key.rpartition("/")[2] for key, _ in reader.scan(REGISTRY, start, stop)]
