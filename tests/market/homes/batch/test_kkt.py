import numpy as np
import pytest

from tests.market.homes.batch.samples import MODELS, dense, kkt, largest_structure
from wattloom.market.homes.batch.kkt import KktBatch

RHO, REG = 1e-3, 1e-8


def random_batch(model, *, homes=6):
    forms = largest_structure(model, homes=homes)
    batch, random = KktBatch(forms), np.random.default_rng(0)
    weights = np.exp(random.uniform(-8.0, 8.0, (len(forms), batch.k)))
    batch.factor(weights, rho=RHO, reg=REG)
    return forms, batch, [kkt(*pair, RHO, REG) for pair in zip(forms, weights, strict=True)], random


@pytest.mark.parametrize("model", MODELS)
def test_solves_are_those_of_the_dense_systems(model):
    forms, batch, systems, random = random_batch(model)
    rhs = random.normal(size=(len(forms), batch.n + batch.p, 3))
    for home, answer in enumerate(batch.solve(rhs)):
        assert systems[home][0] @ answer == pytest.approx(rhs[home], abs=1e-8)


def test_one_right_hand_side_may_be_given_without_its_own_axis():
    forms, batch, _, random = random_batch("hvac-2020", homes=3)
    rhs = random.normal(size=(len(forms), batch.n + batch.p))
    assert np.array_equal(batch.solve(rhs), batch.solve(rhs[:, :, None])[:, :, 0])


@pytest.mark.parametrize("model", MODELS)
def test_sensitivities_are_blocks_of_the_dense_inverses(model):
    forms, batch, systems, _ = random_batch(model)
    sensitivity = batch.sensitivity()
    assert sensitivity.shape == (len(forms), 24, 24)
    for home, (K, E) in enumerate(systems):
        assert sensitivity[home] == pytest.approx(E.T @ np.linalg.solve(K, E), abs=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_products_are_those_of_the_dense_matrices(model):
    forms, batch, _, random = random_batch(model)
    u, y = random.normal(size=(len(forms), batch.n + batch.p)), random.normal(size=(len(forms), batch.k))
    gradient, room = batch.gradient(u, y), batch.room(u)
    for home, form in enumerate(forms):
        P, A, C = dense(form)
        z, lam = np.split(u[home], [batch.n])
        expected = np.r_[P @ z + form.c + A.T @ lam + C.T @ y[home], A @ z - form.b]
        assert gradient[home] == pytest.approx(expected, abs=1e-12)
        assert room[home] == pytest.approx(C @ z - form.d, abs=1e-12)
    assert batch.multiply(u, y) == pytest.approx(gradient - batch.q, abs=1e-12)
    assert batch.multiply_inequalities(u) == pytest.approx(room + batch.d, abs=1e-12)


def test_homes_of_unlike_structure_are_refused():
    with pytest.raises(ValueError, match="one structure"):
        KktBatch([largest_structure(model, homes=2)[0] for model in ("hvac-2020", "vpp-2021")])
