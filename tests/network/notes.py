"""A contract for tests of the way in: it notes, announces, refuses and fails on request."""

from wattloom.chaincode.api import Context, Contract, Forbidden, Record, keys
from wattloom.chaincode.installed import CONTRACTS

notes = Contract("notes", summary="Notes, for tests.")
WITH_NOTES = {1: {**CONTRACTS, notes.name: notes}}


class Note(Record, frozen=True, kw_only=True):
    name: str
    text: str = ""


class Name(Record, frozen=True, kw_only=True):
    name: str


class Length(Record, frozen=True, kw_only=True):
    length: int


def key(name: str) -> str:
    return keys.join("note", name)


@notes.transaction()
def write(ctx: Context, note: Note) -> Note:
    """Write a note and announce it twice."""
    ctx.state.put(key(note.name), note)
    ctx.emit("written", note)
    ctx.emit("counted", Length(length=len(note.text)))
    return note


@notes.transaction()
def forbid(ctx: Context, note: Note) -> Note:
    """Refuse, after it has written."""
    ctx.state.put(key(note.name), note)
    raise Forbidden(needed="what nobody has")


@notes.transaction()
def fail(ctx: Context) -> None:
    """Fail by a bug."""
    raise ZeroDivisionError


@notes.query()
def read(ctx: Context, wanted: Name) -> Note:
    """Return a note."""
    return ctx.state.get(key(wanted.name), Note)


@notes.query()
def stumble(ctx: Context) -> None:
    """Fail by a bug whose words nobody outside should read."""
    raise ZeroDivisionError("secret of the house")
