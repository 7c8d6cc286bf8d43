"""`python -m wattloom.market.homes.batch` compiles now what would otherwise be compiled at first use."""

import numpy as np

from wattloom.market.homes.batch.kkt import KktBatch
from wattloom.market.homes.batch.together import Batch
from wattloom.market.homes.devices.must_run import MustRun
from wattloom.market.homes.home import Home, Tariff
from wattloom.market.homes.solver import HomeSolver

HOMES = 2
"""More than one: homes alone and homes in step compile separately."""

if __name__ == "__main__":
    tariff, load = Tariff(energy_price_per_kwh=0.2, peak_price_per_kw=1.0), MustRun(np.ones(1))
    solvers = [HomeSolver(Home(f"home{number}", 1, 3600, tariff, (load,))) for number in range(HOMES)]
    batch = Batch(solvers)
    batch.solve_exchange(np.zeros(1), np.zeros((HOMES, 1)), 0.1)
    batch.sensitivity()
    kkt = KktBatch([solver.standard for solver in solvers])
    u, y = np.zeros((HOMES, kkt.n + kkt.p)), np.ones((HOMES, kkt.k))
    kkt.factor(y)
    kkt.solve(kkt.gradient(u, y))
    kkt.room(u)
    kkt.sensitivity()
