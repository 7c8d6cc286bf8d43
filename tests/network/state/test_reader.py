import pytest

from wattloom.chaincode.api import keys
from wattloom.network.state.reader import everything


@pytest.fixture
def filled(ledger):
    ledger.change(
        {
            "accounts": {"account/ann": b"1", "account/bob": b"2", "supply": b"3"},
            "registry": {"account/zoe": b"4"},
        }
    )
    return ledger


def test_a_reader_finds_values_by_contract_and_key(filled):
    reader = filled.world.committed()
    assert reader.get("accounts", "account/bob") == b"2"
    assert reader.get("registry", "account/bob") is None
    assert reader.get("accounts", "account") is None


def test_a_scan_stays_within_its_contract_and_range(filled):
    reader = filled.world.committed()
    assert list(reader.scan("accounts", *keys.prefix_range("account"))) == [
        ("account/ann", b"1"),
        ("account/bob", b"2"),
    ]
    assert list(reader.scan("accounts", "account/b", "z")) == [("account/bob", b"2"), ("supply", b"3")]
    assert list(reader.scan("accounts", "", "\x7f"))[-1] == ("supply", b"3")
    assert list(reader.scan("accounts", "b", "a")) == []


def test_a_key_that_is_longer_than_any_can_be_is_not_there(filled):
    reader = filled.world.committed()
    assert reader.get("accounts", "k" * 4000) is None
    assert list(reader.scan("accounts", "account/" + "z" * 4000, "t")) == [("supply", b"3")]


def test_a_reader_keeps_its_moment(filled):
    before = filled.world.committed()
    filled.change({"accounts": {"supply": b"30"}})
    assert before.get("accounts", "supply") == b"3"
    assert filled.world.committed().get("accounts", "supply") == b"30"


def test_everything_comes_in_the_order_of_contract_and_key(filled):
    with filled.store.snapshot() as snapshot:
        assert list(everything(snapshot)) == [
            ("accounts", "account/ann", b"1"),
            ("accounts", "account/bob", b"2"),
            ("accounts", "supply", b"3"),
            ("registry", "account/zoe", b"4"),
        ]
