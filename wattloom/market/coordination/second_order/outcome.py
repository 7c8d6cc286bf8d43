"""What a coordination comes to, and what each of its rounds did."""

from dataclasses import dataclass

from wattloom.market.coordination.second_order.messages import Kind
from wattloom.market.homes.checks import FloatArray


@dataclass(frozen=True, slots=True)
class Round:
    """One round: prices went out to all homes, and all have answered with trades.

    Attributes
    ----------
    kind : of the question that brought the prices
    imbalance_kwh : ||sum_i x_i|| over slots
    barrier : the mean of s y over all homes' inequalities, $; None in a round of exchange ADMM
    dual : rho ||change of the anchors||, $/kWh; None in an interior round
    """

    kind: Kind
    imbalance_kwh: float
    barrier: float | None = None
    dual: float | None = None

    def meets(self, tolerance: float) -> bool:
        """Tell whether this is a round of exchange ADMM with both residuals within the tolerance."""
        return self.dual is not None and max(self.imbalance_kwh, self.dual) <= tolerance


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Prices at which the homes' trades clear.

    Attributes
    ----------
    price_per_kwh : (T,), $
    rho : $/kWh^2, of the round of exchange ADMM that met the tolerance
    homes : how many have stayed to the end
    exchanges : questions that all homes have answered, those of rounds given up included
    rounds : all of them
    fell_back : exchange ADMM has found the prices, not the second-order method
    """

    price_per_kwh: FloatArray
    rho: float
    homes: int
    exchanges: int
    rounds: tuple[Round, ...]
    fell_back: bool
