import os
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
import pytest

from tests.market.homes.batch.test_exchange import RHO, from_nowhere, solvers_of
from wattloom.market.homes.batch.compiled import IN_STEP
from wattloom.market.homes.batch.lanes import from_lanes, over_groups, to_lanes
from wattloom.market.homes.batch.together import Batch


@pytest.mark.parametrize("homes", [1, 4, 5, 11])
def test_numbers_come_back_from_their_lanes(homes):
    numbers = np.arange(homes * 3.0).reshape(homes, 3)
    assert np.array_equal(from_lanes(to_lanes(numbers, IN_STEP), homes), numbers)


@pytest.mark.parametrize("groups", [1, 2, 7])
def test_every_group_is_treated_once(groups):
    treated = []
    over_groups(lambda first, last: treated.append(range(first, last)), groups)
    assert sorted(chain(*treated)) == list(range(groups))


def test_what_a_thread_raises_is_raised():
    def refuse(first, last):
        raise RuntimeError(f"group {last - 1}")

    with pytest.raises(RuntimeError, match="group"):
        over_groups(refuse, 3)


def test_batches_of_several_threads_do_not_disturb_each_other():
    solvers = [solvers_of("hvac-2020", homes=3, seed=seed) for seed in range(3)]
    price, anchors = np.linspace(0.1, 0.4, 24), np.zeros((3, 24))
    batches = [Batch(each) for each in solvers]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda batch: batch.solve_exchange(price, anchors, RHO), batches))
    for each, answer in zip(solvers, answers, strict=True):
        assert answer[1] == pytest.approx(from_nowhere(each[1], price, anchors[1]), abs=1e-9)


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_solves_with_threads_of_its_own():
    batch = Batch(solvers_of("hvac-2020", homes=4))
    asked = np.linspace(0.1, 0.4, 24), np.zeros((4, 24)), RHO
    expected = batch.solve_exchange(*asked)
    child = os.fork()
    if child == 0:
        same = np.allclose(batch.solve_exchange(*asked), expected, atol=1e-9)
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
