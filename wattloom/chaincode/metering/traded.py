"""Firm trades as metering sees them: a home's net energy per quarter hour, whatever contract it traded by.

A trade over a longer or shifted slot is taken to flow evenly: up to the time t, floor(energy x elapsed /
length) of it has flowed, so parts add up to the whole exactly, however a stretch is cut.
"""

from collections.abc import Iterator, Sequence

from wattloom.chaincode.api import Context, Int64Array
from wattloom.chaincode.metering import keys
from wattloom.chaincode.metering.records import Traded

QUARTER_S = 900
QUARTERS = 96
"""Quarter hours of a day (UTC)."""
DAY_S = QUARTERS * QUARTER_S


def record(ctx: Context, party_id: str, *, slot_start_s: int, slot_s: int, trades_wh: Sequence[int]) -> None:
    """Add firm trades of a home; for the contracts that settle them, with the context of their own call."""
    state = ctx.within("metering").state
    for day, shares in sorted(_by_day(slot_start_s, slot_s, trades_wh).items()):
        key = keys.traded(party_id, day)
        before = state.find(key, Traded)
        quarters = [0] * QUARTERS if before is None else list(before.energy_wh)
        for at, energy in shares:
            quarters[at] += energy
        state.put(key, Traded(energy_wh=Int64Array(quarters)))


def energy_wh(ctx: Context, party_id: str, starts: range) -> list[int]:
    """Return a home's firm trades in the slots that begin at `starts`, one after the other."""
    days = range(starts[0] // DAY_S, (starts[-1] + starts.step - 1) // DAY_S + 1)
    quarters: list[int] = []
    for day in days:
        found = ctx.state.find(keys.traded(party_id, day), Traded)
        quarters += [0] * QUARTERS if found is None else found.energy_wh.values
    begins = days[0] * QUARTERS
    return [_flowing(quarters, begins, start, start + starts.step) for start in starts]


def _by_day(slot_start_s: int, slot_s: int, trades_wh: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """Spread trades over the quarter hours of the days that they touch: quarter of the day, and energy."""
    days: dict[int, list[tuple[int, int]]] = {}
    for start, energy in zip(
        range(slot_start_s, slot_start_s + slot_s * len(trades_wh), slot_s), trades_wh, strict=True
    ):
        for quarter, share in _spread(energy, start, slot_s):
            day, at = divmod(quarter, QUARTERS)
            days.setdefault(day, []).append((at, share))
    return days


def _spread(energy: int, start_s: int, length_s: int) -> Iterator[tuple[int, int]]:
    """Yield the quarter hours that a flow from `start_s` touches, and its energy in each."""
    end_s, flowed = start_s + length_s, 0
    for quarter in range(start_s // QUARTER_S, (end_s - 1) // QUARTER_S + 1):
        until_s = min((quarter + 1) * QUARTER_S, end_s)
        total = energy * (until_s - start_s) // length_s
        yield quarter, total - flowed
        flowed = total


def _flowing(quarters: Sequence[int], begins: int, start_s: int, end_s: int) -> int:
    """Return what flows from `start_s` to `end_s`; `begins` is the number of the first of `quarters`."""
    flowed = 0
    for quarter in range(start_s // QUARTER_S, (end_s - 1) // QUARTER_S + 1):
        energy, opens_s = quarters[quarter - begins], quarter * QUARTER_S
        first, last = max(start_s - opens_s, 0), min(end_s - opens_s, QUARTER_S)
        flowed += energy * last // QUARTER_S - energy * first // QUARTER_S
    return flowed
