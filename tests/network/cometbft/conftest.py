"""Stock nodes for the tests of what reads them."""

import pytest

from tests.network.cometbft import stock
from wattloom.network.cometbft.rpc import RpcClient


@pytest.fixture(scope="package")
def stock_address(engine_program, tmp_path_factory):
    """Return the RPC of one running stock node with a few blocks; tests may add transactions."""
    home = stock.make_home(engine_program, tmp_path_factory.mktemp("stock"))
    address = f"unix://{home}/rpc.sock"
    with stock.running(engine_program, home, *stock.node_arguments(address)) as process:
        stock.wait_for_answer(process, address, height=1)
        with RpcClient(address) as client:
            stock.put(client, "a=1", "b=2", "c=3")
        yield address


@pytest.fixture
def stock_client(stock_address):
    """Return a client of the stock node."""
    with RpcClient(stock_address) as client:
        yield client
