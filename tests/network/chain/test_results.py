import pytest

from tests.network.chain.golden import vectors
from wattloom.network.chain.merkle import EMPTY_ROOT
from wattloom.network.chain.results import TxResult, results_hash


@pytest.mark.parametrize("case", vectors("results"))
def test_hash_is_that_of_cometbft(case):
    results = [
        TxResult(each["code"], bytes.fromhex(each["data"]), each["gas_wanted"], each["gas_used"])
        for each in case["results"]
    ]
    assert results_hash(results).hex() == case["hash"]


def test_a_block_without_transactions_has_the_hash_of_nothing():
    assert results_hash([]) == EMPTY_ROOT


def test_order_counts():
    one, other = TxResult(code=1), TxResult(code=2)
    assert results_hash([one, other]) != results_hash([other, one])
