"""Findings made by hand, for what needs no ledger."""

import numpy as np
from msgspec.structs import replace

from wattloom.market.coordination.rationality import Settled, report
from wattloom.market.papers.reproduction.findings import (
    Criterion,
    Findings,
    Planned,
    Run,
    Sensitivity,
    Series,
    User,
)
from wattloom.market.papers.reproduction.gains import BARGAINING, CLEARING, FIXED, PLANNED, PRINTED

SLOTS = 4


def run(**changes):
    made = Run(
        form="exchange",
        rho="0.1",
        relaxation=1.6,
        criterion="primal and dual residual",
        iterations=3,
        converged=True,
        reached={"0.1": 2, "1e-6": 3},
        primal_kwh=[0.5, 0.04, 0.0],
        dual_per_kwh=[0.2, 0.01, 1e-8],
        settled=True,
        cost=7.25,
        saving_percent=9.375,
        surplus_lost_percent=0.125,
        missed_at_count_percent=0.375,
        planned=None,
        iteration_s=0.0625,
        seconds=1.75,
        blocks=21,
        transactions=43,
    )
    return replace(made, **changes)


def planned_run(**changes):
    """A session that one iteration admits, after five rounds."""
    planned = Planned(
        homes=2,
        rounds=5,
        exchanges=8,
        imbalance_kwh=[8.0, 1.0, 0.125, 1e-4, 1e-7],
        seconds=0.5,
        megabytes=1.5,
    )
    return run(iterations=1, primal_kwh=[1e-7], dual_per_kwh=[1e-8], planned=planned, **changes)


def user(home="ann"):
    return User(
        home=home,
        bought_kwh=2.25,
        sold_kwh=0.75,
        peak_alone_kw=3.0,
        peak_trading_kw=2.5,
        outside_comfort_kh=0.375,
    )


def gains(names=("ann", "_bob $"), **bills):
    """What the homes pay under every way of settling; each costs 5 $ alone and 4.5 $ before its bill."""
    operating = np.full(len(names), 4.5)
    ways = dict.fromkeys((PRINTED, FIXED, CLEARING, BARGAINING, PLANNED), np.zeros(len(names))) | bills
    settled = {way: Settled(operating, np.array(bill)) for way, bill in ways.items()}
    return report(names, np.full(len(names), 5.0), settled)


def findings(model="hvac-2020", **changes):
    """Two homes, four slots: the first sells, the second buys."""
    rows = [[0.5, 0.25, 0.0, 1.0], [0.125, 0.0, 0.75, 0.5]]
    trade = [[-0.5, -0.25, 0.0, 0.125], [0.5, 0.25, 0.0, -0.125]]
    series = dict.fromkeys(Series.__struct_fields__, rows) | {"trade": trade}
    made = Findings(
        model=model,
        name="Made Up, 2 homes",
        description="made for a test",
        synthetic=True,
        slots=SLOTS,
        slot_s=3600,
        fixed_price_per_kwh=0.12,
        alone=8.0,
        central=7.0,
        best_saving_percent=12.5,
        printed=run(
            form="pairwise",
            rho="1/k",
            relaxation=1.0,
            criterion="primal residual",
            converged=False,
            reached={"0.1": None, "1e-6": None},
            primal_kwh=[0.75, 0.5, 0.375],
        ),
        ours=run(),
        second_order=planned_run(),
        criterion=Criterion(
            rho=1e4,
            iterations=2,
            converged=True,
            primal_kwh=2.5e-7,
            dual_per_kwh=9.5,
            surplus_lost_percent=97.5,
        ),
        sensitivities=[Sensitivity(what="peak price", factor=3.0, saving_percent=22.5)],
        gains=gains(),
        users=[user("ann"), user("_bob $")],
        seller=0,
        buyer=1,
        series=Series(**series),
    )
    return replace(made, **changes)
