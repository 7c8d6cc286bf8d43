"""Validators killed at random instants under load: what was acknowledged stays, and nothing counts twice."""

import os
import random
import signal
import time

import pytest

from tests.network.faults.load import End, Load

LONGEST_CALM_S = 1.5


def kill_application(node):
    os.kill(node.pid, signal.SIGKILL)


def kill_engine(node):
    """Kill the engine alone; the node where it has not come to start one yet."""
    engines = [pid for pid in node.group() if pid != node.pid]
    for pid in engines or [node.pid]:
        os.kill(pid, signal.SIGKILL)


def kill_both(node):
    node.signal(signal.SIGKILL)


def kill_at_random(network, examiner, *, kills, seed):
    """Kill so many times, each time one of four, more seldom two, or all; begin each anew at once."""
    draw = random.Random(seed)
    with Load(network, seed) as load:
        for _ in range(kills):
            load.wait_acknowledged(1)
            time.sleep(draw.uniform(0, LONGEST_CALM_S))  # the instant is what is to be arbitrary
            victims = draw.sample(network.nodes, draw.choices([1, 2, 4], [8, 2, 1])[0])
            kill = draw.choice([kill_application, kill_engine, kill_both])
            for victim in victims:
                kill(victim)
            for victim in victims:
                victim.wait_ended()
                victim.spawn()
        load.wait_acknowledged(10)
    examiner.examine(load.sent)
    return load


def test_validators_killed_at_random_instants_lose_nothing(network, examiner):
    load = kill_at_random(network, examiner, kills=6, seed=1)
    assert load.ended(End.COMMITTED)


@pytest.mark.soak
def test_validators_killed_two_hundred_times_lose_nothing(network, examiner):
    load = kill_at_random(network, examiner, kills=200, seed=2)
    assert len(load.sent) > 1_000
