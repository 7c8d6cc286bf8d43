import time

import pytest

from wattloom.identity.certificates import Authority
from wattloom.identity.client import IdentityClient
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.server import IdentityThread
from wattloom.identity.service.settings import Settings

MADE_AT_S = int(time.time()) - 1_000
START_S = MADE_AT_S - 3_600
GENEROUS = {"calls_per_second": 10_000.0, "burst": 10_000}


@pytest.fixture(scope="session")
def utility():
    return Authority.create("north CA", organisation="north", not_before_s=START_S, path_length=1)


@pytest.fixture(scope="session")
def maker():
    return Authority.create("Acme root", organisation="acme", not_before_s=START_S, path_length=1)


@pytest.fixture(scope="session")
def factory(maker):
    return maker.issue_intermediate("Acme meters", not_before_s=START_S)


@pytest.fixture(scope="session")
def registrar(utility):
    return utility.issue_client("office", role="registrar", not_before_s=START_S)


@pytest.fixture(scope="session")
def new_meter(factory):
    """Make a meter, each time another one."""
    serials = iter(range(1_000_000))
    return lambda: factory.issue_meter(f"m-{next(serials)}", manufactured_at_s=MADE_AT_S)


@pytest.fixture
def make_folder(tmp_path, utility, maker):
    def make(name="service", *, password=None, **settings):
        return ServiceFolder.create(
            tmp_path / name,
            utility,
            [maker.certificate],
            settings=Settings(**{**GENEROUS, **settings}),
            password=password,
        )

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def on_each_database(request):
    """Have this test's services run on SQLite, then on PostgreSQL."""
    return request.param


@pytest.fixture
def folder(make_folder, request):
    if "on_each_database" in request.fixturenames and request.getfixturevalue("on_each_database") != "sqlite":
        return make_folder(database=request.getfixturevalue("postgres").new_database())
    return make_folder()


@pytest.fixture
def service(folder):
    with IdentityThread(folder) as running:
        yield running


@pytest.fixture
def client(service, folder):
    with connected(service, folder) as client:
        yield client


def connected(service, folder):
    ca_pem = (folder.tls_path / "tls-ca.pem").read_bytes()
    return IdentityClient(
        service.address, ca_certificate=ca_pem, log_key=folder.log_key().public_key, patience_s=10
    )
