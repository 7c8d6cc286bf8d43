from hashlib import sha256

import pytest

from wattloom.identity.errors import KeyFileError
from wattloom.identity.keys import SigningKey
from wattloom.identity.log.heads import TreeHead, sign_head
from wattloom.identity.log.monitor import AnnouncedInFile, LogForked, Monitor, Seen
from wattloom.identity.log.tree import LogTree
from wattloom.identity.merkle import leaf_hash

KEY = SigningKey.generate()


class Log:
    """A log in memory, which can be made to lie."""

    def __init__(self, entries=()):
        self.kept, self.announced, self.key, self.page = [], set(), KEY, 100
        self.add(*entries)

    def add(self, *entries, announce=True):
        self.kept += entries
        if announce:
            self.announced |= {sha256(entry).hexdigest() for entry in entries}

    def head(self):
        root = LogTree(map(leaf_hash, self.kept)).root()
        return sign_head(self.key, tree_size=len(self.kept), root_hash=root, timestamp_s=1)

    def entries(self, first_index, limit):
        return self.kept[first_index : first_index + min(limit, self.page)]

    def among(self, certificate_ids):
        return self.announced.intersection(certificate_ids)


def names(count, start=0):
    return [f"certificate {number}".encode() for number in range(start, start + count)]


def look(log, seen=Seen(), *, now_s=0, grace_s=100):  # noqa: B008 - never changed
    return Monitor(log, KEY.public_key, log, grace_s=grace_s).look(seen, now_s=now_s)


@pytest.mark.parametrize("sizes", [(0,), (1,), (7,), (0, 1, 2, 3, 8, 9, 250), (250, 250, 251)])
def test_a_log_that_grows_is_followed_from_look_to_look(sizes):
    log, seen = Log(), Seen()
    for size in sizes:
        log.add(*names(size - len(log.kept), len(log.kept)))
        seen, late = look(log, seen)
        assert (seen.tree_size, seen.root, late) == (size, log.head().root_hash, [])


def test_an_entry_that_nobody_announced_is_named_once_its_time_is_over():
    log = Log(names(5))
    log.add(b"secret", announce=False)
    seen, late = look(log, now_s=0)
    assert (late, [each.der for each in seen.pending]) == ([], [b"secret"])
    seen, late = look(log, seen, now_s=99)
    assert late == []
    seen, late = look(log, seen, now_s=100)
    assert [(each.leaf_index, each.certificate_id) for each in late] == [(5, sha256(b"secret").hexdigest())]
    log.announced.add(late[0].certificate_id)
    assert look(log, seen, now_s=200)[0].pending == ()


def test_a_head_that_another_key_has_signed_is_an_alarm():
    log = Log(names(3))
    log.key = SigningKey.generate()
    with pytest.raises(LogForked, match="tree head"):
        look(log)


def test_a_log_that_was_cut_is_an_alarm():
    log = Log(names(5))
    seen, _ = look(log)
    log.kept.pop()
    with pytest.raises(LogForked, match="has 4 entries, had 5"):
        look(log, seen)


@pytest.mark.parametrize("place", range(5))
def test_a_past_that_was_rewritten_is_an_alarm(place):
    log = Log(names(5))
    seen, _ = look(log)
    log.kept[place] = b"another"
    with pytest.raises(LogForked, match="do not have the root"):
        look(log, seen)
    log.add(*names(3, 5))
    with pytest.raises(LogForked, match="do not have the root"):
        look(log, seen)


def test_entries_that_are_not_those_of_the_head_are_an_alarm():
    log = Log(names(5))
    honest = log.head()
    log.kept[2] = b"shown instead"
    log.head = lambda: honest
    with pytest.raises(LogForked, match="do not have the root"):
        look(log)


def test_entries_that_are_held_back_are_an_alarm():
    log = Log(names(5))
    log.page = 0
    with pytest.raises(LogForked, match="holds back its entries from 0 on"):
        look(log)


def test_a_head_out_of_range_is_an_alarm():
    log = Log()
    log.head = lambda: TreeHead(1, b"short", 0, bytes(64))
    with pytest.raises(LogForked, match="out of range"):
        look(log)


def test_what_was_seen_is_kept_in_a_file(tmp_path):
    log = Log(names(11))
    log.add(b"secret", announce=False)
    path = tmp_path / "seen.json"
    assert Seen.load(path) == Seen()
    seen, _ = look(log, Seen.load(path))
    seen.save(path)
    assert Seen.load(path) == seen
    path.write_text("{")
    with pytest.raises(KeyFileError, match="no state of a monitor"):
        Seen.load(path)


def test_a_file_names_what_was_announced(tmp_path):
    path = tmp_path / "announced"
    path.write_text("AB\ncd\n")
    assert AnnouncedInFile(path).among(["ab", "ef"]) == {"ab"}
    with pytest.raises(KeyFileError, match="no list of certificates"):
        AnnouncedInFile(tmp_path / "absent")
