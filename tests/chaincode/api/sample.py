"""A small contract over which the tests look at the contract API."""

from wattloom.chaincode.api import ChaincodeError, Context, Contract, Int64Array, Page, Record
from wattloom.chaincode.api.units import EnergyWh, TimeS
from wattloom.chaincode.testing import MemoryLedger, caller

ALICE = caller("north.alice", "home", feeder="f1")
BOSS = caller("north.boss", "operator")

sample = Contract("sample", summary="Notes and alarms.")


class Note(Record, frozen=True, kw_only=True):
    key: str
    text: str = ""


class Reading(Record, frozen=True, kw_only=True):
    energy_wh: EnergyWh
    powers: Int64Array


class Alarm(Record, frozen=True, kw_only=True):
    at_s: TimeS
    note: str


class Window(Record, frozen=True, kw_only=True):
    limit: int
    bookmark: str = ""


class Count(Record, frozen=True, kw_only=True):
    count: int


class Silly(ChaincodeError):
    code = "SILLY"


@sample.transaction()
def put(ctx: Context, note: Note) -> Note:
    """Write a note. And more of it here."""
    ctx.state.put(f"note/{note.key}", note)
    ctx.emit("noted", note)
    return note


@sample.transaction(roles=["operator", "auditor"])
def remove(ctx: Context, note: Note) -> None:
    """Remove a note."""
    ctx.state.delete(f"note/{note.key}")


@sample.transaction()
def put_and_refuse(ctx: Context, note: Note) -> None:
    """Write a note, announce it, set an alarm, and refuse."""
    put(ctx, note)
    ctx.schedule(ctx.block_time_s + 1, "ring", note)
    raise Silly("no")


@sample.transaction()
def put_and_fail(ctx: Context, note: Note) -> None:
    """Write a note and hit a bug."""
    put(ctx, note)
    ctx.schedule(ctx.block_time_s + 1, "ring", note)
    raise ZeroDivisionError


@sample.transaction()
def shout(ctx: Context, count: Count) -> None:
    """Emit many events."""
    for _ in range(count.count):
        ctx.emit("shouted", count)


@sample.transaction()
def measure(ctx: Context, reading: Reading) -> Reading:
    """Give a reading back."""
    return reading


@sample.transaction()
def feeder(ctx: Context) -> Note:
    """Tell the caller's feeder."""
    return Note(key=ctx.caller.attribute("feeder"))


@sample.transaction()
def set_alarm(ctx: Context, alarm: Alarm) -> None:
    """Ask for a call at a time."""
    ctx.schedule(alarm.at_s, "ring", Note(key=alarm.note))


@sample.timer
def ring(ctx: Context, note: Note) -> None:
    """Note that an alarm rang; one named `bad` refuses."""
    if note.key == "bad":
        raise Silly("bad alarm")
    ctx.state.put(f"rang/{note.key}", note)
    ctx.emit("rang", note)


@sample.query()
def read(ctx: Context, note: Note) -> Note:
    """Read a note."""
    return ctx.state.get(f"note/{note.key}", Note)


@sample.query()
def pages(ctx: Context, window: Window) -> Page[Note]:
    """Read notes page by page."""
    return ctx.state.page(Note, "note", limit=window.limit, bookmark=window.bookmark)


@sample.query()
def writing_query(ctx: Context) -> None:
    """Break the rule that a query only reads."""
    ctx.state.put("note/x", Note(key="x"))


def ledger() -> MemoryLedger:
    return MemoryLedger([sample])


def state_of(ledger: MemoryLedger) -> dict[str, dict[str, bytes]]:
    return {name: dict(values) for name, values in ledger.committed.values.items() if values}
