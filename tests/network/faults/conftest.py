import pytest

from tests.network.faults.examination import Examiner
from tests.network.faults.links import Links
from tests.network.faults.network import Network

SNAPSHOT_EVERY = 20


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


@pytest.fixture(scope="package")
def shared(tmp_path_factory):
    """The examiner of the network that most tests share, and the wires of its last node."""
    network = Network(tmp_path_factory.mktemp("network") / "n", snapshot_every_blocks=SNAPSHOT_EVERY)
    links = Links(network.nodes[-1], network.nodes[:-1])
    yield Examiner(network), links
    network.close()
    links.close()


@pytest.fixture
def examiner(shared):
    """Who examines the network that most tests share; a test that has one of its own says so."""
    return shared[0]


@pytest.fixture
def links(shared):
    return shared[1]


@pytest.fixture
def network(examiner, links):
    """A network that is whole, whatever the test before has left of it."""
    links.mend()
    return examiner.network.start()
