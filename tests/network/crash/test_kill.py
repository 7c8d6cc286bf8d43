"""`kill -9` at any instant: nothing acknowledged is lost, nothing is applied twice."""

import re
import signal

import pytest

from tests.network.crash.trial import REPOSITORY

LONGEST_RUN_S = 0.4
START_UP_S = 1.0

POINTS = ["proposed", "executed", "signed", "state written", "block written", "durable", "announced"]


def kill_at_random(trial, *, kills):
    for number in range(kills):
        in_start_up = number % 6 == 5
        moment_s = trial.draw.uniform(0, START_UP_S if in_start_up else LONGEST_RUN_S)
        crash = trial.crash(trial.make_load(400), after_s=moment_s, from_start=in_start_up)
        assert crash.exit_code == -signal.SIGKILL
        trial.survive(crash)
    trial.verify()


def test_a_ledger_killed_at_random_instants_loses_nothing(make_trial):
    trial = make_trial(1)
    kill_at_random(trial, kills=6)
    assert trial.acknowledged


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 6))
def test_a_ledger_killed_a_hundred_times_loses_nothing(make_trial, seed):
    trial = make_trial(seed)
    kill_at_random(trial, kills=30)
    assert len(trial.acknowledged) > 1_000


def kill_at_each_point(trial, *, rounds):
    for _ in range(rounds):
        for point in POINTS:
            crash = trial.crash(
                trial.make_load(200), "--die-at", point, "--nth", str(trial.draw.randint(1, 5))
            )
            (words,) = [crash.said("at")]
            assert words[:-1] == point.split()
            assert trial.examine().height == int(words[-1]), (
                "the store stands at another height than was committed"
            )
            trial.send_again(crash)
    trial.verify()


def test_a_ledger_killed_in_each_stage_of_a_commit_loses_nothing(make_trial):
    kill_at_each_point(make_trial(10), rounds=1)


@pytest.mark.soak
def test_a_ledger_killed_many_times_in_each_stage_of_a_commit_loses_nothing(make_trial):
    kill_at_each_point(make_trial(11), rounds=15)


def test_every_failpoint_of_the_sequencer_is_among_those_that_are_tried():
    source = (REPOSITORY / "wattloom/network/solo/sequencer.py").read_text()
    assert sorted(re.findall(r'failpoints\.reach\("([^"]+)"\)', source)) == sorted(POINTS)
