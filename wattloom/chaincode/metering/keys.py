"""State keys of `metering`."""

from wattloom.chaincode.api import keys


def period(organisation: str, slot_start_s: int) -> str:
    """`period/<organisation>/<start>`."""
    return keys.join("period", organisation, keys.number(slot_start_s))


def latest(organisation: str) -> str:
    """`latest/<organisation>`."""
    return keys.join("latest", organisation)


def traded(party_id: str, day: int) -> str:
    """`traded/<party>/<day>`, days since 1970."""
    return keys.join("traded", party_id, keys.number(day))


def commitment(party_id: str, slot_start_s: int) -> str:
    """`commitment/<organisation>/<start>/<name>`."""
    return _of_home("commitment", party_id, slot_start_s)


def reading(party_id: str, slot_start_s: int) -> str:
    """`reading/<organisation>/<start>/<name>`."""
    return _of_home("reading", party_id, slot_start_s)


def bill(party_id: str, slot_start_s: int) -> str:
    """`bill/<organisation>/<start>/<name>`, so that a period's bills are one range."""
    return _of_home("bill", party_id, slot_start_s)


def _of_home(kind: str, party_id: str, slot_start_s: int) -> str:
    organisation, _, name = party_id.partition(".")
    return keys.join(kind, organisation, keys.number(slot_start_s), name)
