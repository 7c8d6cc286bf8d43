from wattloom.chaincode.transactive.residuals import Residuals


def test_norms_are_rounded_down_and_squares_are_exact():
    residuals = Residuals.of(primal_squared=26, moves_squared=3, rho_nano=2 * 10**9)
    assert residuals.primal_nano_kwh == 5
    assert residuals.dual_squared == 12 * 10**18
    assert residuals.dual_nano_per_kwh == 3


def test_both_tolerances_must_hold_to_the_last_unit():
    residuals = Residuals.of(primal_squared=25, moves_squared=49, rho_nano=10**9)
    assert residuals.within(primal_nano_kwh=5, dual_nano_per_kwh=7)
    assert not residuals.within(primal_nano_kwh=4, dual_nano_per_kwh=7)
    assert not residuals.within(primal_nano_kwh=5, dual_nano_per_kwh=6)
    assert not Residuals.of(primal_squared=26, moves_squared=0, rho_nano=1).within(
        primal_nano_kwh=5, dual_nano_per_kwh=0
    )
