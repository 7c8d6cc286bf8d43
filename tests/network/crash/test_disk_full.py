"""A disk without room: the ledger stops, acknowledges nothing more, and goes on once there is room."""

import pytest

from tests.network.crash.storage import Disk


def stops_and_goes_on(trial, crash):
    reason, then, height = crash.said("stopped")
    assert (crash.exit_code, reason, then) == (0, "StorageFull", "EngineStopped")
    assert len(crash.acks) < len(crash.load)
    assert trial.examine().height == int(height), (
        "the store holds more, or less, than the ledger had committed"
    )
    trial.send_again(crash)
    trial.verify()


@pytest.mark.parametrize("bytes_more", [0, 60_000, pytest.param(150_000, marks=pytest.mark.soak)])
def test_a_limit_on_the_size_of_files_stops_the_ledger_without_loss(make_trial, bytes_more):
    trial = make_trial(30)
    limit = ("--limit-growth", str(bytes_more))
    stops_and_goes_on(trial, trial.crash(trial.make_load(700), "--until-stopped", *limit))


@pytest.mark.parametrize(
    "writes_still_passing",
    [0, 2, *(pytest.param(count, marks=pytest.mark.soak) for count in (1, 3, 4, 5, 6))],
)
def test_a_disk_that_fills_up_at_any_write_of_a_commit_stops_the_ledger_without_loss(
    make_trial, shim, tmp_path, writes_still_passing
):
    trial = make_trial(31 + writes_still_passing)
    disk = Disk(shim, root=trial.folder.path, journal=tmp_path / "journal")
    fill = (20, disk.full_path, str(writes_still_passing))
    load = trial.make_load(700)
    stops_and_goes_on(
        trial, trial.crash(load, "--until-stopped", environment=disk.environment(), on_ack=fill)
    )
