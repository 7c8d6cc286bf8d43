"""A network that has had a day, for all who look at one from outside."""

import pytest

from tests.network.cometbft.day import copied, running_day


@pytest.fixture(scope="package")
def day(engine_program, tmp_path_factory):
    """Return a running network on which a day has passed; tests may add to it."""
    with running_day(tmp_path_factory.mktemp("day")) as day:
        yield day


@pytest.fixture(scope="package")
def stopped(day, tmp_path_factory):
    """Return a copy of a node's folder, made while the node did not run; tests leave it as it is."""
    return copied(day.network.nodes()[1], tmp_path_factory.mktemp("stopped") / "node")
