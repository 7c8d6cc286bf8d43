import socket
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from wattloom.network.abci import AbciApplication, AbciNotStarted, AbciServer

from .peer import INFO, Peer


def path_of(address):
    return Path(address.removeprefix("unix://"))


def refusal(address):
    with pytest.raises(AbciNotStarted) as refused:
        AbciServer(AbciApplication(), address).start()
    return str(refused.value)


def test_only_the_owner_may_use_the_socket_file(server, address):
    assert stat.S_IMODE(path_of(address).stat().st_mode) == 0o600


def test_the_socket_file_goes_with_the_server(address):
    with AbciServer(AbciApplication(), address):
        assert path_of(address).is_socket()
    assert not path_of(address).exists()


def test_the_socket_file_of_a_dead_process_is_replaced(address):
    die = f"import socket; socket.socket(socket.AF_UNIX).bind({str(path_of(address))!r})"
    subprocess.run([sys.executable, "-W", "ignore", "-c", die], check=True)
    assert path_of(address).is_socket()
    with AbciServer(AbciApplication(), address), Peer(address) as peer:
        assert peer.ask(INFO).HasField("info")


def test_a_living_server_is_left_alone(server, address):
    assert "living server" in refusal(address)
    with Peer(address) as peer:
        assert peer.ask(INFO).HasField("info")


def test_a_file_that_is_no_socket_is_left_alone(address):
    path_of(address).write_text("precious")
    assert "is no socket" in refusal(address)
    assert path_of(address).read_text() == "precious"


def test_a_folder_that_others_may_write_into_is_refused(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    assert "chmod 700" in refusal(f"unix://{shared}/app.sock")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    assert f"{tmp_path}/none" in refusal(f"unix://{tmp_path}/none/app.sock")


def test_a_path_that_no_unix_socket_can_have_is_refused(tmp_path):
    assert "at most 107" in refusal(f"unix://{tmp_path}/{'x' * 100}")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("unix://app.sock", "absolute"),
        ("app.sock", "is no address"),
        ("tcp://localhost:26658", "is no address"),
        ("tcp://127.0.0.1:port", "is no address"),
        ("tcp://127.0.0.1:70000", "cannot listen"),
        ("tcp://0.0.0.0:26658", "loopback"),
    ],
)
def test_an_address_that_cannot_be_served_is_refused_with_a_reason(address, sentence):
    assert sentence in refusal(address)


def test_a_port_in_use_is_named():
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        assert taken in refusal(taken)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_port_0_becomes_a_free_one(host):
    with AbciServer(AbciApplication(), f"tcp://{host}:0") as server:
        assert server.address.startswith(f"tcp://{host}:")
        with Peer(server.address.replace("[", "").replace("]", "")) as peer:
            assert peer.ask(INFO).HasField("info")


def test_a_server_starts_again_at_once_where_it_stopped():
    with AbciServer(AbciApplication(), "tcp://127.0.0.1:0") as first, Peer(first.address) as peer:
        peer.ask(INFO)
    with AbciServer(AbciApplication(), first.address), Peer(first.address) as peer:
        assert peer.ask(INFO).HasField("info")
