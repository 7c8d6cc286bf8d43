import pytest

from tests.chaincode.transactive.community import terms
from wattloom.chaincode.api import Int64Array, InvalidArgument
from wattloom.chaincode.transactive.errors import TooManyNumbers, WrongShape
from wattloom.chaincode.transactive.terms import Billing, Form, RhoSchedule, check


def test_rho_is_constant_or_falls_as_the_paper_prints_it():
    assert [terms(rho_nano=100).rho_at(k) for k in (1, 2, 3)] == [100, 100, 100]
    falling = terms(rho_nano=100, rho_schedule=RhoSchedule.PAPER)
    assert [falling.rho_at(k) for k in (1, 2, 3)] == [100, 50, 33]


def test_one_price_stands_for_every_slot():
    assert terms(slots=3, start_price_pico_per_kwh=Int64Array([7])).start_prices() == [7, 7, 7]
    fixed = terms(slots=2, billing=Billing.FIXED, fixed_price_nano_per_wh=Int64Array([1, 2]))
    assert fixed.fixed_prices() == [1, 2]


@pytest.mark.parametrize(
    ("changes", "homes", "numbers"),
    [({"slots": 672}, 298, 200_256), ({"form": Form.PAIRWISE, "slots": 24}, 62, 90_768)],
)
def test_an_iteration_has_a_bounded_size(changes, homes, numbers):
    check(terms(**changes), homes=homes - 1)
    with pytest.raises(TooManyNumbers) as refusal:
        check(terms(**changes), homes=homes)
    assert refusal.value.details["numbers"] == numbers


@pytest.mark.parametrize(
    "changes",
    [
        {"start_price_pico_per_kwh": Int64Array([1, 2])},
        {"start_price_pico_per_kwh": Int64Array([])},
        {"billing": Billing.FIXED},
        {"billing": Billing.FIXED, "fixed_price_nano_per_wh": Int64Array([1, 2])},
    ],
)
def test_prices_are_one_or_one_per_slot(changes):
    with pytest.raises(WrongShape):
        check(terms(slots=3, **changes), homes=2)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fixed_price_nano_per_wh": Int64Array([1])}, "leave it out"),
        (
            {
                "billing": Billing.FIXED,
                "fixed_price_nano_per_wh": Int64Array([-101]),
                "price_cap_nano_per_wh": 100,
            },
            "fixed_price_nano_per_wh passes 100",
        ),
        ({"start_price_pico_per_kwh": Int64Array([2**62])}, "start_price_pico_per_kwh passes"),
        ({"billing": Billing.BARGAINING}, "needs it above zero"),
        ({"saving_limit_nano": 1}, "is for billing bargaining"),
        ({"rho_schedule": RhoSchedule.PAPER, "rho_nano": 199}, "rho_nano // max_iterations is zero"),
    ],
)
def test_terms_that_contradict_each_other_are_refused(changes, reason):
    with pytest.raises(InvalidArgument, match=reason):
        check(terms(**changes), homes=2)
