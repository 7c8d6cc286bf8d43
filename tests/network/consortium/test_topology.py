from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.network.consortium import topology
from wattloom.network.consortium.reading import parse_spec


def reached(neighbours, without=frozenset()):
    """Return which nodes the first one that is left reaches."""
    first = next(one for one in range(len(neighbours)) if one not in without)
    seen, ahead = {first}, [first]
    while ahead:
        for other in neighbours[ahead.pop()]:
            if other not in seen and other not in without:
                seen.add(other)
                ahead.append(other)
    return seen


def is_connected(neighbours, without=frozenset()):
    return len(reached(neighbours, without)) == len(neighbours) - len(without)


def disjoint_paths(neighbours, source, target):
    """Return how many paths there are that share no node between (Menger: what must fail to part the two)."""
    flow = set()  # directed edges of the split graph that carry one unit: (node, "in") -> (node, "out")

    def steps(place):
        node, side = place
        if side == "out":
            yield from ((other, "in") for other in neighbours[node])
            yield node, "in"
        else:
            yield node, "out"
            yield from ((other, "out") for other in neighbours[node])

    def open_step(one, other):
        forward = (one[1], other[1]) == ("in", "out") if one[0] == other[0] else one[1] == "out"
        return (one, other) not in flow if forward else (other, one) in flow

    count = 0
    while True:
        came, ahead = {(source, "out"): None}, [(source, "out")]
        while ahead and (target, "in") not in came:
            place = ahead.pop()
            for step in steps(place):
                if step not in came and open_step(place, step):
                    came[step] = place
                    ahead.append(step)
        if (target, "in") not in came:
            return count
        place = (target, "in")
        while came[place] is not None:
            before = came[place]
            if (place, before) in flow:
                flow.discard((place, before))
            else:
                flow.add((before, place))
            place = before
        count += 1


@given(st.integers(1, 100))
def test_connections_are_mutual_and_nobody_is_its_own_peer(validators):
    neighbours = topology.mesh(validators)
    for one, others in enumerate(neighbours):
        assert one not in others
        assert len(set(others)) == len(others)
        assert all(one in neighbours[other] for other in others)


@pytest.mark.parametrize("validators", range(1, 10))
def test_up_to_nine_everybody_is_connected_to_everybody(validators):
    assert all(len(others) == validators - 1 for others in topology.mesh(validators))


@given(st.integers(10, 100))
def test_from_ten_up_each_has_more_peers_than_may_fail_and_two_more_at_most(validators):
    failing = topology.tolerated(validators)
    assert all(failing < len(others) <= failing + 2 for others in topology.mesh(validators))


@pytest.mark.parametrize("validators", [10, 11, 12, 13, 16])
def test_whichever_tolerated_validators_fail_the_others_stay_connected(validators):
    neighbours, failing = topology.mesh(validators), topology.tolerated(validators)
    for without in combinations(range(1, validators), failing):
        assert is_connected(neighbours, frozenset(without))


@pytest.mark.parametrize("validators", range(10, 41))
def test_no_two_validators_can_be_parted_by_as_many_as_may_fail(validators):
    neighbours, failing = topology.mesh(validators), topology.tolerated(validators)
    apart = [other for other in range(1, validators) if other not in neighbours[0]]
    assert all(disjoint_paths(neighbours, 0, other) > failing for other in apart)  # a circulant looks alike


@given(st.integers(41, 100), st.randoms(use_true_random=False))
def test_of_many_validators_any_that_may_fail_leave_the_others_connected(validators, random: Random):
    neighbours = topology.mesh(validators)
    beside = [one for one in neighbours[0] if one][: topology.tolerated(validators)]
    assert is_connected(neighbours, frozenset(beside))
    failed = random.sample(range(validators), topology.tolerated(validators))
    assert is_connected(neighbours, frozenset(failed))


def test_observers_follow_more_validators_than_may_fail_and_share_them_out():
    nodes = parse_spec("organisations: [{name: a, validators: 10, observers: 5}]").nodes()
    peers = topology.peers(nodes)
    followed = [peers[f"a-observer-{number}"] for number in range(1, 6)]
    assert all(len(set(each)) == 4 for each in followed)
    assert {name for each in followed for name in each} == {f"a-{number}" for number in range(1, 11)}


def test_a_picture_names_every_node_and_each_connection_once():
    nodes = parse_spec("organisations: [a, b, {name: end, observers: 1}]").nodes()
    picture = topology.mermaid(nodes, topology.peers(nodes))
    assert picture.startswith("graph LR\n")
    assert all(f'"{node.name}"' in picture for node in nodes)
    assert picture.count("---") == 3 + 2
    assert 'subgraph org_end["end"]' in picture
