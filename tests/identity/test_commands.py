import json
import time
from base64 import b64decode

import pytest
from typer.testing import CliRunner

from wattloom.identity.certificates import Authority, ClientIdentity, MeterIdentity
from wattloom.identity.commands import app
from wattloom.identity.describe import describe
from wattloom.identity.errors import KeyFileError
from wattloom.identity.parsing import parse
from wattloom.identity.service.folder import ServiceFolder
from wattloom.identity.service.settings import LedgerSettings, Settings
from wattloom.identity.succession import succession_statement
from wattloom.identity.tls import TlsAuthority, TlsIdentity
from wattloom.identity.verify import verify_client, verify_meter


def _starts_s(certificate):
    return parse(certificate).not_before_s


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def harbour(tmp_path):
    assert run("create-organisation", tmp_path / "org", "--name", "harbour").exit_code == 0
    return tmp_path / "org"


def issue(harbour, out, *more):
    return run("issue-client", harbour, "--name", "home-1", "--role", "participant", "--out", out, *more)


def test_an_organisation_issues_a_client(tmp_path, harbour):
    shown = issue(harbour, tmp_path / "c", "--attribute", "home=h-1", "--attribute", "zone=a=b")
    client = ClientIdentity.load(tmp_path / "c")
    ca = Authority.load(harbour).certificate
    member = verify_client(client.chain, ca, at_s=_starts_s(client.certificate))
    assert member.attributes == {"home": "h-1", "zone": "a=b"}
    assert client.client_id in shown.stdout


def test_a_manufacturer_issues_a_meter_as_of_its_manufacture(tmp_path):
    run("create-manufacturer", tmp_path / "m", "--name", "acme", "--days", 10)
    assert run("issue-meter", tmp_path / "m", "--serial", "m-1", "--out", tmp_path / "meter").exit_code == 0
    meter, root = MeterIdentity.load(tmp_path / "meter"), Authority.load(tmp_path / "m").certificate
    made_at_s = _starts_s(meter.certificate)
    assert verify_meter(meter.chain, root, manufactured_at_s=made_at_s).serial == "m-1"


def test_a_meter_made_before_its_manufacturer_is_refused(tmp_path):
    run("create-manufacturer", tmp_path / "m", "--name", "acme")
    shown = run(
        "issue-meter",
        tmp_path / "m",
        "--serial",
        "m-1",
        "--out",
        tmp_path / "x",
        "--manufactured-at",
        "1999-12-31",
    )
    assert_mistake(shown, "validity")


def test_show_tells_people_and_programs_the_same(tmp_path, harbour):
    issue(harbour, tmp_path / "c", "--attribute", "home=h-1")
    leaf, ca = json.loads(run("show", tmp_path / "c" / "client.pem", "--json").stdout)
    text = run("show", tmp_path / "c" / "client.pem").stdout
    assert leaf["membership"] == {"role": "participant", "attributes": {"home": "h-1"}}
    assert ca["authority"] is True
    assert all(
        told in text for told in (leaf["client_id"], leaf["not_after"], "participant", "h-1", ca["subject"])
    )


def assert_mistake(shown, *words):
    assert shown.exit_code == 2, shown.output
    assert all(word in shown.stderr for word in words), shown.stderr
    assert "Traceback" not in shown.output
    assert shown.stdout == ""


def test_an_organisation_is_not_made_twice(harbour):
    before = (harbour / "ca.key").read_bytes()
    assert_mistake(run("create-organisation", harbour, "--name", "harbour"), "exists already")
    assert (harbour / "ca.key").read_bytes() == before


def test_a_name_outside_the_character_set_is_told(tmp_path):
    assert_mistake(run("create-organisation", tmp_path / "o", "--name", "Harbour"), "organisation", "a-z")


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (["--attribute", "home"], "name=value"),
        (["--attribute", "a=1", "--attribute", "a=2"], "given twice"),
        (["--attribute", "A=1"], "attribute"),
        (["--days", "0"], "--days"),
    ],
)
def test_a_mistaken_option_is_told_and_nothing_is_written(tmp_path, harbour, more, word):
    assert_mistake(issue(harbour, tmp_path / "c", *more), word)
    assert not (tmp_path / "c").exists()


def test_an_authority_s_key_that_others_can_read_is_told_with_its_remedy(tmp_path, harbour):
    (harbour / "ca.key").chmod(0o644)
    assert_mistake(issue(harbour, tmp_path / "c"), "chmod 600")


def test_a_missing_folder_is_told(tmp_path):
    assert_mistake(issue(tmp_path / "nowhere", tmp_path / "c"), "nowhere")


def test_show_of_something_else_is_told(tmp_path):
    (tmp_path / "x").write_text("hello")
    assert_mistake(run("show", tmp_path / "x"), "no readable PEM")


@pytest.mark.parametrize(
    "command", ["create-organisation", "issue-client", "create-manufacturer", "issue-meter", "show"]
)
def test_every_command_explains_itself(command):
    assert run(command, "--help").exit_code == 0


@pytest.fixture
def passphrase(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text("correct horse\nnot this line\n")
    path.chmod(0o600)
    return path


def test_a_passphrase_encrypts_an_authoritys_key_and_is_needed_to_use_it(tmp_path, passphrase):
    locked, words = tmp_path / "locked", ("--passphrase-file", passphrase)
    assert run("create-organisation", locked, "--name", "harbour", *words).exit_code == 0
    assert b"ENCRYPTED" in (locked / "ca.key").read_bytes()
    assert_mistake(issue(locked, tmp_path / "c1"), "password")
    assert issue(locked, tmp_path / "c2", *words).exit_code == 0
    assert run("create-manufacturer", tmp_path / "m", "--name", "acme", *words).exit_code == 0
    asked = ("issue-meter", tmp_path / "m", "--serial", "m-1", "--out", tmp_path / "meter")
    assert_mistake(run(*asked), "password")
    assert run(*asked, *words).exit_code == 0


def test_a_members_and_a_meters_key_are_encrypted_by_a_passphrase_of_their_own(tmp_path, harbour, passphrase):
    own = ("--key-passphrase-file", passphrase)
    assert issue(harbour, tmp_path / "client", *own).exit_code == 0
    assert run("create-manufacturer", tmp_path / "m", "--name", "acme").exit_code == 0
    asked = ("issue-meter", tmp_path / "m", "--serial", "m-1", "--out", tmp_path / "meter")
    assert run(*asked, *own).exit_code == 0
    for kind, folder in ((ClientIdentity, "client"), (MeterIdentity, "meter")):
        with pytest.raises(KeyFileError, match="password"):
            kind.load(tmp_path / folder)
        assert kind.load(tmp_path / folder, password="correct horse")


def test_a_services_passphrase_opens_its_registrars_key(tmp_path, passphrase):
    start_s = int(time.time()) - 3_600
    utility = Authority.create("north CA", organisation="north", not_before_s=start_s, path_length=1)
    office = utility.issue_client("office", role="registrar", not_before_s=start_s)
    office.save(tmp_path / "office", password="correct horse")
    ledger = LedgerSettings(gateways=[], tls_ca="", registrar=str(tmp_path / "office"), chain_id="valley")
    service = tmp_path / "service"
    made = ServiceFolder.create(service, utility, [], settings=Settings(), password="correct horse")
    assert made.registrar(ledger).client_id == office.client_id
    with pytest.raises(KeyFileError, match="password"):
        ServiceFolder(service).registrar(ledger)


@pytest.mark.parametrize(("content", "mode", "words"), [("x\n", 0o644, "chmod 600"), ("\n", 0o600, "empty")])
def test_a_passphrase_that_protects_nothing_is_refused(tmp_path, passphrase, content, mode, words):
    passphrase.write_text(content)
    passphrase.chmod(mode)
    shown = run("create-organisation", tmp_path / "o", "--name", "harbour", "--passphrase-file", passphrase)
    assert_mistake(shown, words)


def test_an_organisations_key_may_be_made_in_a_token(tmp_path, token):
    uri = token.format("harbour")
    made = run("create-organisation", tmp_path / "o", "--name", "harbour", "--key-uri", uri)
    assert made.exit_code == 0
    assert (tmp_path / "o" / "ca.key").read_text() == f"{uri}\n"
    assert issue(tmp_path / "o", tmp_path / "c").exit_code == 0
    again = run("create-organisation", tmp_path / "p", "--name", "harbour", "--key-uri", uri)
    assert_mistake(again, "nothing is overwritten")


def test_a_servers_tls_is_renewed_with_more_names(tmp_path):
    authority = TlsAuthority.create("TLS", not_before_s=1_700_000_000)
    authority.save(tmp_path / "tls")
    authority.issue_server(["a.example"], not_before_s=1_700_000_000).save(tmp_path / "tls")
    before = TlsIdentity.load(tmp_path / "tls")
    shown = run("renew-tls", tmp_path / "tls", "--host", "b.example", "--host", "127.0.0.1", "--days", 30)
    assert "30 days, for a.example, b.example, 127.0.0.1" in shown.stdout
    after = TlsIdentity.load(tmp_path / "tls")
    assert after.chain[1:] == before.chain[1:]
    assert describe(after.certificate).hosts == ("a.example", "b.example", "127.0.0.1")
    assert_mistake(run("renew-tls", tmp_path / "nowhere"), "cannot be read")


def test_a_present_ca_signs_its_successor(tmp_path, harbour):
    assert run("create-organisation", tmp_path / "next", "--name", "harbour").exit_code == 0
    shown = run("sign-successor", harbour, tmp_path / "next" / "ca.pem", "--overlap-days", 10)
    request = json.loads(shown.stdout)
    certificate, signature = (b64decode(request[name]) for name in ("ca_certificate", "signature"))
    assert certificate == Authority.load(tmp_path / "next").certificate
    Authority.load(harbour).public_key.verify(signature, succession_statement(certificate))


@pytest.mark.parametrize(
    "call",
    [
        ("enrol", "{meter}", "--out", "{out}", "--tls-ca", "{ca}", "--service", "127.0.0.1:1"),
        ("renew", "{nowhere}", "--out", "{out}", "--tls-ca", "{ca}"),
        ("revoke", "12", "--as", "{nowhere}", "--tls-ca", "{ca}"),
        ("list", "--as", "{nowhere}", "--tls-ca", "{nowhere}"),
        ("crl", "--out", "{out}", "--tls-ca", "{ca}", "--issuer", "x"),
        ("crl", "--out", "{out}", "--tls-ca", "{ca}", "--service", "127.0.0.1:1"),
        ("init", "{out}", "--organisation", "{nowhere}"),
        ("init", "{out}", "--organisation", "{org}", "--gateway", "127.0.0.1:1"),
        ("trust", "{nowhere}", "{ca}"),
        ("rotate", "{nowhere}", "--organisation", "{org}"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_one_sentence(tmp_path, harbour, call):
    run("create-manufacturer", tmp_path / "m", "--name", "acme")
    run("issue-meter", tmp_path / "m", "--serial", "m-1", "--out", tmp_path / "meter")
    places = {
        "meter": tmp_path / "meter",
        "org": harbour,
        "ca": harbour / "ca.pem",
        "out": tmp_path / "out",
        "nowhere": tmp_path / "nowhere",
    }
    assert_mistake(run(*(word.format(**places) for word in call)), "")
    assert not (tmp_path / "out").exists()
