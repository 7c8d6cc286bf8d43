from contextlib import suppress

import pytest

from tests.network.application.bench import Bench
from tests.network.application.trials import WITH_TRIALS, Alarm, Name, Note, key
from tests.network.community import CHAIN_ID
from wattloom.chaincode.accounts.records import Transfer
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.api.errors import ChaincodeError, MachineFault
from wattloom.chaincode.api.execution import Status
from wattloom.chaincode.genesis import GenesisState
from wattloom.chaincode.registry.records import Binding, ClientId
from wattloom.network.application import Application, BlockToExecute
from wattloom.network.application.application import MAX_BLOCK_BYTES
from wattloom.network.application.rules import WrongRules
from wattloom.network.state import HeightUnavailable, StorageFull, Store, verify_state_proof
from wattloom.network.wire.transaction_pb2 import Transaction


def note(bench, name):
    query = bench.sign("ann", "trials:read", Name(name=name))
    return decode(bench.application.evaluate(query.raw)[0], Note).text


def statuses(executed):
    return [outcome.status for outcome in executed.outcomes]


def test_a_fresh_application_stands_at_height_0_with_the_genesis_state(bench):
    info = bench.application.info()
    assert (info.height, info.chain_id, info.block_time_s) == (0, CHAIN_ID, bench.time_s)
    assert len(info.app_hash) == 32


def test_equal_blocks_on_equal_ledgers_come_to_equal_roots(tmp_path, community):
    first, second = Bench(tmp_path / "1", community), Bench(tmp_path / "2", community)
    blocks = [
        [first.sign("ann", "trials:write", Note(name="a")), first.sign("bob", "trials:fail", Note(name="b"))],
        [],
        [first.sign("ann", "accounts:transfer", Transfer(payee="hills.bob", amount_nano=5))],
    ]
    for transactions in blocks:
        one, other = first.block(*transactions), second.block(*transactions)
        assert one == other
        assert first.application.info() == second.application.info()
    first.store.close(), second.store.close()


def test_a_block_without_transactions_leaves_the_root_as_it_is(bench):
    before = bench.application.info()
    bench.block(after_s=5)
    after = bench.application.info()
    assert (after.height, after.block_time_s) == (1, before.block_time_s + 5)
    assert after.app_hash == before.app_hash


def test_a_block_that_is_not_committed_leaves_no_trace(bench):
    before = bench.application.info()
    raw = bench.sign("ann", "trials:write", Note(name="a")).raw
    bench.application.finalize(
        BlockToExecute(height=1, time_s=bench.time_s + 1, hash=bytes(32), transactions=[raw])
    )
    assert bench.application.info() == before
    bench.application.check(raw)
    with pytest.raises(ChaincodeError):
        note(bench, "a")


def test_a_batch_that_fails_leaves_the_application_where_it_stood(bench):
    before = bench.application.info()
    raw = bench.sign("ann", "trials:write", Note(name="a")).raw
    block = BlockToExecute(height=1, time_s=bench.time_s + 1, hash=bytes(32), transactions=[raw])
    bench.application.finalize(block)
    with suppress(StorageFull), bench.store.batch() as batch:
        bench.application.commit(batch)
        raise StorageFull(bench.path, "make room")
    assert bench.application.info() == before
    bench.block(raw)
    assert note(bench, "a") == ""


def test_commit_needs_a_finalized_block(bench):
    with pytest.raises(RuntimeError), bench.store.batch() as batch:
        bench.application.commit(batch)


def test_an_application_opened_again_goes_on_where_it_stood(bench):
    bench.block(bench.sign("ann", "trials:write", Note(name="a", text="x")))
    before = bench.application.info()
    bench.open_again()
    assert bench.application.info() == before
    assert note(bench, "a") == "x"
    assert bench.application.describe_contracts()[-1]["contract"] == "trials"


def test_software_without_the_ledgers_rules_does_not_open_it(bench):
    with pytest.raises(WrongRules, match="under rules 1, this software knows 2"):
        Application(bench.store, rules={2: WITH_TRIALS[1]})


def test_a_genesis_state_without_organisations_is_refused(tmp_path):

    with (
        Store(tmp_path / "data", durable=False) as store,
        pytest.raises(ChaincodeError, match="organisations"),
        store.batch() as batch,
    ):
        Application(store).init_chain(
            chain_id="x", time_s=1, app_state=GenesisState(organisations=[]), batch=batch
        )


def test_transactions_of_a_block_see_what_was_written_before_them(bench):
    executed = bench.block(
        bench.sign("ann", "accounts:transfer", Transfer(payee="hills.bob", amount_nano=1_000)),
        bench.sign("ann", "accounts:transfer", Transfer(payee="hills.bob", amount_nano=1)),
        bench.sign("bob", "accounts:transfer", Transfer(payee="hills.ann", amount_nano=2_000)),
    )
    assert [outcome.code for outcome in executed.outcomes] == ["", "INSUFFICIENT_FUNDS", ""]


def test_a_certificate_is_enclosed_once_and_known_from_then_on(bench):
    executed = bench.block(
        bench.sign("ann", "trials:refuse", Note(name="a")),
        bench.sign("ann", "trials:write", Note(name="a"), introduce=False),
    )
    assert [outcome.code for outcome in executed.outcomes] == ["UNWANTED", ""]


def test_a_bug_in_a_contract_is_an_outcome_and_the_chain_goes_on(bench):
    bench.block(bench.sign("ann", "trials:write", Note(name="a", text="before")))
    executed = bench.block(
        bench.sign("ann", "trials:fail", Note(name="a", text="after")),
        bench.sign("bob", "trials:write", Note(name="b", text="fine")),
    )
    assert statuses(executed) == [Status.INTERNAL, Status.OK]
    assert executed.outcomes[0].data == b'{"code":"INTERNAL","details":{"error":"ZeroDivisionError"}}'
    assert [happened.event.name for happened in executed.events] == ["written"]
    assert (note(bench, "a"), note(bench, "b"), bench.timers()) == ("before", "fine", 0)


def test_a_fault_of_the_machine_is_no_outcome(bench):
    before = bench.application.info()
    with pytest.raises(MachineFault, match="the disk is gone"):
        bench.block(bench.sign("ann", "trials:break_machine", Note(name="a")))
    assert bench.application.info() == before


def test_a_query_reads_the_committed_height_and_its_time(bench):
    bench.block(bench.sign("ann", "trials:write", Note(name="a", text="old")))
    newer = bench.sign("ann", "trials:write", Note(name="a", text="new"))
    bench.application.finalize(
        BlockToExecute(height=2, time_s=bench.time_s + 9, hash=bytes(32), transactions=[newer.raw])
    )
    assert note(bench, "a") == "old"
    data, height = bench.application.evaluate(bench.sign("ann", "trials:when").raw)
    assert (height, decode(data, Note)) == (1, Note(name="1", text=str(bench.time_s)))


def test_a_query_of_a_new_member_leaves_no_trace(bench):
    before = bench.contract_state()
    bench.application.evaluate(bench.sign("carl", "trials:when").raw)
    bench.block()
    assert bench.contract_state() == before


class TestTimers:
    def test_run_in_the_first_block_past_their_time_before_its_transactions(self, bench):
        at_s = bench.time_s + 10
        bench.block(bench.sign("ann", "trials:set_alarm", Alarm(name="bell", at_s=at_s)))
        bench.block(after_s=at_s - bench.time_s)
        assert bench.timers() == 1
        executed = bench.block(bench.sign("ann", "trials:write", Note(name="other")), after_s=1)
        assert [happened.tx_id == b"" for happened in executed.events] == [True, False]
        assert (note(bench, "bell"), bench.timers()) == (f"rang at {at_s + 1}", 0)

    def test_run_once_each_in_the_order_of_their_times(self, bench):
        now_s = bench.time_s
        alarms = [Alarm(name=f"n{late_s}", at_s=now_s + late_s) for late_s in (30, 10, 20)]
        bench.block(*(bench.sign("ann", "trials:set_alarm", alarm) for alarm in alarms))
        executed = bench.block(after_s=100)
        assert [decode(each.event.payload, Note).name for each in executed.events] == ["n10", "n20", "n30"]
        assert bench.block(after_s=100).events == []

    @pytest.mark.parametrize("name", ["bad", "unwanted"])
    def test_that_fail_or_refuse_are_gone_and_the_chain_goes_on(self, bench, name):
        for each in (name, "good"):
            bench.block(bench.sign("ann", "trials:set_alarm", Alarm(name=each, at_s=bench.time_s)))
        bench.block(after_s=10)
        assert (bench.timers(), note(bench, "good")) == (0, f"rang at {bench.time_s}")

    def test_survive_a_restart(self, bench):
        bench.block(bench.sign("ann", "trials:set_alarm", Alarm(name="bell", at_s=bench.time_s + 5)))
        bench.open_again()
        bench.block(after_s=10)
        assert note(bench, "bell") == f"rang at {bench.time_s}"


class TestProposals:
    def test_hold_what_can_stand_in_a_block_in_the_order_given(self, bench):
        good = [bench.sign(name, "trials:write", Note(name=name)) for name in ("ann", "bob", "carl")]
        old = bench.sign("ann", "trials:write", Note(name="old"), valid_until_s=bench.time_s)
        raws = [good[0].raw, old.raw, good[1].raw, good[0].raw, good[2].raw]
        chosen, dropped = bench.application.prepare(raws, time_s=bench.time_s + 1)
        assert chosen == [tx.raw for tx in good]
        assert {tx_id: refusal.code for tx_id, refusal in dropped.items()} == {
            old.tx_id: "TRANSACTION_EXPIRED",
            good[0].tx_id: "DUPLICATE_TRANSACTION",
        }
        assert bench.application.process(chosen, time_s=bench.time_s + 1) is None
        assert statuses(bench.block(*chosen)) == [Status.OK] * 3

    def test_leave_for_the_next_block_what_does_not_fit(self, bench):
        text = "x" * 200_000
        raws = [bench.sign("ann", "trials:write", Note(name=f"n{i}", text=text)).raw for i in range(25)]
        chosen, dropped = bench.application.prepare(raws, time_s=bench.time_s)
        assert chosen == raws[: len(chosen)]
        assert sum(map(len, chosen)) <= MAX_BLOCK_BYTES < sum(map(len, raws[: len(chosen) + 1]))
        assert dropped == {}

    def test_change_nothing(self, bench):
        before = bench.application.info()
        raws = [bench.sign("ann", "trials:write", Note(name="a")).raw]
        assert bench.application.prepare(raws, time_s=bench.time_s)[0] == raws
        assert bench.application.process(raws, time_s=bench.time_s) is None
        bench.application.check(raws[0])
        assert bench.application.info() == before

    def test_with_more_bytes_than_a_block_may_have_are_refused(self, bench):
        text = "x" * 200_000
        raws = [bench.sign("ann", "trials:write", Note(name=f"n{i}", text=text)).raw for i in range(25)]
        refusal = bench.application.process(raws, time_s=bench.time_s)
        assert refusal.code == "BLOCK_TOO_LARGE"
        assert refusal.details["limit_bytes"] == MAX_BLOCK_BYTES

    def test_with_the_same_transaction_twice_are_refused(self, bench):
        tx = bench.sign("ann", "trials:write", Note(name="a"))
        again = Transaction(body=tx.body, signature=bench.community.member("ann").sign(tx.body))
        refusal = bench.application.process([tx.raw, again.SerializeToString()], time_s=bench.time_s)
        assert refusal.code == "DUPLICATE_TRANSACTION"


class TestIds:
    def test_are_remembered_until_their_validity_has_passed_and_refused_after_it(self, bench):
        tx = bench.sign("ann", "trials:write", Note(name="a"), valid_until_s=bench.time_s + 10)
        bench.block(tx)
        for after_s, code in (
            (9, "DUPLICATE_TRANSACTION"),
            (1, "TRANSACTION_EXPIRED"),
            (9, "TRANSACTION_EXPIRED"),
        ):
            assert bench.block(tx, after_s=after_s).outcomes[0].code == code

    def test_are_forgotten_by_the_state_in_the_end(self, bench):
        bench.block(bench.sign("ann", "trials:write", Note(name="a")))
        bench.block(after_s=100)
        forgotten = bench.application.info().app_hash
        until_s = bench.time_s + 10
        bench.block(bench.sign("ann", "trials:refuse", Note(name="a"), valid_until_s=until_s))
        assert bench.application.info().app_hash != forgotten
        bench.block(after_s=20)
        assert bench.application.info().app_hash == forgotten

    def test_of_what_was_refused_for_its_member_in_a_block_never_execute_later(self, bench):
        """A registrar moves a party to another certificate in the very block that holds its transaction."""
        registrar = bench.community.member("registrar", "registrar")
        old = bench.community.member("mia")
        new = bench.community.authority.issue_client(
            "mia", role="participant", not_before_s=bench.community.start_s
        )

        def bind(client_id):
            to = Binding(party_id="hills.mia", client_id=client_id)
            return bench.sign("registrar", "registry:replace_client", to, signer=registrar)

        bench.block(bench.sign("mia", "trials:write", Note(name="first")))
        tx = bench.sign("mia", "trials:write", Note(name="second"))
        executed = bench.block(bind(new.client_id), tx)
        assert [outcome.code for outcome in executed.outcomes] == ["", "PARTY_BOUND"]
        assert statuses(bench.block(bind(old.client_id))) == [Status.OK]
        with pytest.raises(ChaincodeError) as refusal:
            bench.application.check(tx.raw)
        assert refusal.value.code == "DUPLICATE_TRANSACTION"
        assert bench.block(tx).outcomes[0].code == "DUPLICATE_TRANSACTION"


def test_a_revoked_member_is_refused_from_the_next_transaction_on(bench):
    registrar = bench.community.member("registrar", "registrar")
    revoked = ClientId(client_id=bench.community.member("ned").client_id)
    bench.block(bench.sign("ned", "trials:write", Note(name="a")))
    executed = bench.block(
        bench.sign("ned", "trials:write", Note(name="b")),
        bench.sign("registrar", "registry:revoke_client", revoked, signer=registrar),
        bench.sign("ned", "trials:write", Note(name="c")),
    )
    assert [outcome.code for outcome in executed.outcomes] == ["", "", "CLIENT_REVOKED"]


def test_a_value_is_proven_up_to_the_root_of_its_height(bench):
    bench.block(bench.sign("ann", "trials:write", Note(name="a", text="old")))
    old_root = bench.application.info().app_hash
    bench.block(bench.sign("ann", "trials:write", Note(name="a", text="new")))
    proof = bench.application.prove("trials", key("a"), height=1)
    assert decode(proof.value, Note).text == "old"
    verify_state_proof(proof.encode(), old_root, "trials", key("a"), proof.value)
    with pytest.raises(HeightUnavailable):
        bench.application.prove("trials", key("a"), height=3)
