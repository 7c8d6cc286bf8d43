import pytest

from tests.network.chain import sample_chain


@pytest.fixture(scope="session")
def solo() -> sample_chain.SampleChain:
    return sample_chain.solo_chain()


@pytest.fixture(scope="session")
def network() -> sample_chain.SampleChain:
    return sample_chain.network_chain()
