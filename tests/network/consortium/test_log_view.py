from itertools import islice

from wattloom.network.consortium.log_view import last_lines, tail


def test_the_last_lines_are_shown(tmp_path):
    (tmp_path / "log").write_text("".join(f"{number}\n" for number in range(100)))
    assert last_lines(tmp_path / "log", 3) == ["97", "98", "99"]
    assert last_lines(tmp_path / "log", 0) == []


def test_a_log_that_is_not_there_has_no_lines(tmp_path):
    assert last_lines(tmp_path / "log", 3) == []


def test_lines_are_named_by_their_log(tmp_path):
    (tmp_path / "a").write_text("one\n")
    (tmp_path / "b").write_text("two\n")
    paths = {name: tmp_path / name for name in "ab"}
    assert list(tail(paths, lines=5, follow=False)) == [("a", "one"), ("b", "two")]


def test_what_is_added_follows_in_whole_lines_also_in_a_log_that_begins_anew(tmp_path):
    log = tmp_path / "log"
    log.write_text("old\nbeg")
    lines = tail({"a": log}, lines=1, follow=True)
    assert next(lines) == ("a", "old")
    log.write_text("old\nbegun\n")
    assert next(lines) == ("a", "begun")
    log.write_text("new\n")
    assert list(islice(lines, 1)) == [("a", "new")]
