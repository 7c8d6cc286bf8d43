import threading

import pytest


@pytest.fixture
def released():
    """An event for a home that hangs; set at the latest when the test ends, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()
