import pytest

from tests.network.crash.storage import build_shim
from tests.network.crash.trial import Trial


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def make_trial(tmp_path):
    return lambda seed: Trial(tmp_path, seed)
