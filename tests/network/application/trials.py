"""A contract for tests of the ledger: it notes, refuses, fails, breaks the machine, sets alarms."""

from wattloom.chaincode.api import ChaincodeError, Context, Contract, Record, keys
from wattloom.chaincode.api.errors import MachineFault
from wattloom.chaincode.api.units import TimeS
from wattloom.chaincode.installed import CONTRACTS

trials = Contract("trials", summary="What a ledger may meet, for tests.")
WITH_TRIALS = {1: {**CONTRACTS, trials.name: trials}}


class Note(Record, frozen=True, kw_only=True):
    name: str
    text: str = ""


class Name(Record, frozen=True, kw_only=True):
    name: str


class Alarm(Record, frozen=True, kw_only=True):
    name: str
    at_s: TimeS


class Unwanted(ChaincodeError):
    code = "UNWANTED"


def key(name: str) -> str:
    return keys.join("note", name)


@trials.transaction()
def write(ctx: Context, note: Note) -> Note:
    """Write a note and announce it."""
    ctx.state.put(key(note.name), note)
    ctx.emit("written", note)
    return note


@trials.transaction(roles=["auditor"])
def erase(ctx: Context, wanted: Name) -> None:
    """Remove a note."""
    ctx.state.delete(key(wanted.name))


@trials.transaction()
def refuse(ctx: Context, note: Note) -> Note:
    """Refuse, after it has written, announced and set an alarm."""
    write(ctx, note)
    set_alarm(ctx, Alarm(name=note.name, at_s=ctx.block_time_s))
    raise Unwanted("no", name=note.name)


@trials.transaction()
def fail(ctx: Context, note: Note) -> Note:
    """Meet a bug, after it has written, announced and set an alarm."""
    write(ctx, note)
    set_alarm(ctx, Alarm(name=note.name, at_s=ctx.block_time_s))
    raise ZeroDivisionError


@trials.transaction()
def break_machine(ctx: Context, note: Note) -> Note:
    """Meet what may differ between machines, after it has written."""
    write(ctx, note)
    raise MachineFault("the disk is gone")


@trials.transaction()
def set_alarm(ctx: Context, alarm: Alarm) -> None:
    """Ask the ledger to write a note at a time."""
    ctx.schedule(alarm.at_s, "ring", Note(name=alarm.name, text="rang"))


@trials.timer
def ring(ctx: Context, note: Note) -> None:
    """Write the note; the one named `bad` meets a bug instead, and `unwanted` is refused."""
    if note.name == "bad":
        raise ZeroDivisionError
    if note.name == "unwanted":
        raise Unwanted("no")
    write(ctx, Note(name=note.name, text=f"{note.text} at {ctx.block_time_s}"))


@trials.query()
def read(ctx: Context, wanted: Name) -> Note:
    """Return a note."""
    return ctx.state.get(key(wanted.name), Note)


@trials.query()
def when(ctx: Context) -> Note:
    """Return the time at which a query believes to be."""
    return Note(name=str(ctx.block.height), text=str(ctx.block_time_s))
