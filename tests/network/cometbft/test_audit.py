import pytest

from tests.network.cometbft.day import copied
from wattloom.network.cometbft.audit import audit_node, audit_rpc


@pytest.fixture(scope="session")
def stopped(day, tmp_path_factory):
    """Return a copy of a node's folder, made while the node did not run."""
    return copied(day.network.nodes()[1], tmp_path_factory.mktemp("stopped") / "node")


def test_a_running_network_is_clean(day):
    found = audit_rpc(day.rpc(), genesis_hash=day.ledger.genesis.hash)
    assert found.height >= day.changed_height


def test_a_copied_folder_is_clean(day, stopped):
    found = audit_node(stopped, genesis_hash=day.ledger.genesis.hash)
    assert found.height >= day.changed_height
