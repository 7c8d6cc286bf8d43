from collections.abc import Iterator

import pytest

from tests.chaincode.transactive.community import Community


@pytest.fixture
def trio() -> Iterator[Community]:
    """Three homes with money; at the end no timer may have failed."""
    community = Community(3)
    yield community
    community.assert_timers_never_fail()
