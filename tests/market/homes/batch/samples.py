"""Homes of the papers' models as the fast engine takes them."""

from collections import defaultdict

import numpy as np
import scipy.sparse as sp

from wattloom.market.homes.batch.standard import standardise
from wattloom.market.homes.program import extract
from wattloom.market.homes.stated import StatedHome
from wattloom.market.papers.communities import random_community

MODELS = ["hvac-2020", "vpp-2021", "der-2021"]


def standard(home):
    stated = StatedHome(home)
    program = extract(stated)
    return standardise(program, program.columns[stated.trade_kwh.id])


def largest_structure(model, *, homes=6, seed=1):
    by_structure = defaultdict(list)
    for home in random_community(model, homes=homes, seed=seed).homes:
        form = standard(home)
        by_structure[form.structure].append(form)
    return max(by_structure.values(), key=len)


def dense(form):
    """The matrices P, A, C of a standard form."""
    values = (form.P, form.A, form.C)
    return [
        sp.csr_matrix((part, (at.row, at.column)), shape=(rows, form.sizes[0])).toarray()
        for rows, part, at in zip(form.sizes, values, form.entries, strict=True)
    ]


def kkt(form, weights, rho, reg):
    """K and the unit vectors of the trade, dense."""
    P, A, C = dense(form)
    E = np.eye(len(P) + len(A))[:, form.trade]
    upper = P + reg * np.eye(len(P)) + C.T @ (weights[:, None] * C)
    return np.block([[upper, A.T], [A, -reg * np.eye(len(A))]]) + rho * E @ E.T, E
