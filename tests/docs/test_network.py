"""The guide of networks against the code: its limits are real, its metrics exist, every code has advice."""

import re

import pytest
from prometheus_client.exposition import generate_latest

from tests.docs.pages import ROOT, Page
from wattloom.chaincode.governance import errors, observers, proposals, rules, seats
from wattloom.chaincode.governance.messages import OpenFor
from wattloom.network import transactions
from wattloom.network.cometbft import outbox, snapshots
from wattloom.network.cometbft.queries import PeerNotAdmitted, UnknownQuery
from wattloom.network.consortium import processes, spec
from wattloom.network.consortium.engine_settings import ENGINE_SETTINGS
from wattloom.network.gateway.metrics import Metrics

TEXT = Page(ROOT / "docs" / "operations" / "network.md").text

OPEN_FOR = OpenFor.__metadata__[0]

LIMITS = {
    "validators' seats; listed observers": [seats.MOST_SEATS, observers.MOST_LISTED],
    "active validators that no vote goes below": [seats.LEAST_ACTIVE],
    "open proposals of an organisation": [proposals.MOST_OPEN],
    "a proposal is open for": [OPEN_FOR.ge, OPEN_FOR.le],
    "notice of an upgrade": [rules.NOTICE_BLOCKS],
    "transactions that wait in a gateway for the mempool": [outbox.OUTBOX_LIMIT],
    "transactions in a mempool; bytes of them": [
        ENGINE_SETTINGS["mempool_transactions"],
        ENGINE_SETTINGS["mempool_bytes"],
    ],
    "a transaction": [transactions.MAX_TRANSACTION_BYTES],
    "snapshots kept": [snapshots.KEPT],
    "seconds until a node that does not end is killed": [int(processes.STOP_S)],
}

DEFAULTS = {
    "`base_port`": spec.NetworkSpec().base_port,
    "`parameters.heartbeat_s`": spec.Parameters().heartbeat_s,
    "`parameters.block_max_bytes`": spec.Parameters().block_max_bytes >> 20,
    "`parameters.snapshot_every_blocks`": spec.Parameters().snapshot_every_blocks,
    "`parameters.keep_blocks`": spec.Parameters().keep_blocks,
}


def row(what):
    """Return the cells of a table's row after the first."""
    (found,) = re.findall(rf"^\| {re.escape(what)} \| (.*) \|$", TEXT, re.MULTILINE)
    return found.split(" | ")


def numbers(text):
    return [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", text)]


@pytest.mark.parametrize("what", LIMITS)
def test_a_stated_limit_is_the_real_one(what):
    assert numbers(row(what)[0]) == LIMITS[what]


def test_every_limit_on_the_page_is_checked_here():
    table = TEXT.partition("## Limits of a network\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| (?!what|---)(.*?) \|", table, re.MULTILINE)) == set(LIMITS)


@pytest.mark.parametrize("field", DEFAULTS)
def test_a_stated_default_is_the_real_one(field):
    assert numbers(row(field)[-1]) == [DEFAULTS[field]]


def test_every_field_of_a_networks_file_is_explained():
    fields = [*spec.NetworkSpec.__struct_fields__]
    fields.remove("parameters")
    fields += [f"parameters.{name}" for name in spec.Parameters.__struct_fields__]
    assert all(row(f"`{field}`") for field in fields)


def test_every_metric_of_a_node_on_the_page_exists():
    named = set(re.findall(r"^\| `(wattloom_\w+)`", TEXT, re.MULTILINE))
    served = generate_latest(Metrics(pending=int, height=int).registry).decode()
    assert named
    assert named <= set(re.findall(r"^# HELP (\w+)", served, re.MULTILINE))


def test_every_code_of_votes_and_nodes_has_advice():
    codes = {
        kind.code
        for kind in vars(errors).values()
        if getattr(kind, "code", "") and kind.__module__ == errors.__name__
    }
    codes |= {PeerNotAdmitted.code, UnknownQuery.code}
    assert codes
    assert codes <= set(re.findall(r"`([A-Z_]+)`", TEXT.partition("## What to do when")[2]))
