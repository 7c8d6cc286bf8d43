"""The operations page against the code: its limits are the real ones, and no code is left without advice."""

import re

import pytest

from tests.docs.pages import ROOT, Page
from wattloom.chaincode.api import context, errors, execution, keys, state, timers
from wattloom.chaincode.registry.errors import MembershipRefusal
from wattloom.network import transactions
from wattloom.network.application import application
from wattloom.network.gateway import limits
from wattloom.network.gateway.errors import GatewayRefusal
from wattloom.network.refusals import LedgerRefusal
from wattloom.network.solo import sequencer
from wattloom.network.state import world

TEXT = Page(ROOT / "docs" / "operations" / "solo.md").text

LIMITS = {
    "transaction, certificates included": [transactions.MAX_TRANSACTION_BYTES],
    "certificate; certificates in a chain": [4_096, transactions.MAX_CERTIFICATES],
    "validity of a transaction": [transactions.MAX_VALIDITY_S],
    "record in the state; result of a call": [state.MAX_VALUE_BYTES],
    "state key": [keys.MAX_KEY_BYTES],
    "events, and timers scheduled, by a transaction": [context.MAX_EVENTS],
    "timers that run in a block": [timers.TIMERS_PER_BLOCK],
    "transactions in a block; bytes of them": [
        sequencer.MAX_BLOCK_TRANSACTIONS,
        application.MAX_BLOCK_BYTES,
    ],
    "records in a page": [state.MAX_PAGE],
    "transactions pending in the gateway; of one certificate": [
        limits.DEFAULT_LIMITS.pending,
        limits.DEFAULT_LIMITS.pending_per_member,
    ],
    "streams; calls at a time": [limits.DEFAULT_LIMITS.streams, limits.DEFAULT_LIMITS.calls],
    "a follower that reads nothing is disconnected after": [int(limits.DEFAULT_LIMITS.stall_s)],
    "waiting in `CommitStatus`": [limits.MAX_WAIT_MS],
    "heights whose state can be read and proven": [world.HISTORY_HEIGHTS],
    "lag of block time behind the clock": [int(2 * sequencer.HEARTBEAT_S)],
}


@pytest.mark.parametrize("what", LIMITS)
def test_a_stated_limit_is_the_real_one(what):
    (row,) = re.findall(rf"^\| {re.escape(what)} \| (.*) \|$", TEXT, re.MULTILINE)
    assert [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", row)] == LIMITS[what]


def test_every_limit_on_the_page_is_checked_here():
    table = TEXT.partition("## Limits\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!what|---)(.*?) \|", table, re.MULTILINE)
    assert set(rows) == set(LIMITS)


def test_events_and_timers_scheduled_have_one_limit_and_results_that_of_records():
    assert context.MAX_EVENTS == context.MAX_SCHEDULED
    assert state.MAX_VALUE_BYTES == execution.MAX_RESULT_BYTES


def test_every_code_that_an_operator_may_meet_has_advice():
    kinds = [*LedgerRefusal.__subclasses__(), *MembershipRefusal.__subclasses__()]
    kinds += [*GatewayRefusal.__subclasses__(), errors.NotFound, errors.AlreadyExists, errors.Forbidden]
    kinds += [errors.InvalidArgument, errors.UnknownFunction, errors.WrongKind]
    codes = {kind.code for kind in kinds} | {execution.INTERNAL}
    advised = set(re.findall(r"`([A-Z_]+)`", TEXT.partition("## What to do")[2]))
    assert codes <= advised
