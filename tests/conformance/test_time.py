"""Block time goes on while nobody does anything, and every deadline with it."""

import time
from itertools import islice

from wattloom.chaincode.accounts.records import Account, Party
from wattloom.network.client import State

LAG_HEARTBEATS = 3
"""A block has the time of the votes for the block before, so it is one to two heartbeats old, and our share
of a busy machine may be late."""


def test_an_idle_ledger_makes_empty_blocks_whose_time_follows_the_clock(town):
    blocks = town.client().blocks()
    seen = [(block.block_time_s, time.time(), block.results) for block in islice(blocks, 4)]
    blocks.close()
    assert [results for _, _, results in seen] == [()] * 4
    times = [time_s for time_s, _, _ in seen]
    assert times == sorted(times)
    assert times[0] < times[-1]
    allowed_s = LAG_HEARTBEATS * town.ledger.heartbeat_s + 1
    assert all(clock_s - time_s < allowed_s for time_s, clock_s, _ in seen)


def test_the_first_transaction_after_an_idle_time_is_judged_at_the_present(town):
    last = list(islice(town.client().blocks(), 2))[-1]
    town.saw(last.height)
    anna = town.member("anna")
    clock_s = time.time()
    receipt = anna.submit("accounts:open", Party(party_id=anna.party_id), Account, valid_for_s=590)
    assert receipt.block_time_s >= last.block_time_s
    assert abs(clock_s - receipt.block_time_s) < LAG_HEARTBEATS * town.ledger.heartbeat_s + 1


def test_an_id_is_known_for_good_also_after_its_validity(town):
    anna = town.member("anna")
    receipt = anna.submit("accounts:open", Party(party_id=anna.party_id), Account, valid_for_s=1)
    end_s = time.time() + 1
    past = next(block for block in town.client().blocks(receipt.height) if block.block_time_s > end_s)
    town.saw(past.height)
    status = anna.client.status(receipt.tx_id)
    assert (status.state, status.height, status.data) == (State.COMMITTED, receipt.height, receipt.data)
