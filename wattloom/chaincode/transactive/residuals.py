"""How far an iteration is from agreement, in integers; compared squared, so that nothing is rounded."""

from dataclasses import dataclass
from math import isqrt

from wattloom.chaincode.transactive.rounding import NANO


@dataclass(frozen=True, slots=True)
class Residuals:
    """Primal and dual residual.

    primal : nano_kwh; exchange ||sum_i x_i||_2 over slots, pairwise ||p_hat - p||_2 over ordered pairs, slots
    dual : rho ||p_hat' - p_hat||_2; `dual_squared` is in (1e-18 $/kWh)^2, the norm in nano_per_kwh
    """

    primal_squared: int
    dual_squared: int

    @classmethod
    def of(cls, *, primal_squared: int, moves_squared: int, rho_nano: int) -> "Residuals":
        """Return the residuals of an update."""
        return cls(primal_squared, rho_nano**2 * moves_squared)

    @property
    def primal_nano_kwh(self) -> int:
        """The primal norm, rounded down."""
        return isqrt(self.primal_squared)

    @property
    def dual_nano_per_kwh(self) -> int:
        """The dual norm, rounded down."""
        return isqrt(self.dual_squared) // NANO

    def within(self, *, primal_nano_kwh: int, dual_nano_per_kwh: int) -> bool:
        """Tell whether both tolerances hold, exactly."""
        return (
            self.primal_squared <= primal_nano_kwh**2 and self.dual_squared <= (dual_nano_per_kwh * NANO) ** 2
        )
