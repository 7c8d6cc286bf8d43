"""Second-order coordination in process on a community of any size, timed."""

import time
from collections import Counter
from dataclasses import dataclass, field

from wattloom.market.coordination.second_order.homes import Homes
from wattloom.market.coordination.second_order.layout import asked, shape
from wattloom.market.coordination.second_order.messages import Kind
from wattloom.market.coordination.second_order.running import run_in_process
from wattloom.market.homes.checks import FloatArray
from wattloom.market.scale.case import Case, Tell
from wattloom.market.scale.measured import (
    BYTES_PER_NUMBER,
    MASKED_BYTES_PER_NUMBER,
    MASKED_BYTES_PER_VETO,
    Measured,
    memory_mb,
)
from wattloom.market.scale.points import Point, lost, targets


@dataclass(slots=True)
class _Watch:
    """Notes every question that has been answered."""

    tell: Tell
    started: float = field(default_factory=time.perf_counter)
    points: list[Point] = field(default_factory=list)
    asked: Counter[Kind] = field(default_factory=Counter)

    def __call__(self, kind: Kind, trade_kwh: FloatArray) -> None:
        self.asked[kind] += 1
        seconds = time.perf_counter() - self.started
        self.points.append(Point(trade_kwh, self.asked.total(), seconds))
        self.tell(f"round {len(self.points)}, {kind}")

    def numbers(self, slots: int) -> tuple[int, int, int]:
        """Return how many numbers went down, and how many numbers and vetoes came up from one home."""
        down = sum(count * sum(asked(kind, slots).values()) for kind, count in self.asked.items())
        up, vetoes = (
            sum(count * shape(kind, slots)[i] for kind, count in self.asked.items()) for i in (0, 1)
        )
        return down, up, vetoes


def measure(case: Case, *, tell: Tell) -> Measured:
    """Coordinate to both residuals; then look for the first round that repair makes good enough.

    Raises
    ------
    NotConverged : the method and its fall-back have failed
    NobodyCanBalance : a round cannot be repaired
    """
    started = time.perf_counter()
    homes = Homes(case.community.homes)
    set_up_s, watch = time.perf_counter() - started, _Watch(tell)
    outcome = run_in_process(homes, observe=watch).outcome
    tell("looking for the first round that repair makes good enough")
    lost_at_end, rounds = lost(case, watch.points[-1]), len(watch.points)
    down, up, vetoes = (count * BYTES_PER_NUMBER for count in watch.numbers(homes.slots))
    masked = (up * MASKED_BYTES_PER_NUMBER + vetoes * MASKED_BYTES_PER_VETO) // BYTES_PER_NUMBER
    return Measured(
        model=case.model,
        homes=homes.count,
        slots=homes.slots,
        method="second-order, fell back" if outcome.fell_back else "second-order",
        converged=True,
        rounds=rounds,
        exchanges=outcome.exchanges,
        set_up_s=set_up_s,
        seconds=watch.points[-1].seconds,
        bytes_up=homes.count * up // rounds,
        bytes_down=down // rounds,
        bytes_up_masked=homes.count * masked // rounds,
        surplus_lost_percent=100 * lost_at_end,
        targets=targets(case, watch.points, converged=True, lost_at_end=lost_at_end),
        central=case.central,
        memory_mb=memory_mb(),
    )
