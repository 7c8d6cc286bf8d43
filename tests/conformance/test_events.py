"""Events and blocks come in one order from any height on, through every gateway the same."""

from itertools import islice

import pytest

from tests.conformance.trading import Trading
from wattloom.chaincode.accounts.records import Transfer
from wattloom.chaincode.api.execution import Status


@pytest.fixture
def happened(town):
    """A settled session: the height at which it was opened, that at which it was settled, its events."""
    trading = Trading(town, town.homes(2), max_iterations=1)
    first = trading.begin()
    for home, wh in zip(trading.homes, (40, -40), strict=True):
        trading.decide(home, wh)
    for home in trading.homes:
        trading.answer(home)
    names = ("opened", "started", "proposal", "duals_updated", "settled")
    return first, town.height, names


def told(town, happened, *, gateway=0, **wanted):
    """Return what a gateway tells of the time in which it happened."""
    first, last, names = happened
    stream = town.client(first=gateway).events(first, **{"contract": "transactive", **wanted})
    try:
        return list(islice((event for event in stream if event.height <= last), len(names)))
    finally:
        stream.close()


def test_events_come_in_the_order_of_blocks_and_of_what_happened_within_each(town, happened):
    events = told(town, happened)
    assert tuple(event.name for event in events) == happened[2]
    places = [(event.height, event.sequence) for event in events]
    assert places == sorted(set(places))
    proposal, updated = events[2:4]
    assert (proposal.tx_id, proposal.height) == (updated.tx_id, updated.height)
    assert updated.sequence == proposal.sequence + 1


def test_every_gateway_tells_the_same_events(town, happened):
    told_by = [told(town, happened, gateway=gateway) for gateway in range(len(town.ledger.addresses))]
    assert all(events == told_by[0] for events in told_by)


def test_a_filter_by_contract_and_name_leaves_out_all_others(town, happened):
    stream = town.events(happened[0], name="settled")
    assert [next(stream)] == told(town, happened)[-1:]
    money = next(town.events(1, contract="accounts"))
    assert money.contract == "accounts"


def test_a_follower_that_comes_back_goes_on_where_it_was(town, happened):
    whole = told(town, happened)
    seen = whole[:3]
    again = town.events(seen[-1].height, contract="transactive")
    rest = (event for event in again if (event.height, event.sequence) > (seen[-1].height, seen[-1].sequence))
    assert seen + list(islice(rest, len(whole) - len(seen))) == whole


def test_a_stream_without_a_height_begins_with_what_comes_next(town):
    anna, bert = town.homes(2)
    blocks = town.client().blocks()
    assert next(blocks).height > 0
    receipt = anna.submit("accounts:transfer", Transfer(payee=bert.party_id, amount_nano=1))
    assert next(block for block in blocks if block.height >= receipt.height).height == receipt.height
    blocks.close()


def test_a_block_holds_each_result_where_its_receipt_says(town):
    anna, bert = town.homes(2, money_nano=5)
    receipt = anna.submit("accounts:transfer", Transfer(payee=bert.party_id, amount_nano=1))
    refusal = anna.refusal("accounts:transfer", Transfer(payee=bert.party_id, amount_nano=9))
    heights = {receipt.height, refusal.height}
    blocks = {h: next(iter(town.client().blocks(h, to_height=h))) for h in heights}
    held = blocks[receipt.height].results[receipt.index]
    assert (held.tx_id, held.status, held.data) == (receipt.tx_id, Status.OK, receipt.data)
    assert blocks[receipt.height].block_time_s == receipt.block_time_s
    refused = next(each for each in blocks[refusal.height].results if each.tx_id == refusal.tx_id)
    assert refused.status is Status.REFUSED
    assert b'"code":"INSUFFICIENT_FUNDS"' in refused.data


def test_every_gateway_has_the_same_blocks(town, happened):
    first, last, _ = happened
    kept = [
        list(town.client(first=gateway).blocks(first, to_height=last))
        for gateway in range(len(town.ledger.addresses))
    ]
    assert [block.height for block in kept[0]] == list(range(first, last + 1))
    for blocks in kept:
        assert [(each.block, each.results) for each in blocks] == [
            (each.block, each.results) for each in kept[0]
        ]
