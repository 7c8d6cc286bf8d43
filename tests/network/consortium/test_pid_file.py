import os
import subprocess
import sys

import pytest

from wattloom.network.consortium.pid_file import ProcessMark, running, write_mark


@pytest.fixture
def child():
    """Return a process that runs until it is told to end."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.stdin.close()


def test_a_process_that_runs_is_found_again(tmp_path, child):
    write_mark(tmp_path / "pid", ProcessMark.of(child.pid))
    assert running(tmp_path / "pid") == ProcessMark.of(child.pid)


def test_a_process_that_has_ended_is_not(tmp_path, child):
    write_mark(tmp_path / "pid", ProcessMark.of(child.pid))
    child.kill()
    child.wait()
    assert running(tmp_path / "pid") is None


def test_a_child_that_has_ended_and_was_not_waited_for_is_not(tmp_path):
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", ""], os.environ)
    mark = ProcessMark.of(pid)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert not mark.is_running


def test_another_process_that_was_given_the_same_id_later_is_not_taken_for_it(tmp_path, child):
    write_mark(tmp_path / "pid", ProcessMark(pid=child.pid, started="earlier"))
    assert running(tmp_path / "pid") is None


@pytest.mark.parametrize("content", [b"", b"17", b'{"pid": "x", "started": ""}', b"\xff"])
def test_a_file_that_is_no_mark_names_no_process(tmp_path, content):
    (tmp_path / "pid").write_bytes(content)
    assert running(tmp_path / "pid") is None


def test_no_file_names_no_process(tmp_path):
    assert running(tmp_path / "pid") is None
