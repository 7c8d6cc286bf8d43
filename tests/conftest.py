"""What tests of several rooms share."""

import pytest
import structlog

from wattloom.network.engine_binary import EngineMissing, find_engine


@pytest.fixture(autouse=True)
def _log_to_the_test_that_runs():
    """Forget where an earlier test's command logged to: its stream is closed."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def engine_program():
    """Return the stock `cometbft`; a machine without it fails, for a skipped engine proves nothing."""
    try:
        return find_engine()
    except EngineMissing as missing:
        pytest.fail(f"{missing} (or `make engine`)")
