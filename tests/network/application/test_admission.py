import pytest

from tests.network.application.trials import Note
from wattloom.network.application import admission
from wattloom.network.refusals import SignatureRefused
from wattloom.network.wire.transaction_pb2 import Transaction


def a_transaction(bench, name="ann"):
    return bench.sign(name, "trials:write", Note(name="a"))


def test_the_same_bytes_are_decoded_once(bench):
    raw = a_transaction(bench).raw
    judge = admission.Admission()
    assert judge.read(raw) is judge.read(bytes(bytearray(raw)))


def test_a_verified_signature_vouches_for_no_other_signature_over_the_same_bytes(bench):
    tx = a_transaction(bench)
    bench.application.check(tx.raw)
    forged = Transaction(body=tx.body, signature=bench.community.member("bob").sign(tx.body))
    for _ in range(2):
        with pytest.raises(SignatureRefused):
            bench.application.check(forged.SerializeToString())
    bench.application.check(tx.raw)


def test_what_is_remembered_is_bounded_and_forgetting_changes_no_verdict(bench, monkeypatch):
    monkeypatch.setattr(admission, "REMEMBERED", 2)
    judge = bench.application._admission
    txs = [a_transaction(bench) for _ in range(5)]
    for tx in [*txs, *txs]:
        assert bench.application.check(tx.raw) == tx
    assert len(judge._read) == len(judge._verified) == 2


def test_long_bytes_of_strangers_are_not_remembered(bench):
    judge = admission.Admission()
    judge.read(bench.sign("ann", "trials:write", Note(name="a", text="x" * admission.REMEMBERED_BYTES)).raw)
    assert not judge._read
