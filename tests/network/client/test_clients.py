"""What both clients do, over real gateways in front of a real ledger."""

import threading
import time
from contextlib import suppress
from itertools import islice

import pytest

from wattloom.identity.tls import TlsAuthority
from wattloom.network.chain.validators import Validator, ValidatorSet
from wattloom.network.client import (
    CommitUnknown,
    NotAnswered,
    NotSubmitted,
    ProofRefused,
    Refused,
    State,
    UnexpectedAnswer,
    sign_offline,
)
from wattloom.network.transactions import MAX_TRANSACTION_BYTES

from ..community import CHAIN_ID
from ..notes import Length, Name, Note, key

NOWHERE = "127.0.0.1:1"


def signed_by(identity, *, chain_id=CHAIN_ID):
    note = Note(name="n")
    return sign_offline(identity, chain_id=chain_id, function="notes:write", arguments=note).raw


def resolve_until_known(client, unknown):
    for _ in range(20):  # each waits for the client's patience
        with suppress(CommitUnknown):
            return client.resolve(unknown)
    raise AssertionError("it stayed unknown")


def in_thread(work):
    """Run work beside the test; the returned call waits for it and hands out its result or error."""
    outcome = []

    def run():
        try:
            outcome.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the test
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def result():
        thread.join(20)
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    return result


def test_a_submitted_transaction_comes_back_with_its_place_and_typed_result(client, engine):
    receipt = client.submit("notes:write", Note(name="n", text="words"), Note)
    assert receipt.result == Note(name="n", text="words")
    assert engine.block(receipt.height).results[receipt.index].tx_id.hex() == receipt.tx_id
    assert receipt.data == b'{"name":"n","text":"words"}'


def test_arguments_may_be_a_plain_dictionary_and_no_result_type_is_needed(client):
    receipt = client.submit("notes:write", {"name": "n"})
    assert receipt.result is None
    assert client.evaluate("notes:read", {"name": "n"}, Note) == Note(name="n")


def test_a_member_that_the_ledger_has_never_seen_may_query_and_submit(connect, gateway, community):
    stranger = connect(gateway.address, identity=community.member("newcomer"))
    with pytest.raises(Refused) as refusal:
        stranger.evaluate("notes:read", Name(name="none"), Note)
    assert refusal.value.code == "NOT_FOUND"
    assert stranger.submit("notes:write", Note(name="n"), Note).result == Note(name="n")


def test_a_certificate_travels_only_until_the_ledger_knows_it(client, engine):
    sizes = []
    check = engine.check
    engine.check = lambda raw: sizes.append(len(raw)) or check(raw)
    for number in range(3):
        client.submit("notes:write", Note(name=str(number)))
    assert sizes[0] > 2 * sizes[1]
    assert sizes[1] == sizes[2]


def test_a_refusal_by_the_rules_carries_code_details_sentence_and_height(client):
    with pytest.raises(Refused) as raised:
        client.submit("notes:forbid", Note(name="n"))
    refusal = raised.value
    assert (refusal.code, refusal.details) == ("FORBIDDEN", {"needed": "what nobody has"})
    assert refusal.height > 0
    assert client.status(refusal.tx_id).height == refusal.height
    assert "what nobody has" in refusal.sentence


def test_a_refusal_before_ordering_has_no_height_and_typed_details(client, community):
    with pytest.raises(Refused) as raised:
        client.send(signed_by(community.member("anna"), chain_id="another"))
    assert (raised.value.code, raised.value.height) == ("WRONG_CHAIN", None)
    with pytest.raises(Refused) as raised:
        client.submit("notes:write", Note(name="n", text="x" * MAX_TRANSACTION_BYTES))
    assert raised.value.code == "TRANSACTION_TOO_LARGE"
    assert raised.value.details["limit_bytes"] == MAX_TRANSACTION_BYTES


def test_a_contracts_bug_is_refused_as_internal(client):
    with pytest.raises(Refused) as raised:
        client.submit("notes:fail")
    assert raised.value.code == "INTERNAL"


def test_what_was_signed_elsewhere_is_sent_by_a_client_without_identity(connect, gateway, community):
    relay = connect(gateway.address, identity=None)
    raw = signed_by(community.member("meter"))
    first = relay.send(raw, Note)
    assert first.result == Note(name="n")
    assert relay.send(raw, Note) == first
    with pytest.raises(NotSubmitted, match="identity"):
        relay.submit("notes:write", Note(name="n"))


def test_a_result_of_another_type_says_so_and_keeps_the_data(client):
    with pytest.raises(UnexpectedAnswer) as raised:
        client.submit("notes:write", Note(name="n"), Length)
    assert raised.value.data == b'{"name":"n","text":""}'
    assert client.status(raised.value.tx_id).state is State.COMMITTED


def test_a_dead_gateway_is_left_for_the_next(connect, gateway):
    client = connect(NOWHERE, gateway.address)
    assert client.submit("notes:write", Note(name="n"), Note).result == Note(name="n")
    assert client.describe().chain_id == CHAIN_ID


def test_with_no_gateway_at_all_nothing_was_submitted(connect):
    client = connect(NOWHERE, "127.0.0.1:2", patience_s=0.5, chain_id=CHAIN_ID)
    with pytest.raises(NotSubmitted):
        client.submit("notes:write", Note(name="n"))
    with pytest.raises(NotAnswered):
        client.describe()
    with pytest.raises(NotAnswered):
        next(client.blocks(1))


def test_a_gateway_with_a_certificate_of_another_root_is_not_talked_to(connect, gateway, community):
    stranger = TlsAuthority.create("another", not_before_s=community.start_s)
    client = connect(gateway.address, ca_certificate=stranger.ca_pem, patience_s=0.5)
    with pytest.raises(NotSubmitted, match="UNAVAILABLE"):
        client.submit("notes:write", Note(name="n"))


def test_a_gateway_that_dies_while_we_wait_costs_nothing_where_there_is_another(connect, start, engine):
    first, second = start(), start()
    client = connect(first.address, second.address)
    engine.holds = True
    result = in_thread(lambda: client.submit("notes:write", Note(name="n"), Note))
    engine.wait_held(1)
    first.stop()
    engine.wait_held(2)
    assert engine.held[0].raw == engine.held[1].raw
    engine.release()
    receipt = result()
    assert receipt.result == Note(name="n")
    written = list(islice(client.events(1, name="written"), 1))
    assert [event.tx_id for event in written] == [receipt.tx_id]


def test_a_transaction_that_was_sent_and_not_answered_is_unknown_and_resolved_later(connect, start, engine):
    gateway = start()
    client = connect(gateway.address, patience_s=0.6)
    client.describe()
    engine.holds = True
    with pytest.raises(CommitUnknown) as raised:
        client.submit("notes:write", Note(name="n"), Note)
    unknown = raised.value
    assert client.status(unknown.tx_id).state is State.PENDING
    with pytest.raises(CommitUnknown):
        client.resolve(unknown)
    engine.release()
    assert client.resolve(unknown, Note).result == Note(name="n")
    assert client.send(unknown.raw, Note).tx_id == unknown.tx_id


def test_unknown_becomes_never_once_block_time_passes_the_validity(connect, start, engine):
    client = connect(start().address, patience_s=0.6)
    client.describe()
    engine.holds = True
    with pytest.raises(CommitUnknown) as raised:
        client.submit("notes:write", Note(name="n"), valid_for_s=1)
    with pytest.raises(NotSubmitted, match="none will"):
        resolve_until_known(client, raised.value)


def test_a_full_ledger_is_tried_again_after_the_hint(client, engine):
    engine.holds, engine.room = True, 0
    client_refused = threading.Event()
    order = engine.order

    def order_and_tell(transaction):
        try:
            order(transaction)
        finally:
            client_refused.set()

    engine.order = order_and_tell
    result = in_thread(lambda: client.submit("notes:write", Note(name="n"), Note))
    assert client_refused.wait(10)
    engine.holds = False
    assert result().result == Note(name="n")


def test_a_ledger_that_stays_full_has_taken_nothing(connect, gateway, engine):
    client = connect(gateway.address, patience_s=0.5)
    engine.holds, engine.room = True, 0
    with pytest.raises(NotSubmitted, match="BUSY"):
        client.submit("notes:write", Note(name="n"))


def test_status_tells_unknown_pending_and_committed(client):
    assert client.status("00" * 32).state is State.UNKNOWN
    receipt = client.submit("notes:write", Note(name="n"))
    status = client.status(receipt.tx_id, wait_s=1)
    assert (status.state, status.height, status.data) == (State.COMMITTED, receipt.height, receipt.data)


def test_events_go_on_at_another_gateway_with_none_missed_or_repeated(connect, start):
    gateways = [start(), start()]
    client = connect(gateways[0].address, gateways[1].address)
    first = client.submit("notes:write", Note(name="0"))
    events = client.events(first.height, contract="notes")
    seen = [next(events)]  # the first of the two events of that block
    gateways[0].stop()
    for number in range(1, 4):
        client.submit("notes:write", Note(name=str(number)))
    seen += [next(events) for _ in range(7)]
    events.close()
    assert [event.name for event in seen] == ["written", "counted"] * 4
    assert [event.read(Note).name for event in seen[::2]] == ["0", "1", "2", "3"]


def test_a_follower_who_was_told_nothing_for_long_is_as_patient_as_any_other(connect, start):
    gateways = [start(), start()]
    client = connect(gateways[0].address, gateways[1].address, patience_s=1.0)
    events = client.events(client.describe().height + 1, name="written")
    following = in_thread(lambda: next(events))
    until_s = time.time() + 1.5
    next(block for block in client.blocks() if block.block_time_s > until_s)
    gateways[0].stop()
    client.submit("notes:write", Note(name="n"))
    assert following().read(Note).name == "n"
    events.close()


def test_blocks_go_on_at_another_gateway_with_none_missed_or_repeated(connect, start, engine):
    gateways = [start(), start()]
    client = connect(gateways[0].address, gateways[1].address)
    last = [client.submit("notes:write", Note(name=str(number))) for number in range(5)][-1]
    blocks = client.blocks(1, to_height=last.height + 1)
    seen = [next(blocks), next(blocks)]
    gateways[0].stop()
    seen += list(blocks)
    assert [block.height for block in seen] == list(range(1, last.height + 2))
    assert seen[last.height - 1].results[last.index].tx_id == last.tx_id
    assert seen[0].block == engine.block(1).block


def test_a_stream_from_nowhere_begins_with_the_next_block(client):
    before = client.submit("notes:write", Note(name="before"))
    blocks = client.blocks()
    assert next(blocks).height > before.height
    blocks.close()


def test_a_value_is_proven_up_to_the_trusted_validators(client, folder):
    validators = folder.genesis().validator_set
    receipt = client.submit("notes:write", Note(name="n"))
    next(client.blocks(receipt.height + 1))
    proven = client.prove("notes", key("n"), validators=validators, height=receipt.height)
    assert (proven.value, proven.height) == (receipt.data, receipt.height)
    stranger = ValidatorSet.of([Validator(bytes(range(32)), 1)])
    with pytest.raises(ProofRefused):
        client.prove("notes", key("n"), validators=stranger, height=receipt.height)
    with pytest.raises(Refused) as raised:
        client.prove("notes", key("none"), validators=validators)
    assert raised.value.code == "PROOF_UNAVAILABLE"


def test_describe_names_the_chain_and_its_functions(client, engine):
    found = client.describe()
    assert (found.chain_id, found.genesis_hash, found.engine) == (CHAIN_ID, engine.genesis_hash, "solo")
    assert "notes" in {contract["contract"] for contract in found.contracts}
    assert (found.rules_version, found.known_rules) == (1, (1,))


def test_a_closed_client_ends_what_it_waits_for_and_takes_nothing_more(connect, gateway, engine):
    client = connect(gateway.address)
    client.describe()
    engine.holds = True
    waiting = in_thread(lambda: client.submit("notes:write", Note(name="n")))
    following = in_thread(lambda: next(client.events(10**6)))
    engine.wait_held(1)
    client.close()
    with pytest.raises(CommitUnknown):
        waiting()
    with pytest.raises(NotAnswered):
        following()
    with pytest.raises(NotSubmitted, match="closed"):
        client.submit("notes:write", Note(name="n"))


def test_a_validity_outside_of_ten_minutes_is_a_mistake_of_the_caller(client):
    with pytest.raises(ValueError, match="valid_for_s"):
        client.submit("notes:write", Note(name="n"), valid_for_s=601)


def test_validity_counts_from_the_clients_own_clock(connect, gateway):
    late = connect(gateway.address, clock=lambda: time.time() - 120)
    with pytest.raises(Refused) as refusal:
        late.submit("notes:write", Note(name="n"), valid_for_s=60)
    assert refusal.value.code == "TRANSACTION_EXPIRED"
    assert late.submit("notes:write", Note(name="n"), Note, valid_for_s=600).result == Note(name="n")


def test_addresses_are_a_list(connect):
    with pytest.raises(ValueError, match="addresses"):
        connect()
