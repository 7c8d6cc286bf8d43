"""The stock verifying proxy in front of our nodes: it proves what is true, and catches a node that lies."""

import base64
import socket
import subprocess
from contextlib import contextmanager, suppress

import msgspec
import pytest

from tests.network.cometbft.lying import lying
from tests.network.waiting import wait_for
from wattloom.chaincode.accounts import keys as account_keys
from wattloom.chaincode.accounts.records import Account, Party
from wattloom.chaincode.api.codec import decode, encode
from wattloom.chaincode.transactive import keys as session_keys
from wattloom.chaincode.transactive.messages import BillOf
from wattloom.chaincode.transactive.records import Bill
from wattloom.network.chain.value_proof import key_path
from wattloom.network.client import ProofRefused
from wattloom.network.cometbft.chain_reader import ChainReader
from wattloom.network.cometbft.rpc import RpcClient, RpcRefused
from wattloom.network.consortium.free_ports import free_ports
from wattloom.network.state.proofs import state_path

PATIENCE_S = 30


@contextmanager
def light_client(program, day, home, *, primary, witnesses):
    """Run the stock proxy, trusting the first block alone; give a client of it."""
    with RpcClient(day.rpc()) as client:
        _, commit = ChainReader(client).signed_header(1)
    address = f"tcp://127.0.0.1:{free_ports(1)[0]}"
    arguments = [
        program,
        "light",
        day.ledger.chain_id,
        "--primary",
        primary,
        "--witnesses",
        ",".join(witnesses),
    ]
    trust = ["--height", "1", "--hash", commit.block_id.hash.hex(), "--home-dir", home, "--laddr", address]
    home.mkdir()
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([*arguments, *trust], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait(process, address, home / "log")
        with RpcClient(address) as client:
            yield client
    finally:
        process.terminate()
        process.wait(20)


def _wait(process, address, log):
    host, _, port = address.removeprefix("tcp://").partition(":")

    def listens():
        assert process.poll() is None, log.read_text()
        with suppress(OSError):
            socket.create_connection((host, int(port))).close()
            return True

    wait_for(listens, f"the proxy listens: {log}", patience_s=PATIENCE_S)


@pytest.fixture(scope="module")
def light(day, engine_program, tmp_path_factory):
    """Return a client of the proxy in front of an honest validator."""
    home = tmp_path_factory.mktemp("light") / "home"
    with light_client(engine_program, day, home, primary=day.rpc(0), witnesses=[day.rpc(1)]) as client:
        yield client


def ask(client, contract, key):
    """Ask for a value of the state; return its bytes."""
    store, name = state_path(contract, key)
    answer = client.call("abci_query", path=f"/store/{key_path([store])[1:]}/key", data=name.hex())
    return base64.b64decode(answer["response"]["value"])


def account_of(home):
    return "accounts", account_keys.account(home.party_id)


def test_accounts_are_answered_with_a_proof_that_the_stock_proxy_verifies(day, light):
    for home in day.homes:
        assert ask(light, *account_of(home)) == encode(day.town.account(home))


def test_a_bill_is_answered_with_a_proof_that_the_stock_proxy_verifies(day, light):
    for home in day.homes:
        wanted = BillOf(session_id=day.session_id, party_id=home.party_id)
        bill = home.query("transactive:read_bill", wanted, Bill)
        assert (
            decode(ask(light, "transactive", session_keys.bill(day.session_id, home.party_id)), Bill) == bill
        )


def test_the_proxy_verified_headers_over_changed_validators(day, light):
    header = light.call("commit", height=day.changed_height)["signed_header"]["header"]
    with RpcClient(day.rpc(2)) as client:
        found, _ = ChainReader(client).signed_header(day.changed_height)
    assert header["app_hash"].lower() == found.app_hash.hex()


@pytest.mark.parametrize("key", ["account/north.nobody", "nonsense"])
def test_what_is_not_there_is_not_answered(light, key):
    with pytest.raises(RpcRefused):
        ask(light, "accounts", key)


# ---- A node that lies ----


def value_of(account):
    return base64.b64encode(encode(account)).decode()


def richer(response):
    account = decode(base64.b64decode(response["value"]), Account)
    response["value"] = value_of(msgspec.structs.replace(account, free_nano=account.free_nano + 1))


def flipped_proof(number):
    def change(response):
        step = response["proofOps"]["ops"][number]
        content = bytearray(base64.b64decode(step["data"]))
        content[-1] ^= 1
        step["data"] = base64.b64encode(content).decode()

    return change


def without_proof(response):
    response["proofOps"] = None


def another_height(response):
    response["height"] = str(int(response["height"]) - 20)


def another_key(response):
    response["key"] = base64.b64encode(b"account/north.nobody").decode()


def absent(response):
    response["value"] = None


@pytest.mark.parametrize(
    "lie", [richer, flipped_proof(0), flipped_proof(1), without_proof, another_height, another_key, absent]
)
def test_a_node_that_lies_about_a_value_is_caught(day, engine_program, tmp_path, lie):
    def liar(method, params, result):
        if method == "abci_query":
            lie(result["response"])
        return result

    with (
        lying(day.rpc(), liar) as primary,
        light_client(
            engine_program, day, tmp_path / "home", primary=primary, witnesses=[day.rpc(1)]
        ) as client,
        pytest.raises(RpcRefused),
    ):
        ask(client, *account_of(day.homes[0]))


def test_the_lies_are_what_is_caught(day, engine_program, tmp_path):
    with (
        lying(day.rpc(), lambda _method, _params, result: result) as primary,
        light_client(
            engine_program, day, tmp_path / "home", primary=primary, witnesses=[day.rpc(1)]
        ) as client,
    ):
        assert ask(client, *account_of(day.homes[0])) == encode(day.town.account(day.homes[0]))


def test_a_node_that_gives_another_state_root_is_caught(day, engine_program, tmp_path):
    def liar(method, params, result):
        if method == "commit" and int(result["signed_header"]["header"]["height"]) > 1:
            result["signed_header"]["header"]["app_hash"] = "00" * 32
        return result

    with (
        lying(day.rpc(), liar) as primary,
        light_client(
            engine_program, day, tmp_path / "home", primary=primary, witnesses=[day.rpc(1)]
        ) as client,
        pytest.raises(RpcRefused),
    ):
        client.call("commit", height=day.changed_height)


# ---- Our own client ----


def test_our_client_proves_by_the_validators_that_the_chain_has(day):
    home = day.homes[0]
    with RpcClient(day.rpc()) as client:
        validators = ChainReader(client).validators(day.changed_height)
    assert validators == day.ledger.validators
    found = home.client.prove(*account_of(home), validators=validators)
    assert decode(found.value, Account) == home.query(
        "accounts:statement", Party(party_id=home.party_id), Account
    )


def test_our_client_refuses_a_proof_that_other_validators_signed(day):
    """While a fifth validator had its seat, the four alone did not make the set that signed."""
    home = day.homes[0]
    with RpcClient(day.rpc()) as client:
        reader = ChainReader(client)
        heights = range(2, day.changed_height)
        joined = next(height for height in heights if len(reader.validators(height).validators) == 5)
        five = reader.validators(joined)
    proven = {"contract": "accounts", "key": account_keys.account(home.party_id), "height": joined - 1}
    assert home.client.prove(**proven, validators=five).height == joined - 1
    with pytest.raises(ProofRefused, match="other validators"):
        home.client.prove(**proven, validators=day.ledger.validators)
