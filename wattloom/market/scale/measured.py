"""What was measured of one community by one method, as the table and the JSON show it."""

import resource

import msgspec

BYTES_PER_NUMBER = 8
MASKED_BYTES_PER_NUMBER = 16
MASKED_BYTES_PER_VETO = 8


class Central(msgspec.Struct, frozen=True, kw_only=True):
    """One solver that knows every home: least cost, everybody's cost alone ($), and its seconds."""

    cost: float
    alone: float
    seconds: float


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """When a method first came to a target; `ratio` is its seconds over those of the central solve.

    Attributes
    ----------
    target : in words
    rounds : iterations of ADMM; prices that went out and were answered
    exchanges : question to every home and answer back
    """

    target: str
    rounds: int
    exchanges: int
    seconds: float
    ratio: float


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One community, one method.

    Attributes
    ----------
    set_up_s : stating every home's problem and extracting its matrices; in no other time here
    rounds, exchanges, seconds : until both residuals were within 1e-6, or no more iterations were left
    bytes_up, bytes_down : of one round on average, from all homes together, and broadcast to them
    bytes_up_masked : the same with every number masked; None where nothing is masked
    surplus_lost_percent : after that, with the trades balanced
    memory_mb : the largest that this process had been by then
    """

    model: str
    homes: int
    slots: int
    method: str
    converged: bool
    rounds: int
    exchanges: int
    set_up_s: float
    seconds: float
    bytes_up: int
    bytes_down: int
    bytes_up_masked: int | None
    surplus_lost_percent: float
    targets: list[Target]
    central: Central
    memory_mb: float


def memory_mb() -> float:
    """Return the largest resident size that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
