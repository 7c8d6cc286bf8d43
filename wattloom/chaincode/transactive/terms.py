"""The terms of a session: everything that is settled at its opening, and the limits of each."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from wattloom.chaincode.api import Int64Array, InvalidArgument, Record
from wattloom.chaincode.api.units import EnergyWh, TimeS
from wattloom.chaincode.transactive.errors import TooManyNumbers, WrongShape
from wattloom.chaincode.transactive.rounding import NANO

MIN_HOMES, MAX_HOMES = 2, 1_000
MAX_NUMBERS = {"exchange": 200_000, "pairwise": 90_000}
"""Numbers in one iteration: N T in exchange form, N (N-1) T in pairwise form; bounds time and records."""

MAX_LIMIT_WH = 10**6
"""The largest registered limit of a home that a session takes: 1 MWh per slot."""

MAX_SAVING_NANO = 10**18
"""The largest saving that a session lets a home declare: a thousand million of the currency."""

MAX_START_PRICE_PICO_PER_KWH = 10**15
"""The largest first dual price: 1,000 $/kWh."""

Tolerance = Annotated[int, Meta(ge=0, le=10**15)]
Waiting = Annotated[int, Meta(ge=1, le=7 * 86_400, description="duration, whole seconds")]


class Form(StrEnum):
    """What a home decides: its net trade per slot, or one trade per partner and slot."""

    EXCHANGE = "exchange"
    PAIRWISE = "pairwise"


class RhoSchedule(StrEnum):
    """How rho goes with iteration k >= 1: rho_nano always, or rho_nano // k as paper 000 prints it."""

    CONSTANT = "constant"
    PAPER = "paper"


class Billing(StrEnum):
    """What trades cost: the dual price of each slot, prices fixed at opening, or a split of what is saved.

    Under `bargaining` homes pay the dual price, and what they declare to save by it is split evenly.
    """

    CLEARING = "clearing"
    FIXED = "fixed"
    BARGAINING = "bargaining"


class Absent(StrEnum):
    """What a home that misses a deadline is taken at: its last decision, or no trade at all."""

    LAST = "last"
    ZERO = "zero"


class Terms(Record, frozen=True, kw_only=True):
    """What a session is about, how it iterates, and how it is billed.

    Fields
    ------
    slot_start_s, slot_s, slots : delivery, T half-open slots
    rho_nano : 1e-9 $/kWh^2
    relaxation_fifths : over-relaxation in fifths; 8 is 8/5, 5 is none (the papers')
    primal_tolerance_nano_kwh, dual_tolerance_nano_per_kwh : an iteration that meets both is the last
    join_s, round_s, confirm_s : deadlines of joining, of an iteration, of a proposal
    start_price_pico_per_kwh : one or T; the first dual price, in pairwise form the price pi
    fixed_price_nano_per_wh : one or T under `fixed`, else empty
    price_cap_nano_per_wh : a price of money never passes it either way; collateral is limit times cap. The
        highest price that a home could pay the grid (energy plus peak price per slot hour) binds nobody.
    repair_limit_wh : the most that a later proposal may move a trade away from the first, per slot
    absent : what a home that misses the deadline of an iteration or a proposal is taken at
    saving_limit_nano : under `bargaining` the most that a home may declare, locked with the rest; else 0
    """

    form: Form = Form.EXCHANGE
    slot_start_s: TimeS
    slot_s: Literal[900, 1800, 3600] = 3600
    slots: Annotated[int, Meta(ge=1, le=672)]
    rho_schedule: RhoSchedule = RhoSchedule.CONSTANT
    rho_nano: Annotated[int, Meta(ge=1, le=10**12)]
    relaxation_fifths: Annotated[int, Meta(ge=5, le=10)] = 8
    primal_tolerance_nano_kwh: Tolerance
    dual_tolerance_nano_per_kwh: Tolerance
    max_iterations: Annotated[int, Meta(ge=1, le=10_000)]
    join_s: Waiting
    round_s: Waiting
    confirm_s: Waiting
    billing: Billing = Billing.CLEARING
    start_price_pico_per_kwh: Int64Array = msgspec.field(default_factory=lambda: Int64Array.zeros(1))
    fixed_price_nano_per_wh: Int64Array = msgspec.field(default_factory=lambda: Int64Array.zeros(0))
    price_cap_nano_per_wh: Annotated[int, Meta(ge=1, le=NANO)]
    repair_limit_wh: EnergyWh
    absent: Absent = Absent.LAST
    saving_limit_nano: Annotated[int, Meta(ge=0, le=MAX_SAVING_NANO)] = 0

    def rho_at(self, iteration: int) -> int:
        """Return rho of an iteration, counted from 1."""
        return self.rho_nano // iteration if self.rho_schedule is RhoSchedule.PAPER else self.rho_nano

    def start_prices(self) -> list[int]:
        """Return the first dual price of every slot."""
        return per_slot(self.start_price_pico_per_kwh, self.slots)

    def fixed_prices(self) -> list[int]:
        """Return the price of every slot under `fixed`."""
        return per_slot(self.fixed_price_nano_per_wh, self.slots)

    def collateral_nano(self, limit_wh: int) -> int:
        """Return the most that a home can owe: its limit at the cap, and what it may declare."""
        return self.slots * limit_wh * self.price_cap_nano_per_wh + self.saving_limit_nano


def per_slot(prices: Int64Array, slots: int) -> list[int]:
    """Return one price per slot out of one for all, or of all."""
    return list(prices.values) * slots if len(prices) == 1 else list(prices.values)


def check(terms: Terms, *, homes: int) -> None:
    """Raise unless the terms fit together and one iteration is within `MAX_NUMBERS`.

    Raises
    ------
    TooManyNumbers, WrongShape, InvalidArgument : see their sentences
    """
    per_home = terms.slots if terms.form is Form.EXCHANGE else (homes - 1) * terms.slots
    if homes * per_home > MAX_NUMBERS[terms.form]:
        raise TooManyNumbers(numbers=homes * per_home, limit=MAX_NUMBERS[terms.form])
    start = terms.start_price_pico_per_kwh
    _check_prices(start, terms, name="start_price_pico_per_kwh", limit=MAX_START_PRICE_PICO_PER_KWH)
    if terms.billing is Billing.FIXED:
        cap = terms.price_cap_nano_per_wh
        _check_prices(terms.fixed_price_nano_per_wh, terms, name="fixed_price_nano_per_wh", limit=cap)
    elif len(terms.fixed_price_nano_per_wh):
        raise InvalidArgument(reason="fixed_price_nano_per_wh is for billing fixed: leave it out")
    if (terms.billing is Billing.BARGAINING) != (terms.saving_limit_nano > 0):
        raise InvalidArgument(reason="saving_limit_nano is for billing bargaining, which needs it above zero")
    if terms.rho_at(terms.max_iterations) == 0:
        raise InvalidArgument(
            reason="rho_nano // max_iterations is zero: raise rho_nano or lower max_iterations"
        )


def _check_prices(prices: Int64Array, terms: Terms, *, name: str, limit: int) -> None:
    if len(prices) not in (1, terms.slots):
        raise WrongShape(field=name, length=len(prices), needed=terms.slots)
    if max(map(abs, prices)) > limit:
        raise InvalidArgument(reason=f"{name} passes {limit}")
