from collections.abc import Iterator

import pytest

from tests.chaincode.auction.neighbourhood import Neighbourhood


@pytest.fixture
def street() -> Iterator[Neighbourhood]:
    """Three homes with money and a market of pay-as-offer; at the end no timer may have failed."""
    neighbourhood = Neighbourhood(3)
    yield neighbourhood
    neighbourhood.assert_timers_never_fail()


@pytest.fixture
def refused(street):
    """Say what a call is refused with; nothing may have changed by it."""

    def refuse(error, call, *args, **options):
        before = street.state()
        with pytest.raises(error) as raised:
            call(*args, **options)
        assert street.state() == before
        return raised.value

    return refuse
