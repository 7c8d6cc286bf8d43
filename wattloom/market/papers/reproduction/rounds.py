"""Second-order coordination before a session, with the imbalance of each of its rounds noted."""

from dataclasses import dataclass, field, replace

import numpy as np

from wattloom.market.coordination.second_order.errors import BadTotals
from wattloom.market.coordination.second_order.layout import answered, read_totals
from wattloom.market.coordination.second_order.messages import Kind, Totals
from wattloom.market.coordination.service.method import Conclusion, Steps
from wattloom.market.day.coordination import CoordinationName, off_ledger
from wattloom.market.day.trading import OffLedger


@dataclass(slots=True)
class Rounds:
    """Notes ||sum_i x_i|| over slots, kWh, whenever all homes have answered with their trades."""

    slots: int
    imbalance_kwh: list[float] = field(default_factory=list)

    def off_ledger(self) -> OffLedger:
        """Return second-order coordination that is watched; when it begins anew, so do the notes."""
        way = off_ledger(CoordinationName.SECOND_ORDER, slots=self.slots)
        assert way is not None  # noqa: S101 - for the type checker: only ADMM has nothing before the session

        def begin(homes: int) -> Steps:
            self.imbalance_kwh.clear()
            return self._watched(way.method.begin(homes))

        return replace(way, method=replace(way.method, begin=begin))

    def _watched(self, steps: Steps) -> Steps:
        question = next(steps)
        while True:
            totals = yield question
            self._note(question.kind, totals)
            try:
                question = steps.send(totals)
            except StopIteration as end:
                conclusion: Conclusion = end.value
                return conclusion

    def _note(self, kind: Kind, totals: Totals) -> None:
        if "trade" not in answered(kind, self.slots):
            return
        try:
            sums = read_totals(kind, totals, self.slots)
        except BadTotals:
            return
        self.imbalance_kwh.append(float(np.linalg.norm(sums["trade"])))
