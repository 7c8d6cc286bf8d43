"""What was found for one paper on one community: every number that a figure, a table or the JSON shows.

Figures, page and JSON are made of these records alone, so that they cannot tell different numbers.
Costs in $ of the whole horizon, discomfort included; energies in kWh; trades positive where a home buys.
"""

import msgspec

from wattloom.market.coordination.rationality import Report

Row = list[float]
"""One number per slot, or per iteration."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """What homes agreed on off the ledger, before the session.

    Attributes
    ----------
    homes : how many stayed to the end; were it not all, the ledger's own iterations have to do the rest
    rounds, exchanges : in an exchange every home answers one question; a round is one or two of them
    imbalance_kwh : ||sum_i x_i|| over slots after each round
    seconds : wall time
    megabytes : to and from the coordinator, of all homes together
    """

    homes: int
    rounds: int
    exchanges: int
    imbalance_kwh: Row
    seconds: float
    megabytes: float


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One session on the ledger.

    Attributes
    ----------
    criterion : what the session stops on; `converged` tells whether that was met
    reached : threshold, kWh, to the first iteration whose primal residual is within it; None: no iteration is
    primal_kwh, dual_per_kwh : the residuals of each iteration as the ledger logged them
    settled : False where it ended without trades, which leaves everybody alone
    saving_percent, surplus_lost_percent : of the community's cost alone; of what the central optimum saves
    missed_at_count_percent : the same, had it been repaired after the paper's count of iterations; None: the
        paper reports none, or no repair was possible
    planned : what came before the session; None: nothing did
    iteration_s, seconds : wall time of an iteration, and of the session from opening to settlement
    """

    form: str
    rho: str
    relaxation: float
    criterion: str
    iterations: int
    converged: bool
    reached: dict[str, int | None]
    primal_kwh: Row
    dual_per_kwh: Row
    settled: bool
    cost: float
    saving_percent: float
    surplus_lost_percent: float
    missed_at_count_percent: float | None
    planned: Planned | None
    iteration_s: float
    seconds: float
    blocks: int
    transactions: int


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One home's energies, alone and in our session."""

    home: str
    bought_kwh: float
    sold_kwh: float
    peak_alone_kw: float
    peak_trading_kw: float
    outside_comfort_kh: float


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A plan's series, one row per home, kWh per slot."""

    grid_alone: list[Row]
    grid: list[Row]
    renewable: list[Row]
    fed_in: list[Row]
    hvac: list[Row]
    shiftable: list[Row]
    reduced: list[Row]
    trade: list[Row]


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """What the papers' primal criterion accepts under a large constant rho, in process."""

    rho: float
    iterations: int
    converged: bool
    primal_kwh: float
    dual_per_kwh: float
    surplus_lost_percent: float


class Sensitivity(msgspec.Struct, frozen=True, kw_only=True):
    """What all would save at the central optimum if one value were another for every home, by this factor."""

    what: str
    factor: float
    saving_percent: float


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what is set beside the paper.

    None where the paper reports nothing, a run never came there, or the line is not about it.
    """

    what: str
    unit: str
    paper: float | None
    printed: float | None
    ours: float | None
    second_order: float | None


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """One paper on one community.

    `central` is the cost of the central optimum, `best_saving_percent` what that saves.
    `sensitivities` are empty where the paper reports no saving to be set beside them.
    `seller` and `buyer` are the homes that sell and buy most, net. `gains` are by the ways of `gains.py`, its
    homes and `users` in the community's order.
    """

    model: str
    name: str
    description: str
    synthetic: bool
    slots: int
    slot_s: int
    fixed_price_per_kwh: float
    alone: float
    central: float
    best_saving_percent: float
    printed: Run
    ours: Run
    second_order: Run
    criterion: Criterion
    sensitivities: list[Sensitivity]
    gains: Report
    users: list[User]
    seller: int
    buyer: int
    series: Series

    @property
    def slug(self) -> str:
        """The community's name as part of a file's."""
        return "".join(c if c.isalnum() else "-" for c in self.name.lower()).strip("-")
