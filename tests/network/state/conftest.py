import pytest

from tests.network.state.ledger import CONTRACTS, Ledger
from wattloom.network.state import Store


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "data", tables=("blocks",), durable=False) as opened:  # nobody pulls the plug
        yield opened


@pytest.fixture
def ledger(store):
    return Ledger(store, CONTRACTS)
