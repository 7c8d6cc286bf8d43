import pytest

from wattloom.network.state import ContractUnknown, StateCorrupt
from wattloom.network.state.buckets import bucket_of, store_name
from wattloom.network.state.forest import only_in_bucket, parse_store_name, plant, replant, root_over

CONTRACTS = ("accounts", "registry")


def nothing(_name):
    return None


def test_replanting_agrees_with_planting_the_records_that_it_wrote():
    grown, records = replant(plant(CONTRACTS, []), nothing, {"accounts": {"a": b"1", "b": b"2"}})
    again = plant(CONTRACTS, records.items())
    assert root_over(grown, CONTRACTS) == root_over(again, CONTRACTS)
    assert set(records) == {store_name("accounts", bucket_of(key)) for key in (b"a", b"b")}


def test_removing_the_last_key_of_a_bucket_removes_its_record():
    before = plant(CONTRACTS, [])
    grown, records = replant(before, nothing, {"accounts": {"a": b"1"}})
    back, emptied = replant(grown, records.__getitem__, {"accounts": {"a": None}})
    assert emptied == {store_name("accounts", bucket_of(b"a")): None}
    assert root_over(back, CONTRACTS) == root_over(before, CONTRACTS)


def test_a_contract_without_a_tree_is_refused_where_it_has_keys_and_empty_otherwise():
    forest = plant(("accounts",), [])
    assert root_over(forest, CONTRACTS) == root_over(plant(CONTRACTS, []), CONTRACTS)
    with pytest.raises(ContractUnknown, match="registry"):
        replant(forest, nothing, {"registry": {"a": b"1"}})
    with pytest.raises(ContractUnknown, match="registry"):
        plant(("accounts",), [(store_name("registry", 1), bytes(32))])


def test_the_changes_of_one_bucket_are_chosen_by_contract_and_bucket():
    changes = {"accounts": {"a": b"1", "b": b"2"}, "registry": {"a": b"3"}}
    assert only_in_bucket(changes, "accounts", bucket_of(b"a")) == {"accounts": {"a": b"1"}}


def test_names_of_stores_are_read_back_and_others_refused():
    assert parse_store_name(store_name("accounts", 0x7ABC)) == ("accounts", 0x7ABC)
    for name in (b"accounts", b"accounts.xyz", b"\xff.0001", b"accounts.8000", b"accounts.-001"):
        with pytest.raises(StateCorrupt, match="name"):
            parse_store_name(name)
