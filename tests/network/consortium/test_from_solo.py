import fcntl

import pytest

from tests.network.community import ORGANISATION, WEALTH_NANO, Community, running, submit
from tests.network.consortium.conftest import until
from wattloom.chaincode.accounts.records import Account, Supply, Transfer
from wattloom.chaincode.api import State
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.api.timers import LEDGER
from wattloom.chaincode.genesis import GenesisState
from wattloom.chaincode.governance.consensus import active_validators
from wattloom.identity.certificates import Authority
from wattloom.identity.tls import TlsAuthority
from wattloom.network.application import Application
from wattloom.network.client import connect
from wattloom.network.consortium import processes
from wattloom.network.consortium.errors import FolderError, SpecError
from wattloom.network.consortium.free_ports import with_free_ports
from wattloom.network.consortium.from_solo import network_from_solo, read_solo
from wattloom.network.consortium.reading import parse_spec
from wattloom.network.refusals import DuplicateTransaction
from wattloom.network.solo import LedgerFolderError
from wattloom.network.state import StorageInUse, Store, WorldState
from wattloom.network.state.errors import StateCorrupt

PAID_NANO = 1_234


@pytest.fixture(scope="module")
def community():
    return Community()


@pytest.fixture(scope="module")
def ledger(community, tmp_path_factory):
    """Return a solo ledger on which Ann has paid Bob, and the transaction that did it."""
    folder = community.create_ledger(tmp_path_factory.mktemp("solo") / "ledger", accounts=("ann", "bob"))
    payment = community.sign(
        "ann",
        "accounts:transfer",
        Transfer(payee=community.party("bob"), amount_nano=PAID_NANO),
        valid_for_s=600,
    )
    with running(folder) as engine:
        assert submit(engine, payment).status == 0
    return folder, payment


@pytest.fixture(scope="module")
def solo(ledger):
    return read_solo(ledger[0])


@pytest.fixture(scope="module")
def network(solo, community, tmp_path_factory):
    """Return the network of a spec with two further organisations."""
    spec = with_free_ports(
        parse_spec(
            f"{{chain_id: {solo.genesis.chain_id}, organisations: [{ORGANISATION}, valley, coast],"
            " parameters: {heartbeat_s: 1}}"
        )
    )
    path = tmp_path_factory.mktemp("network") / "network"
    return network_from_solo(solo, path, spec=spec, authorities=[community.authority])


@pytest.fixture
def application(network, tmp_path):
    """Return an application that has started from the network's genesis, and its store."""
    genesis = network.genesis()
    with Store(tmp_path / "store") as store:
        application = Application(store)
        with store.batch() as batch:
            application.init_chain(
                chain_id=genesis.chain_id,
                time_s=genesis.genesis_time.seconds,
                app_state=decode(genesis.app_state, GenesisState),
                batch=batch,
            )
        yield application, store


def everything(store, contracts):
    world = WorldState(store, contracts)
    with store.snapshot() as view:
        return {(contract, key): value for contract, key, value in world.export(view)}


def test_money_registry_and_ids_are_the_same(ledger, application):
    application, store = application
    stores = application.rules.stores
    with ledger[0].read_store() as before:
        old = everything(before, stores)
    new = everything(store, stores)
    own = {(LEDGER, "facts")}
    assert {place: value for place, value in new.items() if place in old} == old
    added = {place for place in new if place not in old} - own
    assert all(contract == "governance" or key.startswith("organisation/") for contract, key in added), added


def test_what_was_paid_stays_paid(application, community):
    _, store = application
    with store.snapshot() as view:
        state = State(
            Overlay(WorldState(store, application[0].rules.stores).reader(view)), "accounts", read_only=True
        )
        ann, bob = (state.get(f"account/{community.party(name)}", Account) for name in ("ann", "bob"))
        assert (ann.free_nano, bob.free_nano) == (WEALTH_NANO - PAID_NANO, WEALTH_NANO + PAID_NANO)
        assert state.get("supply", Supply).total_nano == 2 * WEALTH_NANO


def test_a_transaction_of_the_old_ledger_is_a_duplicate_on_the_new_one(ledger, application):
    with pytest.raises(DuplicateTransaction):
        application[0].check(ledger[1].raw)


def test_the_new_validators_are_seated(network, application):
    _, store = application
    with store.snapshot() as view:
        seated = active_validators(WorldState(store, application[0].rules.stores).reader(view))
    assert seated == {each.public_key: each.power for each in network.genesis().validators}
    assert len(seated) == 3


def test_an_organisation_keeps_its_ca_and_new_ones_get_theirs(network, community):
    assert (
        Authority.load(network.organisation_path(ORGANISATION)).certificate == community.authority.certificate
    )
    assert Authority.load(network.organisation_path("coast")).organisation == "coast"


def test_without_a_spec_each_organisation_has_a_validator_and_without_its_key_no_folder(solo, tmp_path):
    network = network_from_solo(solo, tmp_path / "network")
    assert [node.settings().organisation for node in network.nodes()] == [ORGANISATION]
    assert not network.organisations_path.exists()
    assert network.genesis().chain_id == solo.genesis.chain_id


def test_members_go_on_as_they_are(network, community, engine_program):
    """Identity, money and chain id are the old ones: a member's client needs another address alone."""
    nodes = network.nodes()
    try:
        processes.start(nodes)
        addresses = [node.settings().gateway_address for node in nodes]
        ca_pem = TlsAuthority.load(network.tls_path).ca_pem
        ann = community.member("ann")
        with connect(addresses, ca_certificate=ca_pem, identity=ann) as client:
            paid = client.submit(
                "accounts:transfer", Transfer(payee=community.party("bob"), amount_nano=PAID_NANO)
            )
        assert paid.height >= 1
        until(network, lambda found: all(node.agrees for node in found.nodes))
    finally:
        processes.stop(nodes)


def test_another_chain_s_id_is_refused(solo, tmp_path):
    with pytest.raises(SpecError, match="members sign it"):
        network_from_solo(solo, tmp_path / "network", spec=parse_spec("chain_id: other"))
    assert not (tmp_path / "network").exists()


def test_a_ca_that_is_not_the_ledger_s_is_refused(solo, community, tmp_path):
    impostor = Authority.create("x", organisation=ORGANISATION, not_before_s=community.start_s)
    with pytest.raises(FolderError, match="not one of the ledger's"):
        network_from_solo(solo, tmp_path / "network", authorities=[impostor])


def test_a_ledger_that_is_being_served_or_was_never_is_refused(community, tmp_path):
    folder = community.create_ledger(tmp_path / "ledger")
    with pytest.raises(LedgerFolderError, match="wattloom ledger serve"):
        read_solo(folder)
    with running(folder):
        pass
    with (folder.data_path / "writer.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as the process that serves it does
        with pytest.raises(StorageInUse):
            read_solo(folder)


def test_a_damaged_state_is_not_carried_over(community, tmp_path):
    folder = community.create_ledger(tmp_path / "ledger", accounts=("ann",))
    with running(folder):
        pass
    with folder.open_store() as store, store.batch() as batch:
        key, value = next(batch.items("state"))
        batch.put("state", key, value + b" ")
    with pytest.raises(StateCorrupt):
        read_solo(folder)
