"""What is large and allowed goes through; what is larger is refused, and harms nobody."""

import time
from hashlib import sha256

import pytest
from msgspec.structs import replace

from tests.conformance.town import together
from tests.conformance.trading import Trading
from wattloom.chaincode.accounts.records import Account
from wattloom.chaincode.api import Int64Array, Page
from wattloom.chaincode.transactive.messages import BillOf, PageOfSessions, SessionLine, SubmitDecision
from wattloom.chaincode.transactive.records import Bill, Phase
from wattloom.chaincode.transactive.terms import Billing
from wattloom.network.client import Refused
from wattloom.network.transactions import MAX_TRANSACTION_BYTES, sign


def padded(town, member, *, size_bytes=MAX_TRANSACTION_BYTES):
    """Sign the opening of an account whose argument is written with so many spaces."""
    wish = b'{"party_id":"%s"}' % member.party_id.encode()

    def signed(spaces):
        return sign(
            member.identity,
            chain_id=town.ledger.chain_id,
            function="accounts:open",
            arguments=wish + b" " * spaces,
            valid_until_s=int(time.time()) + 60,
            introduce=True,
        )

    overhead = len(signed(size_bytes // 2).raw) - size_bytes // 2
    return signed(size_bytes - overhead)


def test_the_largest_transaction_is_committed(town):
    anna = town.member("anna")
    largest = padded(town, anna)
    assert len(largest.raw) == MAX_TRANSACTION_BYTES
    receipt = anna.send(largest, Account)
    assert receipt.result == Account(party_id=anna.party_id)
    [block] = town.client().blocks(receipt.height, to_height=receipt.height)
    assert largest.raw in block.block


def test_many_large_transactions_are_spread_over_blocks(town):
    members = [town.member(f"m{number}") for number in range(18)]
    large = [padded(town, member) for member in members]
    receipts = together(lambda at=at: at[0].send(at[1], Account) for at in zip(members, large, strict=True))
    assert len({receipt.height for receipt in receipts}) > 1
    assert [receipt.tx_id for receipt in receipts] == [sha256(tx.body).hexdigest() for tx in large]


def test_numbers_that_fill_a_transaction_are_refused_in_a_block_by_their_shape(town):
    trading = Trading(town, town.homes(2))
    trading.begin()
    numbers = Int64Array.zeros(24_000)
    decision = SubmitDecision(session_id=trading.session_id, iteration=1, trades_nano_kwh=numbers)
    refusal = trading.homes[0].refusal("transactive:submit_decision", decision)
    assert refusal.code == "WRONG_SHAPE"
    assert refusal.details == {"field": "trades_nano_kwh", "length": 24_000, "needed": 1}


def test_the_widest_decisions_are_settled_slot_by_slot(town):
    buyer, seller = homes = town.homes(2)
    trading = Trading(town, homes, slots=672, max_iterations=1)
    trading.begin()
    trades_wh = [slot % 100 for slot in range(672)]
    trading.decide(buyer, *trades_wh)
    trading.decide(seller, *(-wh for wh in trades_wh))
    trading.answer(buyer)
    assert trading.answer(seller).phase is Phase.SETTLED
    wanted = BillOf(session_id=trading.session_id, party_id=buyer.party_id)
    assert list(buyer.query("transactive:read_bill", wanted, Bill).trades_wh) == trades_wh


def test_a_page_above_the_limit_of_results_is_not_given_and_smaller_ones_are(town):
    prices = Int64Array.zeros(672)
    homes = town.homes(2)
    sessions = [
        Trading(
            town,
            homes,
            name=f"wide{number:02d}",
            slots=672,
            start_price_pico_per_kwh=prices,
            billing=Billing.FIXED,
            fixed_price_nano_per_wh=prices,
        )
        for number in range(76)
    ]
    together(trading.open for trading in sessions)
    desk = sessions[0].coordinator
    before = PageOfSessions(limit=1_000, bookmark=f"session/{town.name('wide')}")
    with pytest.raises(Refused) as refusal:
        desk.query("transactive:list_sessions", before, Page[SessionLine])
    assert refusal.value.code == "RESULT_TOO_LARGE"
    half = desk.query("transactive:list_sessions", replace(before, limit=38), Page[SessionLine])
    rest = replace(before, limit=38, bookmark=half.bookmark)
    found = half.items + desk.query("transactive:list_sessions", rest, Page[SessionLine]).items
    assert [line.session.session_id for line in found] == [each.session_id for each in sessions]
