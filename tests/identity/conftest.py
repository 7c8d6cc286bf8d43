import pytest

from wattloom.identity.certificates import Authority

from .flaws import NOW_S
from .postgres import running_postgres


@pytest.fixture(scope="session")
def organisation():
    return Authority.create("Harbour CA", organisation="harbour", not_before_s=NOW_S, path_length=1)


@pytest.fixture(scope="session")
def client(organisation):
    return organisation.issue_client("home-1", role="participant", not_before_s=NOW_S)


@pytest.fixture(scope="session")
def postgres():
    with running_postgres() as server:
        yield server
