from contextlib import ExitStack

import pytest

from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.network.client import Client
from wattloom.network.gateway import GatewayThread, Limits

from ..community import Community, running
from ..held import HeldEngine
from ..notes import WITH_NOTES
from .blocking import Blocking


@pytest.fixture(scope="session")
def community():
    return Community()


@pytest.fixture
def folder(tmp_path, community):
    return community.create_ledger(tmp_path / "ledger", accounts=("anna",))


@pytest.fixture
def engine(folder):
    with running(folder, rules=WITH_NOTES, heartbeat_s=0.3) as engine:
        yield HeldEngine(engine)


@pytest.fixture
def tls(folder):
    return TlsIdentity.load(folder.tls_path)


@pytest.fixture
def ca_pem(folder):
    return TlsAuthority.load(folder.tls_path).ca_pem


@pytest.fixture
def start(engine, tls):
    """Start a gateway in front of the ledger; its `stop` may come before the test's end."""
    with ExitStack() as all_of_them:

        def start(**options):
            own = ExitStack()
            gateway = own.enter_context(
                GatewayThread(engine, tls=tls, limits=Limits(grace_s=0.05), **options)
            )
            gateway.stop = own.close
            all_of_them.callback(own.close)
            return gateway

        yield start


@pytest.fixture
def gateway(start):
    return start()


@pytest.fixture(params=[Client, Blocking], ids=["sync", "aio"])
def connect(request, ca_pem, community):
    """Make a client of either kind for these addresses."""
    with ExitStack() as all_of_them:

        def connect(*addresses, **options):
            anna = community.member("anna")
            options = {"ca_certificate": ca_pem, "identity": anna, "patience_s": 10.0, **options}
            return all_of_them.enter_context(request.param(addresses, **options))

        yield connect


@pytest.fixture
def client(connect, gateway):
    return connect(gateway.address)
