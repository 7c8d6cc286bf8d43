import pytest

from tests.network.faults.examination import Examiner
from tests.network.faults.network import Network


@pytest.fixture(scope="module")
def make_network(tmp_path_factory):
    """Make networks that are gone, with all their processes, when the module's tests are done."""
    made = []

    def make(**parameters):
        made.append(Network(tmp_path_factory.mktemp("network") / "n", **parameters))
        return made[-1]

    yield make
    for network in made:
        network.close()


@pytest.fixture(scope="module")
def network(make_network):
    """A network that a module's tests share; each leaves it whole."""
    return make_network().start()


@pytest.fixture(scope="module")
def examiner(network):
    return Examiner(network)
