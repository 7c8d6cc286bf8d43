"""Real processes that are really killed: what was answered is in the log, and the log goes on."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from wattloom.identity.client import IdentityClient, IdentityClientError
from wattloom.identity.client.log_source import ServiceLog
from wattloom.identity.log.monitor import Monitor, Seen

from .requests import enrolled


class Process:
    """`wattloom identity serve` on a free port."""

    def __init__(self, folder):
        command = [sys.executable, "-m", "wattloom", "identity", "serve", str(folder.path)]
        self._process = subprocess.Popen(
            [*command, "--address", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True
        )
        serving = next(line for line in self._process.stderr if line.startswith("serving at "))
        self.address = serving.split()[2].rstrip(";")
        self._reader = threading.Thread(target=self._process.stderr.read)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self._reader.join()
        self._process.stderr.close()

    def kill(self):
        self._process.kill()
        self._process.wait()


class Everything:
    """Announces whatever there is."""

    def among(self, certificate_ids):
        return set(certificate_ids)


def reached(process, folder):
    ca_pem = (folder.tls_path / "tls-ca.pem").read_bytes()
    return IdentityClient(process.address, ca_certificate=ca_pem, patience_s=10)


@pytest.mark.usefixtures("on_each_database")
def test_what_was_answered_before_a_kill_is_in_the_log_afterwards(folder, new_meter):
    log_key, answered = folder.log_key().public_key, []
    meters, enough = [new_meter() for _ in range(60)], threading.Event()

    def work(meter, client):
        try:
            answered.append(enrolled(client, meter).certificate)
        except IdentityClientError:
            return
        if len(answered) >= 15:
            enough.set()

    with (
        Process(folder) as process,
        reached(process, folder) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        for meter in meters:
            pool.submit(work, meter, client)
        assert enough.wait(30)
        process.kill()
    with Process(folder) as process, reached(process, folder) as client:
        log = ServiceLog(client)
        seen, _ = Monitor(log, log_key, Everything(), grace_s=0).look(Seen(), now_s=0)
        entries = set(log.entries(0, 1_000))
        enrolled(client, new_meter())
        grown, _ = Monitor(log, log_key, Everything(), grace_s=0).look(seen, now_s=0)
    assert set(answered) <= entries
    assert len(entries) == seen.tree_size == grown.tree_size - 1
