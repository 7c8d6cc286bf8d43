"""How long a call may be tried, and how long to wait between two tries."""

import random
from time import monotonic

from wattloom.network.client._border import Failure

ATTEMPT_S = 10.0
LEAST_ATTEMPT_S = 0.1
"""A shorter last try would hardly be answered, and leave doubt where there was none."""

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0


class Budget:
    """The patience of one call, spread over several gateways.

    The first failure at a gateway leads to the next at once. After a round of them pauses double, each
    shortened by a random part so that many clients do not come back together; a gateway's hint is a lower
    bound.
    """

    def __init__(self, patience_s: float, *, gateways: int) -> None:
        self._ends_s = monotonic() + patience_s
        self._gateways = gateways
        self._failures = 0

    def attempt_s(self) -> float:
        """Return the time limit of the next try."""
        return max(min(ATTEMPT_S, self._ends_s - monotonic()), 0.001)

    def pause_s(self, failure: Failure) -> float | None:
        """Count a failure and return how long to wait for the next try; None where there is to be none."""
        self._failures += 1
        rounds, within = divmod(self._failures, self._gateways)
        pause_s = 0.0
        if within == 0:
            whole = min(FIRST_PAUSE_S * 2 ** (rounds - 1), LONGEST_PAUSE_S)
            pause_s = whole * random.uniform(0.5, 1.0)  # noqa: S311 - spreads, and keeps no secret
        pause_s = max(pause_s, failure.retry_after_s or 0.0)
        return None if monotonic() + pause_s + LEAST_ATTEMPT_S > self._ends_s else pause_s
