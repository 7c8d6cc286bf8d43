"""The commands of the identity service with keys that are encrypted on disk."""

import json
import time

import pytest
from typer.testing import CliRunner

from wattloom.identity.certificates import Authority
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.server import IdentityThread
from wattloom.identity.service.settings import Settings
from wattloom.network.registering.commands import app

START_S = int(time.time()) - 3_600
PASSPHRASE = "correct horse"


@pytest.fixture
def service(tmp_path):
    utility = Authority.create("north CA", organisation="north", not_before_s=START_S, path_length=1)
    maker = Authority.create("Acme root", organisation="acme", not_before_s=START_S, path_length=1)
    line = maker.issue_intermediate("Acme meters", not_before_s=START_S)
    line.issue_meter("m-1", manufactured_at_s=START_S).save(tmp_path / "meter", password=PASSPHRASE)
    office = utility.issue_client("office", role="registrar", not_before_s=START_S)
    office.save(tmp_path / "office", password=PASSPHRASE)
    (tmp_path / "passphrase").touch(mode=0o600)
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    folder = ServiceFolder.create(tmp_path / "service", utility, [maker.certificate], settings=Settings())
    with IdentityThread(folder) as running:
        yield ["--service", running.address, "--tls-ca", str(folder.tls_path / "tls-ca.pem")]


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def done(*words):
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def test_encrypted_keys_enrol_renew_list_and_revoke(tmp_path, service):
    opened = [*service, "--passphrase-file", tmp_path / "passphrase"]
    shut = run("enrol", tmp_path / "meter", "--out", tmp_path / "0", *service)
    assert shut.exit_code == 2
    assert "password is wrong or missing" in shut.output
    done("enrol", tmp_path / "meter", "--out", tmp_path / "1", *opened)
    done("renew", tmp_path / "1", "--out", tmp_path / "2", *opened)
    for folder in ("1", "2"):
        assert b"ENCRYPTED" in (tmp_path / folder / "client.key").read_bytes()
    office = ["--as", tmp_path / "office"]
    rows = json.loads(done("list", "--json", *office, *opened))
    assert [row["state"].split()[0] for row in rows] == ["replaced", "valid"]
    done("revoke", rows[1]["certificate_id"], *office, *opened)
