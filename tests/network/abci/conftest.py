import threading

import pytest

from wattloom.network.abci import AbciServer

from .applications import Mirror


@pytest.fixture
def address(tmp_path):
    return f"unix://{tmp_path}/app.sock"


@pytest.fixture
def server(address):
    with AbciServer(Mirror(), address) as server:
        yield server


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("abci-"):
            thread.join(5)
            assert not thread.is_alive(), f"{thread.name} still runs"
