import json

import pytest

from tests.network.consortium.conftest import until
from tests.network.consortium.shell import assert_mistake, run
from tests.network.waiting import wait_for
from wattloom.chaincode.governance.messages import Parameters
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.cometbft.rpc import RpcClient
from wattloom.network.consortium import administrators, governance_commands, processes, readiness
from wattloom.network.consortium.add_node import add_observer
from wattloom.network.consortium.administrators import act_as
from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.free_ports import with_free_ports
from wattloom.network.consortium.reading import parse_spec

FIVE = "{organisations: [a, b, c, d, e], parameters: {heartbeat_s: 1}}"
LISTED = {"type": "set_observers", "admission": "listed"}


@pytest.fixture(scope="module")
def five(engine_program, tmp_path_factory):
    """A network of five: one validator may be voted out; all nodes run."""
    network = create_network(with_free_ports(parse_spec(FIVE)), tmp_path_factory.mktemp("five") / "network")
    try:
        processes.start(network.nodes())
        until(network, lambda found: all(node.height > 1 for node in found.nodes))
        yield network
    finally:
        processes.stop(network.nodes())


@pytest.fixture
def propose(five):
    def propose(action, organisation="a"):
        """Return the new proposal's number."""
        shown = run("propose", five.path, "-", "--as", organisation, stdin=json.dumps(action))
        assert shown.exit_code == 0, shown.output
        return int(shown.stdout.split()[1])

    return propose


@pytest.fixture
def impatient(monkeypatch):
    for module in (administrators, governance_commands, readiness):
        monkeypatch.setattr(module, "PATIENCE_S", 0.5)


def vote(network, number, organisations):
    """Let organisations vote in favour, and return what the last one is told."""
    for organisation in organisations:
        shown = run("vote", network.path, number, "--as", organisation)
        assert shown.exit_code == 0, shown.output
    return shown.stdout


def closed(network, number):
    """Return a proposal as programs see it, once it is open no more."""
    told = json.loads(run("proposals", network.path, "--json").stdout)[number - 1]
    return told if told["proposal"]["status"] != "open" else None


def test_what_four_of_five_vote_for_is_carried_out(five, tmp_path):
    wish = {"type": "set_parameters", "market": {"gate_closure_s": 900}}
    (tmp_path / "action.json").write_text(json.dumps(wish, indent=4))
    shown = run(
        *("propose", five.path, tmp_path / "action.json", "--as", "b"),
        *("--text", "a quarter of an hour", "--open-for", "2h"),
    )
    assert shown.exit_code == 0, shown.output
    number = int(shown.stdout.split()[1])
    assert "set_parameters" in shown.stdout
    assert f"wattloom network vote {five.path} {number}" in shown.stdout
    assert vote(five, number, "ab") == f"proposal {number} is open: 2 of 4\n"
    against = run("vote", five.path, number, "--as", "c", "--against")
    assert against.stdout == f"proposal {number} is open: 2 of 4, 1 against\n"
    assert vote(five, number, "de") == f"proposal {number} is executed\n"
    with act_as(five, "e") as client:
        rules = client.evaluate("governance:read_parameters", None, Parameters).market
    assert rules.gate_closure_s == 900
    told = wait_for(lambda: closed(five, number), "the gateway that is asked has executed it")
    assert told["proposal"]["action"]["market"]["gate_closure_s"] == 900
    assert told["proposal"]["text"] == "a quarter of an hour"
    assert told["proposal"]["expires_at_s"] - told["proposal"]["opened_at_s"] == 7_200
    assert [each["approve"] for each in told["votes"]] == [True, True, False, True, True]
    assert "set_parameters" in run("proposals", five.path).stdout


def test_a_proposal_is_taken_back_by_whoever_made_it(five, propose):
    number = propose(LISTED, "c")
    assert_mistake(run("withdraw", five.path, number, "--as", "a"), "refused: FORBIDDEN", status=1)
    assert run("withdraw", five.path, number, "--as", "c").stdout == f"proposal {number} is withdrawn\n"


def test_what_an_observer_is_printed_with_can_be_proposed_as_it_stands(five, propose):
    shown = run("add-observer", five.path, "--organisation", "a")
    try:
        assert shown.exit_code == 0, shown.output
        lines = shown.stdout.splitlines()
        assert sum("wattloom network propose" in line for line in lines) == 2
        for line in lines:
            if line.startswith("{"):
                run("withdraw", five.path, propose(json.loads(line)), "--as", "a")
    finally:
        (five.nodes_path / "a-observer-1" / "node.json").unlink()


def test_a_member_s_words_are_shown_as_they_are_and_steer_no_terminal(five):
    words = "[/red] [bold] \x1b[2J"
    made = run("propose", five.path, "-", "--as", "a", "--text", words, stdin=json.dumps(LISTED))
    number = int(made.stdout.split()[1])
    wait_for(lambda: len(json.loads(run("proposals", five.path, "--json").stdout)) == number, "it is seen")
    listed = run("proposals", five.path).stdout
    run("withdraw", five.path, number, "--as", "a")
    for shown in (made.stdout, listed):
        assert "[/red]" in shown
        assert "\x1b" not in shown


def test_an_organisation_whose_own_node_is_down_acts_through_the_others(five, propose):
    processes.stop([five.node("a-1")])
    try:
        number = propose(LISTED)
        shown = run("withdraw", five.path, number, "--as", "a")
        ready = run("readiness", five.path)
    finally:
        processes.start([five.node("a-1")])
    assert shown.stdout == f"proposal {number} is withdrawn\n"
    assert ready.exit_code == 1
    assert ready.stdout.count("NO: it does not answer") == 1


def test_the_ledger_s_refusal_is_told_with_its_code_and_a_sentence(five, propose):
    number = propose(LISTED)
    vote(five, number, "a")
    for command, words in (
        (["vote", five.path, number, "--as", "a"], ["ALREADY_VOTED", "final"]),
        (["vote", five.path, 999, "--as", "a"], ["NOT_FOUND", "999"]),
    ):
        assert_mistake(run(*command), "refused", *words, status=1)
    soon = json.dumps({"type": "upgrade", "version": 2, "from_height": 1})
    shown = run("propose", five.path, "-", "--as", "a", stdin=soon)
    assert_mistake(shown, "refused: UPGRADE_TOO_SOON", "earliest", status=1)
    run("withdraw", five.path, number, "--as", "a")


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("x", ["standard input", "malformed"]),
        ("", ["standard input"]),
        ("\udcff", ["standard input"]),
        ("[]", ["object", "array"]),
        ("{}", ["`type`"]),
        ('{"type": "nonsense"}', ["nonsense", "$.type"]),
        ('{"type": "upgrade", "version": "2", "from_height": 99}', ["`int`", "$.version"]),
        ('{"type": "upgrade", "version": 2}', ["from_height"]),
        ('{"type": "cancel_upgrade", "when": 1}', ["when"]),
        ('{"type": "remove_validator", "node": ""}', ["$.node"]),
    ],
)
def test_a_malformed_action_is_told_with_its_field_before_anything_is_sent(made, action, words):
    stdin = action.encode("utf-8", "surrogateescape")
    shown = run("propose", made.path, "-", "--as", "a", stdin=stdin)
    assert_mistake(shown, *words)


def test_other_wrong_input_is_told(made, tmp_path):
    action = json.dumps(LISTED)
    for command, words in (
        (["propose", made.path, tmp_path / "none.json", "--as", "a"], ["none.json", "No such file"]),
        (["propose", made.path, tmp_path, "--as", "a"], ["directory"]),
        (["propose", made.path, "-", "--as", "nobody"], ["nobody", "a, b, c, d"]),
        (["propose", made.path, "-", "--as", "../a"], ["'../a'"]),
        (["propose", made.path, "-", "--as", "a", "--text", "x" * 501], ["$.text"]),
        (["propose", made.path, "-", "--as", "a", "--open-for", "7"], ["open-for", "7d"]),
        (["propose", made.path, "-", "--as", "a", "--open-for", "31d"], ["$.open_for_s"]),
        (["vote", made.path, 0, "--as", "a"], ["number", "greater"]),
        (["vote", made.path, "one", "--as", "a"], ["number", "integer"]),
        (["vote", made.path, 1], ["--as"]),
        (["vote", made.path, 1, "--as", "nobody"], ["nobody"]),
        (["proposals", tmp_path], ["wattloom network init"]),
        (["readiness", made.path, "--rules", 0], ["--rules"]),
    ):
        assert_mistake(run(*command, stdin=action), *words)


def test_a_folder_without_nodes_is_told(make):
    network = make()
    for node in network.nodes():
        node.settings_path.unlink()
    for command in (["proposals"], ["vote", 1, "--as", "a"], ["readiness"]):
        assert_mistake(run(command[0], network.path, *command[1:]), "holds no node")


def test_a_folder_without_an_administrator_s_key_is_told(make):
    network = make()
    for organisation in "abcd":
        network.admin_path(organisation).rename(network.path / f"away-{organisation}")
    assert_mistake(run("proposals", network.path), "administrator's key")
    assert_mistake(run("vote", network.path, 1, "--as", "a"), "there are none")


@pytest.mark.usefixtures("impatient")
def test_that_no_node_answers_is_told(made):
    for command in (["proposals"], ["vote", 1, "--as", "a"], ["withdraw", 1, "--as", "a"]):
        shown = run(command[0], made.path, *command[1:])
        assert_mistake(shown, "no node's gateway answers", status=1)


@pytest.mark.usefixtures("impatient")
def test_nodes_that_do_not_answer_are_not_ready(made):
    shown = run("readiness", made.path, "--rules", 1)
    assert shown.exit_code == 1
    assert shown.stdout.count("NO: it does not answer") == 4
    told = json.loads(run("readiness", made.path, "--json").stdout)
    assert [node["answers"] for node in told["nodes"]] == [False] * 4


def test_validators_are_ready_for_the_rules_that_their_software_knows(five):
    shown = run("readiness", five.path)
    assert shown.exit_code == 0, shown.output
    assert "ready for 1" in shown.stdout
    assert run("readiness", five.path, "--rules", 2).exit_code == 1
    told = json.loads(run("readiness", five.path, "--rules", 2, "--json").stdout)
    assert {(node["rules_version"], *node["known_rules"], node["ready"]) for node in told["nodes"]} == {
        (1, 1, False)
    }


@pytest.mark.usefixtures("impatient")
def test_an_observer_that_does_not_answer_and_a_validator_elsewhere_are_shown_and_no_reason_to_wait(five):
    observer = add_observer(five, "a", name="watch").node
    away = five.node("e-1").path
    away.rename(five.path / "e-1")
    try:
        shown = run("readiness", five.path)
    finally:
        (five.path / "e-1").rename(away)
        (observer.path / "node.json").unlink()
    assert shown.exit_code == 0, shown.output
    assert "watch" in shown.stdout
    assert "e-1 was not asked" in shown.stderr


def test_a_validator_that_is_voted_out_signs_nothing_from_the_second_block_on(five, propose):
    address = ValidatorKey.load(five.node("e-1").validator_key_path).address
    number = propose({"type": "remove_validator", "node": "e-1"})
    assert "is executed" in vote(five, number, "abcd")
    with RpcClient(five.node("a-1").settings().rpc_url) as rpc:
        last = int(rpc.call("status")["sync_info"]["latest_block_height"])
        voted = next(
            height
            for height in range(last, 0, -1)
            if rpc.call("block_results", height=height)["validator_updates"]
        )
        wait_for(
            lambda: int(rpc.call("status")["sync_info"]["latest_block_height"]) > voted + 5,
            "five more blocks",
        )
        signed = [height for height in range(1, voted + 6) if address in signers(rpc, height)]
        powers = [
            len(rpc.call("validators", height=height)["validators"]) for height in (voted + 1, voted + 2)
        ]
    assert signed, "it never signed"
    assert max(signed) <= voted + 1
    assert powers == [5, 4]
    told = json.loads(run("readiness", five.path, "--json").stdout)
    assert [node["node"] for node in told["nodes"] if node["validator"]] == ["a-1", "b-1", "c-1", "d-1"]


def signers(rpc, height):
    """Return the addresses whose signatures stand under a block."""
    found = rpc.call("commit", height=height)["signed_header"]["commit"]["signatures"]
    return {bytes.fromhex(each["validator_address"]) for each in found if each["signature"]}
