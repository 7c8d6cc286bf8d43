import json

import pytest
from typer.testing import CliRunner

from wattloom.identity.certificates import Authority, ClientIdentity, MeterIdentity
from wattloom.identity.commands import app
from wattloom.identity.parsing import parse
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
