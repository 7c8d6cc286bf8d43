"""One of four validators fails as machines and wires do: the others go on, and nothing is lost."""

import time
from contextlib import contextmanager

import pytest

from tests.network.faults.load import End, Load
from tests.network.waiting import wait_for
from wattloom.network.consortium.add_node import find_state_sync

LONGEST_PAUSE_S = 12.0
"""A dead proposer costs a second or two of its round; the rest is room for slow machines."""


@pytest.fixture
def victim(network):
    return network.nodes[-1]


@contextmanager
def going_on(network, load, victim):
    """Whatever is done to one, the others commit what members send, and nobody waits long."""
    load.wait_acknowledged(5)
    begin_s = time.monotonic()
    yield
    load.wait_acknowledged(15)
    network.wait_blocks(4, network.others(victim))
    assert load.longest_pause_s(begin_s, time.monotonic()) < LONGEST_PAUSE_S


def test_cut_off_from_its_peers(network, examiner, links, victim):
    others = network.others(victim)
    with Load(network, 1, gateways=others) as load:
        with going_on(network, load, victim):
            links.cut()
        with Load(network, 2, payers=["home-5"], gateways=[victim], patience_s=2.0) as alone:
            alone.wait_ended(1, End.UNKNOWN)
        stands = victim.height()
        network.wait_blocks(2, others)
        assert victim.height() == stands < network.height()
        links.mend()
        network.wait_blocks(2)
    assert not alone.ended(End.COMMITTED, End.REFUSED)
    examiner.examine(load.sent + alone.sent)


def test_killed(network, examiner, victim):
    with Load(network, 3) as load:
        with going_on(network, load, victim):
            victim.kill()
        victim.start()
        network.wait_blocks(2)
    examiner.examine(load.sent)


def test_stopped_for_a_while_and_continued(network, examiner, victim):
    with Load(network, 4, gateways=network.others(victim)) as load:
        with going_on(network, load, victim):
            victim.pause()
        victim.resume()
        network.wait_blocks(2)
    examiner.examine(load.sent)


def test_restarted(network, examiner, victim):
    with Load(network, 5) as load:
        with going_on(network, load, victim):
            victim.stop()
        victim.start()
        network.wait_blocks(2)
    examiner.examine(load.sent)


def test_wiped_and_filled_again_from_a_snapshot(network, examiner, victim):
    others = network.others(victim)
    with Load(network, 6, gateways=others) as load:
        with going_on(network, load, victim):
            victim.kill()
            victim.wipe()
        sync = wait_for(lambda: find_state_sync(network.folder), "one of the others has a snapshot")
        victim.follow_snapshot(sync)
        victim.start()
        network.wait_blocks(2)
        victim.follow_snapshot(None)
    assert victim.oldest_block() > 1, "it has executed every block"
    examiner.joined_at[victim.name] = victim.oldest_block() - 1
    examiner.examine(load.sent)


def test_wiped_and_filled_again_from_the_others_blocks(network, examiner, victim):
    with Load(network, 7) as load:
        with going_on(network, load, victim):
            victim.kill()
            victim.wipe()
        victim.start()
        network.wait_blocks(2)
    examiner.joined_at.pop(victim.name, None)
    examiner.examine(load.sent)
