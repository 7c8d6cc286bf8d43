"""What a block came to as the engine and foreign clients are told of it."""

from dataclasses import replace

import pytest

from tests.network.application.bench import Bench
from tests.network.application.trials import Note
from tests.network.community import Community
from wattloom.chaincode.accounts.records import Transfer
from wattloom.chaincode.governance.records import ConsensusLimits
from wattloom.network.cometbft.results import MAX_INDEXED_CHARS, finalized


@pytest.fixture
def bench(tmp_path):
    it = Bench(tmp_path / "data", Community())
    yield it
    it.store.close()


def transfer(bench, amount_nano=5):
    payment = Transfer(payee=bench.community.party("bob"), amount_nano=amount_nano)
    return bench.sign("ann", "accounts:transfer", payment)


def attributes(event):
    return {each.key: (each.value, each.index) for each in event.attributes}


def test_a_transaction_is_found_by_our_own_id_and_by_the_fields_of_its_events(bench):
    tx = transfer(bench)
    answer = finalized(bench.block(tx), rules_before=1, with_events=True)
    identity, moved, *_ = answer.tx_results[0].events
    assert (identity.type, attributes(identity)) == ("wattloom.transaction", {"id": (tx.tx_id.hex(), True)})
    assert moved.type.startswith("accounts.")
    found = attributes(moved)
    assert ("5", True) in found.values()
    assert found["payload"][1] is False


def test_a_refusal_has_its_code_its_facts_and_a_sentence(bench):
    answer = finalized(bench.block(transfer(bench, 10**9)), rules_before=1, with_events=True)
    result = answer.tx_results[0]
    assert (result.code, result.codespace) == (1, "INSUFFICIENT_FUNDS")
    assert b"INSUFFICIENT_FUNDS" in result.data
    assert "nano" in result.log


def test_what_a_bug_said_stays_in_the_log_of_the_node(bench):
    answer = finalized(
        bench.block(bench.sign("ann", "trials:fail", Note(name="a"))), rules_before=1, with_events=True
    )
    assert (answer.tx_results[0].code, answer.tx_results[0].log) == (2, "")


def test_a_node_without_index_tells_the_same_without_events(bench):
    executed = bench.block(transfer(bench))
    told = finalized(executed, rules_before=1, with_events=True)
    silent = finalized(executed, rules_before=1, with_events=False)
    assert not silent.events
    assert not silent.tx_results[0].events
    assert silent.app_hash == told.app_hash
    assert [(each.code, each.data) for each in silent.tx_results] == [
        (each.code, each.data) for each in told.tx_results
    ]


def test_long_fields_are_not_indexed(bench):
    long_text = "x" * (MAX_INDEXED_CHARS + 1)
    executed = bench.block(bench.sign("ann", "trials:write", Note(name="a", text=long_text)))
    for event in finalized(executed, rules_before=1, with_events=True).tx_results[0].events:
        assert all(len(each.value) <= MAX_INDEXED_CHARS for each in event.attributes if each.index)


def test_parameters_are_told_only_where_they_change(bench):
    executed = bench.block()
    assert not finalized(executed, rules_before=1, with_events=True).HasField("consensus_param_updates")
    changed = replace(executed, limits=ConsensusLimits(block_max_bytes=2 << 20))
    params = finalized(changed, rules_before=1, with_events=True).consensus_param_updates
    assert params.block.max_bytes == 2 << 20
    assert not params.HasField("version")


def test_rules_of_the_next_block_stand_in_its_header(bench):
    executed = replace(bench.block(), rules_version=2)
    params = finalized(executed, rules_before=1, with_events=True).consensus_param_updates
    assert params.version.app == 2
    assert not params.HasField("block")


def test_a_removed_validator_has_no_power(bench):
    executed = replace(bench.block(), validator_updates={b"k" * 32: 0, b"l" * 32: 1})
    updates = finalized(executed, rules_before=1, with_events=True).validator_updates
    assert [(each.pub_key.ed25519, each.power) for each in updates] == [(b"k" * 32, 0), (b"l" * 32, 1)]
