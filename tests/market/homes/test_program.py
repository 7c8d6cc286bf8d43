import numpy as np
import pytest

from tests.market.homes.samples import prosumer
from wattloom.market.homes.program import extract, without
from wattloom.market.homes.stated import StatedHome, solve_with_clarabel, value


def solved():
    stated = StatedHome(prosumer())
    problem = stated.fixed_problem(np.full(24, 0.1))
    cost = solve_with_clarabel(problem, subject="the home")
    program = extract(stated)
    z = np.empty(program.c.size)
    for variable in stated.problem().variables():
        z[program.columns[variable.id]] = np.ravel(variable.value)
    return stated, program, z, cost


def test_matrices_give_the_stated_cost_and_constraints():
    stated, program, z, cost = solved()
    assert z @ program.P @ z / 2 + program.c @ z == pytest.approx(cost, abs=1e-8)
    assert program.A @ z == pytest.approx(program.b, abs=1e-8)
    assert np.all(program.G @ z <= program.h + 1e-8)
    assert np.all((program.lower - 1e-8 <= z) & (z <= program.upper + 1e-8))
    assert value(stated.trade_kwh) == pytest.approx(np.full(24, 0.1))


def test_rows_with_one_entry_have_become_bounds():
    _, program, _, _ = solved()
    assert np.diff(program.G.tocsr().indptr).min() > 1
    assert np.isfinite(program.lower).sum() >= 24 * 6
    assert not np.isnan(program.lower).any()


def test_a_block_put_in_as_data_leaves_the_same_equations():
    stated, program, z, _ = solved()
    block = program.columns[stated.trade_kwh.id]
    rest = without(program, block, z[block])
    assert rest.A @ np.delete(z, np.r_[block]) - rest.b == pytest.approx(program.A @ z - program.b)
    assert rest.G @ np.delete(z, np.r_[block]) - rest.h == pytest.approx(program.G @ z - program.h)
