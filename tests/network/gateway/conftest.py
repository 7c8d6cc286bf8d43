import grpc
import pytest

from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.network.gateway import GatewayThread, Limits
from wattloom.network.wire.gateway_pb2_grpc import GatewayStub

from ..community import Community, running
from ..held import HeldEngine
from ..notes import WITH_NOTES

LIMITS = Limits(pending=6, pending_per_member=3, streams=4, stall_s=0.3, grace_s=0.3)


@pytest.fixture(scope="session")
def community():
    return Community()


@pytest.fixture
def folder(tmp_path, community):
    return community.create_ledger(tmp_path / "ledger", accounts=("anna",))


@pytest.fixture
def engine(folder):
    with running(folder, rules=WITH_NOTES) as engine:
        yield HeldEngine(engine)


@pytest.fixture
def tls(folder):
    return TlsIdentity.load(folder.tls_path)


@pytest.fixture
def ca_pem(folder):
    return TlsAuthority.load(folder.tls_path).ca_pem


@pytest.fixture
def gateway(engine, tls):
    with GatewayThread(engine, tls=tls, limits=LIMITS) as gateway:
        yield gateway


@pytest.fixture
def channel(gateway, ca_pem):
    with grpc.secure_channel(gateway.address, grpc.ssl_channel_credentials(ca_pem)) as channel:
        yield channel


@pytest.fixture
def stub(channel):
    return GatewayStub(channel)
