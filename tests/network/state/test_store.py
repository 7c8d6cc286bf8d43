import os
import signal
import stat
import subprocess
import sys
import threading

import pytest

from wattloom.chaincode.api.errors import MachineFault
from wattloom.network.state import META, StorageFailed, StorageFull, StorageInUse, Store

HOLDER = """
import sys
from pathlib import Path
from wattloom.network.state import Store
with Store(Path(sys.argv[1]), read_only=sys.argv[2] == "read") as store:
    snapshot = store.snapshot()
    print("open", flush=True)
    sys.stdin.read()
"""

LIMITED = """
import resource, sys
from pathlib import Path
from wattloom.network.state import META, StorageFull, Store
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)

def fill(store, rows):
    with store.batch() as batch:
        for row in range(rows):
            batch.put(META, b"row%d" % row, bytes(1000))

with Store(Path(sys.argv[1])) as store:
    fill(store, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, unlimited[1]))
    try:
        fill(store, 3000)
    except StorageFull as error:
        print(error)
    with store.snapshot() as snapshot:
        print("rows", snapshot.count(META))
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    fill(store, 3000)
    with store.snapshot() as snapshot:
        print("rows", snapshot.count(META))
"""


class Dropped(Exception):
    pass


def put(store, **values):
    with store.batch() as batch:
        for key, value in values.items():
            batch.put(META, key.encode(), value)


def rows(store):
    with store.snapshot() as snapshot:
        return dict(snapshot.items(META))


def hold(path, how):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "open\n"
    return process


def end(process):
    process.communicate()
    process.stdout.close()


def test_a_batch_is_there_after_opening_again(tmp_path):
    with Store(tmp_path / "data") as store:
        put(store, a=b"1", b=b"2")
    with Store(tmp_path / "data") as store:
        assert rows(store) == {b"a": b"1", b"b": b"2"}


def test_a_batch_that_raises_leaves_nothing(store):
    put(store, a=b"1")
    called = []

    def write_and_raise():
        with store.batch() as batch:
            batch.on_durable(lambda: called.append("durable"))
            batch.put(META, b"a", b"2")
            batch.put("blocks", b"b", b"3")
            raise Dropped

    with pytest.raises(Dropped):
        write_and_raise()
    with store.snapshot() as snapshot:
        assert (snapshot.get(META, b"a"), snapshot.get("blocks", b"b")) == (b"1", None)
    assert called == []


def test_callbacks_come_after_the_batch_is_visible_and_in_order(store):
    seen = []
    with store.batch() as batch:
        batch.put(META, b"a", b"1")
        batch.on_durable(lambda: seen.append(rows(store)))
        batch.on_durable(lambda: seen.append("second"))
        assert seen == []
    assert seen == [{b"a": b"1"}, "second"]


def test_a_snapshot_keeps_its_moment_in_any_thread(store):
    put(store, a=b"old")
    found = []
    with store.snapshot() as before:
        with store.batch() as batch:
            batch.put(META, b"a", b"new")
            reader = threading.Thread(target=lambda: found.append((before.get(META, b"a"), rows(store))))
            reader.start()
            reader.join()
        assert before.get(META, b"a") == b"old"
    assert found == [(b"old", {b"a": b"old"})]
    assert rows(store) == {b"a": b"new"}


def test_a_second_writer_thread_waits_for_the_first(store):
    began = threading.Event()
    order = []

    def second():
        began.set()
        with store.batch():
            order.append("second")

    with store.batch():
        thread = threading.Thread(target=second)
        thread.start()
        began.wait()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_thread_cannot_open_a_batch_within_its_own(store):
    with store.batch(), pytest.raises(RuntimeError, match="already"):
        store.batch().__enter__()
    put(store, a=b"1")
    assert rows(store) == {b"a": b"1"}


def test_a_second_process_cannot_write_the_same_folder(tmp_path):
    holder = hold(tmp_path / "data", "write")
    try:
        with pytest.raises(StorageInUse, match="another process is writing it"):
            Store(tmp_path / "data")
        with Store(tmp_path / "data", read_only=True) as reader:
            assert rows(reader) == {}
    finally:
        end(holder)
    with Store(tmp_path / "data") as store:
        put(store, a=b"1")


def test_the_same_process_cannot_open_a_folder_twice_for_writing(store):
    with pytest.raises(StorageInUse):
        Store(store.path)


def test_a_reader_that_was_killed_frees_its_pages(tmp_path):
    with Store(tmp_path / "data") as store:
        put(store, a=b"1")
        holder = hold(tmp_path / "data", "read")
        assert str(holder.pid) in store._environment.readers()
        holder.send_signal(signal.SIGKILL)
        end(holder)
        put(store, a=b"2")
        assert str(holder.pid) not in store._environment.readers()


def test_only_the_owner_reads_the_folder(tmp_path):
    before = os.umask(0)
    try:
        with Store(tmp_path / "data") as store:
            put(store, a=b"1")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert modes == {"data.mdb": 0o600, "lock.mdb": 0o600, "writer.lock": 0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_full_disk_refuses_the_batch_and_the_store_goes_on_once_there_is_room(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, tmp_path / "data"], capture_output=True, text=True, check=True
    )
    sentence, before, after = ran.stdout.splitlines()
    assert "free space on its disk or raise the quota" in sentence
    assert (before, after) == ("rows 1", "rows 3000")


def test_a_full_map_refuses_the_batch_whole(tmp_path):
    with Store(tmp_path / "data", map_bytes=1 << 20) as store:
        put(store, a=b"1")
        with pytest.raises(StorageFull, match="address space") as refusal:
            put(store, a=b"2", big=bytes(2 << 20))
        assert rows(store) == {b"a": b"1"}
        put(store, a=b"3")
        assert rows(store) == {b"a": b"3"}
    assert isinstance(refusal.value, MachineFault)


def test_the_map_grows_with_what_is_stored_once_nobody_reads(tmp_path):
    with Store(tmp_path / "data", map_bytes=1 << 20) as store:
        reader = store.snapshot()
        put(store, a=bytes(600 << 10))
        put(store, b=b"still in the first map")
        assert store._environment.info()["map_size"] == 1 << 20
        reader.close()
        for key in "cdefgh":
            put(store, **{key: bytes(500 << 10)})
        assert len(rows(store)) == 8


def test_a_snapshot_that_is_dropped_ends(tmp_path):
    with Store(tmp_path / "data", map_bytes=1 << 20) as store:
        store.snapshot().get(META, b"a")
        put(store, a=bytes(600 << 10))
        put(store, b=b"1")
        assert store._environment.info()["map_size"] == 2 << 20


def test_reading_where_there_is_no_store_is_refused(tmp_path):
    with pytest.raises(StorageFailed, match="No such file"):
        Store(tmp_path / "nothing", read_only=True)
    assert not (tmp_path / "nothing").exists()


def test_a_store_that_is_read_only_refuses_a_batch(tmp_path):
    Store(tmp_path / "data").close()
    with Store(tmp_path / "data", read_only=True) as store, pytest.raises(StorageFailed):
        store.batch().__enter__()


def test_a_folder_that_cannot_be_made_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageFailed, match="choose a folder"):
        Store(tmp_path / "file" / "data")


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "data.mdb").write_bytes(b"not a store" * 1000)
    with pytest.raises(StorageFailed):
        Store(tmp_path)


def test_a_closed_store_reads_and_writes_no_more(tmp_path):
    store = Store(tmp_path / "data")
    snapshot = store.snapshot()
    store.close()
    snapshot.close()
    with pytest.raises(StorageFailed):
        store.snapshot()
    with pytest.raises(StorageFailed):
        store.batch().__enter__()
