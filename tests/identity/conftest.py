import pytest

from wattloom.identity.certificates import Authority

from .flaws import NOW_S
from .postgres import running_postgres
from .tokens import make_token


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


@pytest.fixture(scope="session")
def token(tmp_path_factory):
    """Return the URI of keys in a SoftHSM token; the module reads its configuration once a process."""
    return make_token(tmp_path_factory.mktemp("token"))
