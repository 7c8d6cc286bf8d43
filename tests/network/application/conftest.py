import pytest

from tests.network.application.bench import Bench
from tests.network.community import Community


@pytest.fixture(scope="session")
def community():
    return Community()


@pytest.fixture
def bench(tmp_path, community):
    made = Bench(tmp_path / "data", community)
    yield made
    made.store.close()
