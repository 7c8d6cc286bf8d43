from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.api.overlay import MemoryReader, Overlay

KEYS = st.text("abc/", min_size=1, max_size=3)
VALUES = st.none() | st.binary(max_size=2)
LAYER = st.dictionaries(KEYS, VALUES, max_size=12)


def stack(layers: list[dict[str, bytes | None]]) -> tuple[Overlay, MemoryReader, dict[str, bytes]]:
    committed = MemoryReader()
    committed.apply({"c": layers[0]})
    model = dict(committed.values["c"])
    top = Overlay(committed)
    for layer in layers[1:]:
        top = Overlay(top)
        for key, value in layer.items():
            top.put("c", key, value)
            model.pop(key, None)
            if value is not None:
                model[key] = value
    return top, committed, model


@given(st.lists(LAYER, min_size=1, max_size=4), KEYS, KEYS)
def test_a_scan_through_overlays_is_a_sorted_dictionary(layers, start, stop):
    top, _, model = stack(layers)
    assert list(top.scan("c", start, stop)) == sorted((k, v) for k, v in model.items() if start <= k < stop)


@given(st.lists(LAYER, min_size=1, max_size=4), KEYS)
def test_a_get_through_overlays_is_a_dictionarys(layers, key):
    top, _, model = stack(layers)
    assert top.get("c", key) == model.get(key)
    assert top.get("another", key) is None


@given(LAYER, LAYER, LAYER)
def test_merging_and_applying_give_what_was_seen_through_the_overlay(base, lower, upper):
    top, committed, model = stack([base, lower, upper])
    below = top.base
    top.merge_into(below)
    assert dict(below.scan("c", "", "\x7f")) == model
    committed.apply(below.changes)
    assert committed.values["c"] == model


def test_a_contract_does_not_see_anothers_keys():
    overlay = Overlay(MemoryReader())
    overlay.put("a", "k", b"1")
    assert overlay.get("b", "k") is None
    assert list(overlay.scan("b", "", "\x7f")) == []


@given(LAYER, LAYER)
def test_a_scan_is_not_disturbed_by_writes_during_it(base, pending):
    top, _, model = stack([base, pending])
    for key, _ in top.scan("c", "", "\x7f"):
        top.put("c", key, None)
    assert list(top.scan("c", "", "\x7f")) == []
    assert all(top.get("c", key) is None for key in model)


@given(st.lists(LAYER, max_size=4), KEYS, KEYS)
def test_committed_keys_stay_in_order_whatever_is_written_and_deleted(layers, start, stop):
    committed = MemoryReader()
    for layer in layers:
        committed.apply({"c": layer})
    values = committed.values.get("c", {})
    assert list(committed.scan("c", start, stop)) == sorted(
        (key, value) for key, value in values.items() if start <= key < stop
    )
