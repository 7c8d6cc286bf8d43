import hashlib

from tests.network.chain.golden import vectors
from tests.network.chain.sample_chain import as_json


def test_the_chains_that_we_make_are_those_that_cometbft_accepted():
    """CometBFT validated these very bytes, and its light client followed them (tools/golden, `accept`)."""
    made = as_json() + "\n"
    assert hashlib.sha256(made.encode()).hexdigest() == vectors("accepted")["sha256"]
