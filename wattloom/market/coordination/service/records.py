"""What a coordination came to, and the bounds that it keeps."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Found:
    """What all homes have agreed on; each home's own plan is with its `HomeSide`.

    Attributes
    ----------
    prices_per_kwh : $/kWh, (T,)
    rho : $/kWh^2, that the residuals were measured with
    homes : how many have stayed to the end
    rounds : as the method counts them, from its last start on
    exchanges : questions that every home has answered, lost attempts included
    drop_outs : homes that came and did not stay
    bytes_received, bytes_sent : the coordinator's, of all homes together, before TLS
    """

    prices_per_kwh: NDArray[np.float64]
    rho: float
    homes: int
    rounds: int
    exchanges: int
    drop_outs: int
    bytes_received: int
    bytes_sent: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long, and how much, a coordinator takes.

    Attributes
    ----------
    join_s : how long invited homes have to come
    answer_s : how long each question may be answered
    session_s : how long all questions together may take
    drop_outs : after more homes have left than this, the session is given up
    """

    join_s: float = 30.0
    answer_s: float = 20.0
    session_s: float = 300.0
    drop_outs: int = 5


DEFAULT_BOUNDS: Final = Bounds()
