"""A stock node with the key-value application that is built into it: the engine itself, nothing of ours."""

import subprocess
from contextlib import contextmanager, suppress

from tests.network.waiting import wait_for
from wattloom.network.cometbft.rpc import RpcClient, RpcUnavailable

START_S = 30


@contextmanager
def running(program, home, *arguments):
    """Run the engine's program on a home until the block ends; its log is `home/log`."""
    with (home / "log").open("ab") as log:
        process = subprocess.Popen([program, *arguments, "--home", home], stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def make_home(program, home):
    """Make a home whose blocks follow each other at once."""
    subprocess.run([program, "init", "--home", home], check=True, capture_output=True)
    config = home / "config" / "config.toml"
    config.write_text(config.read_text().replace('timeout_commit = "1s"', 'timeout_commit = "0s"'))
    genesis = home / "config" / "genesis.json"  # where 0 stands for 1, which is all that we read
    genesis.write_text(genesis.read_text().replace('"initial_height": "0"', '"initial_height": "1"'))
    return home


def node_arguments(address):
    """Return arguments that make blocks at once, and none without a transaction."""
    return (
        *("start", "--proxy_app", "persistent_kvstore", "--rpc.laddr", address),
        *("--p2p.laddr", "tcp://127.0.0.1:0", "--consensus.create_empty_blocks=false"),
    )


def wait_for_answer(process, address, height=0):
    """Wait until a node's RPC answers and it has a height."""
    with RpcClient(address) as client:

        def has_height():
            assert process.poll() is None, "the node ended"
            with suppress(RpcUnavailable):
                return int(client.call("status")["sync_info"]["latest_block_height"]) >= height

        wait_for(has_height, f"{address} reaches height {height}", patience_s=START_S)


def put(client, *pairs):
    """Put transactions `key=value` one after the other, each committed."""
    for pair in pairs:
        answer = client.call("broadcast_tx_commit", tx=pair.encode())
        assert (answer["check_tx"]["code"], answer["tx_result"]["code"]) == (0, 0), answer
    return int(answer["height"])
