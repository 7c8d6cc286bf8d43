"""What tests of several rooms share."""

import pytest

from wattloom.network.engine_binary import EngineMissing, find_engine


@pytest.fixture(scope="session")
def engine_program():
    """Return the stock `cometbft`; a machine without it fails, for a skipped engine proves nothing."""
    try:
        return find_engine()
    except EngineMissing as missing:
        pytest.fail(f"{missing} (or `make engine`)")
