import pytest

from tests.market.data.samples import homes_csv, write
from wattloom.market.data import table
from wattloom.market.data.errors import DataError
from wattloom.market.data.table import open_table

WANTED = [frozenset({"a", "b"})]


def rows(file):
    return [row.cells for row in open_table(file, WANTED).rows]


@pytest.mark.parametrize("name", ["data.csv", "data.csv.gz"])
def test_plain_and_gzipped_files_read_alike(tmp_path, name):
    file = write(tmp_path / name, ["a,b", "1,2", "", "3,4"])
    assert rows(file) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_a_title_before_the_header_is_passed_over(tmp_path):
    file = write(tmp_path / "data.csv", ["please read the notes,,", "a,b,c", "1,2,3"])
    assert [row.line for row in open_table(file, WANTED).rows] == [3]


@pytest.mark.parametrize(
    ("lines", "says", "line"),
    [
        (["a,c", "1,2"], "the header lacks b; it has a, c", 1),
        (["a,b,b", "1,2,3"], "stands twice in the header", 1),
        (["a,b", "1,2,3"], "has 3 cells where the header has 2", 2),
        ([""], "is empty", None),
        (["a,b", "x" * 70_000], "a line than 65536", None),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path, lines, says, line):
    file = write(tmp_path / "data.csv", lines)
    with pytest.raises(DataError) as refusal:
        rows(file)
    assert says in str(refusal.value)
    assert (refusal.value.file, refusal.value.line) == (file, line)


def test_a_file_that_unpacks_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MAX_CHARACTERS", 1000)
    file = write(tmp_path / "bomb.csv.gz", ["a,b", *["1,2"] * 1000])
    with pytest.raises(DataError, match="longer than 1000 characters"):
        rows(file)


@pytest.mark.parametrize("content", [b"\x1f\x8bbroken", b"a,b\n\xff\xfe,1\n", b'a,b\n"1\x00,2\n'])
def test_broken_files_end_in_our_own_error(tmp_path, content):
    file = tmp_path / "data.csv"
    file.write_bytes(content)
    with pytest.raises(DataError):
        rows(file)


def test_a_truncated_gzip_file_is_refused(tmp_path):
    whole = write(tmp_path / "whole.csv.gz", ["a,b", *(f"{n},{n * n}" for n in range(500))]).read_bytes()
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(whole[:-200])
    with pytest.raises(DataError, match="cannot be read"):
        rows(cut)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        rows(tmp_path / "none.csv")
    with pytest.raises(DataError, match="cannot be read"):
        rows(tmp_path)


def test_the_closest_format_is_named_when_a_column_has_another_unit(tmp_path):
    header = homes_csv()[0].replace("load_kwh", "load_kw")
    file = write(tmp_path / "homes.csv", [header, *homes_csv()[1:]])
    with pytest.raises(DataError) as refusal:
        open_table(file, [frozenset({"slot_start", "home_id", "load_kwh", "pv_kwh"}), *WANTED])
    assert refusal.value.column == "load_kwh"
    assert "load_kw," in refusal.value.problem
