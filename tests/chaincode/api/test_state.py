import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaincode.api.sample import ALICE, Note, Window, ledger, sample
from wattloom.chaincode.api import InvalidArgument, NotFound, Page, State
from wattloom.chaincode.api.overlay import MemoryReader, Overlay
from wattloom.chaincode.api.state import MAX_PAGE, MAX_VALUE_BYTES
from wattloom.chaincode.testing import MemoryLedger

NAMES = st.lists(st.from_regex(r"\A[a-c0-9-]{1,4}\Z"), max_size=25, unique=True)


def state(read_only: bool = False) -> State:
    return State(Overlay(MemoryReader()), "sample", read_only=read_only)


@given(NAMES, st.integers(1, 7))
def test_the_pages_of_a_range_are_the_range(names, limit):
    it = MemoryLedger([sample])
    for name in names:
        it.submit(ALICE, "sample:put", Note(key=name))
    items, bookmark = [], ""
    while True:
        page = it.evaluate(ALICE, "sample:pages", Window(limit=limit, bookmark=bookmark), Page[Note])
        items += [note.key for note in page.items]
        assert len(page.items) <= limit
        if not page.bookmark:
            break
        assert len(page.items) == limit
        bookmark = page.bookmark
    assert items == sorted(names)


def test_a_range_ends_where_the_partial_key_does():
    it = state()
    for key in ["note/a", "note/a/x", "note/b", "notes/a", "other"]:
        it.put(key, Note(key=key))
    assert [key for key, _ in it.range(Note, "note")] == ["note/a", "note/a/x", "note/b"]
    assert [key for key, _ in it.range(Note, "note", "a")] == ["note/a/x"]
    assert len(list(it.range(Note))) == 5


@pytest.mark.parametrize("limit", [0, -1, MAX_PAGE + 1])
def test_a_page_has_a_bounded_length(limit):
    it = ledger()
    with pytest.raises(InvalidArgument, match="limit is between 1 and 1000"):
        it.evaluate(ALICE, "sample:pages", Window(limit=limit), Page[Note])


@pytest.mark.parametrize("bookmark", ["notes/a", "a", "\x7f"])
def test_a_bookmark_of_another_range_is_refused(bookmark):
    it = ledger()
    with pytest.raises(InvalidArgument, match="another range"):
        it.evaluate(ALICE, "sample:pages", Window(limit=1, bookmark=bookmark), Page[Note])


def test_what_is_not_there_is_not_found_and_names_its_key():
    it = state()
    with pytest.raises(NotFound) as refusal:
        it.get("note/a", Note)
    assert refusal.value.details == {"key": "sample:note/a"}
    assert it.find("note/a", Note) is None


def test_a_deleted_record_is_gone():
    it = state()
    it.put("note/a", Note(key="a"))
    it.delete("note/a")
    assert not it.exists("note/a")


def test_deleting_what_is_not_there_is_a_bug():
    it = state()
    with pytest.raises(KeyError):
        it.delete("note/a")


def test_a_record_beyond_the_limit_is_refused():
    it = state()
    frame = len(b'{"key":"a","text":""}')
    it.put("note/a", Note(key="a", text="x" * (MAX_VALUE_BYTES - frame)))
    with pytest.raises(InvalidArgument, match="the limit is"):
        it.put("note/a", Note(key="a", text="x" * (MAX_VALUE_BYTES - frame + 1)))


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_1_to_200_bytes(key):
    it = state()
    with pytest.raises(ValueError, match="1 to 200 bytes"):
        it.put(key, Note(key="a"))


def test_a_state_for_reading_is_not_written():
    it = state(read_only=True)
    with pytest.raises(TypeError, match="a query writes sample:note/a"):
        it.put("note/a", Note(key="a"))
