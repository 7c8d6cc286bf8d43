import pytest

from tests.network.chain.golden import vectors
from wattloom.network.chain.params import ConsensusParams


@pytest.mark.parametrize("case", vectors("params"))
def test_hash_is_that_of_cometbft(case):
    params = ConsensusParams(block_max_bytes=case["max_bytes"], block_max_gas=case["max_gas"])
    assert params.hash.hex() == case["hash"]


def test_the_hash_covers_the_block_limits_alone():
    assert ConsensusParams(app_version=7, authority="someone").hash == ConsensusParams().hash
