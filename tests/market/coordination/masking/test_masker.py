"""What a home masks for, and what it refuses."""

import numpy as np
import pytest

from tests.market.coordination.masking.samples import (
    NO_VETOES,
    SESSION,
    ask,
    masked,
    maskers,
    roster_of,
    signed_keys,
    summed,
)
from wattloom.market.coordination.masking.errors import (
    AskedAgain,
    MasksLeft,
    NothingAsked,
    NotRepresentable,
    RosterRefused,
)
from wattloom.market.coordination.masking.masker import Masker

OWN = "community.home0001"


def test_after_a_drop_out_the_rest_sum_up_to_their_own_sum():
    made = maskers(5)
    ask(made, b"the one that is given up")
    masked(made, np.ones((5, 2)))
    made.pop("community.home0002")
    for masker in made.values():
        masker.drop_out({"community.home0002"})
    ask(made)
    assert summed(masked(made, [[1, 10], [2, 20], [3, 30], [4, 40]]), 2).sums.tolist() == [10.0, 100.0]


@pytest.mark.parametrize("told", ["another question", "another roster"])
def test_homes_that_were_told_different_things_sum_up_to_noise(told):
    made = maskers(4)
    if told == "another roster":
        made[OWN].drop_out({"community.home0004"})
    ask(made)
    if told == "another question":
        made = maskers(4)
        for party_id, masker in made.items():
            masker.hear(b"a price" if party_id == OWN else b"another price")
    with pytest.raises(MasksLeft):
        summed(masked(made, np.ones((4, 1))), 1)


def test_a_difference_in_the_past_is_not_forgotten():
    made = maskers(4)
    made[OWN].hear(b"a step for you alone")
    ask(made)
    with pytest.raises(MasksLeft):
        summed(masked(made, np.ones((4, 1))), 1)


def test_homes_that_heard_of_a_drop_out_at_different_times_sum_up_to_noise():
    made = maskers(4)
    del made["community.home0004"]
    for party_id, masker in made.items():
        if party_id != OWN:
            masker.drop_out({"community.home0004"})
        masker.hear(b"?")
    made[OWN].drop_out({"community.home0004"})
    ask(made)
    with pytest.raises(MasksLeft):
        summed(masked(made, np.ones((3, 1))), 1)


def test_what_was_answered_among_more_homes_is_not_answered_among_fewer():
    masker = maskers(5)[OWN]
    for question in (b"first", b"second", b"first"):
        masker.hear(question)
        masker.mask(np.ones(1), NO_VETOES)
    masker.drop_out({"community.home0003"})
    masker.hear(b"third")
    masker.mask(np.ones(1), NO_VETOES)
    masker.drop_out({"community.home0004"})
    for question in (b"first", b"second", b"third"):
        with pytest.raises(AskedAgain):
            masker.hear(question)
    masker.hear(b"fourth")


def test_a_question_is_answered_once():
    masker = maskers(3)[OWN]
    masker.hear(b"?")
    masker.mask(np.ones(1), NO_VETOES)
    with pytest.raises(NothingAsked):
        masker.mask(np.ones(1), NO_VETOES)


def test_a_question_from_before_the_roster_changed_is_not_answered():
    masker = maskers(4)[OWN]
    masker.hear(b"?")
    masker.drop_out({"community.home0003"})
    with pytest.raises(NothingAsked):
        masker.mask(np.ones(1), NO_VETOES)


def test_nothing_leaves_without_a_roster():
    (key, *_), _ = signed_keys()
    masker = Masker(OWN, key, SESSION)
    masker.hear(b"?")
    with pytest.raises(NothingAsked):
        masker.mask(np.ones(1), NO_VETOES)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_not_masked(value):
    masker = maskers(3)[OWN]
    masker.hear(b"?")
    with pytest.raises(NotRepresentable):
        masker.mask(np.array([value]), NO_VETOES)


def test_a_roster_with_another_key_in_the_home_s_place_is_refused():
    (key, *_), _ = signed_keys()
    _, others = signed_keys()
    with pytest.raises(RosterRefused, match="own key"):
        Masker(OWN, key, SESSION).admit(roster_of(others))


def test_a_second_roster_is_refused():
    keys, entries = signed_keys()
    masker = Masker(OWN, keys[0], SESSION)
    masker.admit(roster_of(entries[:4]))
    for later in (entries, entries[:4]):
        with pytest.raises(RosterRefused, match="one roster"):
            masker.admit(roster_of(later))


@pytest.mark.parametrize("gone", [[OWN], ["community.home0099"], []])
def test_only_others_on_the_roster_can_drop_out(gone):
    with pytest.raises(RosterRefused):
        maskers(4)[OWN].drop_out(gone)


def test_nobody_drops_out_before_there_is_a_roster():
    (key, *_), _ = signed_keys()
    with pytest.raises(RosterRefused, match="no roster"):
        Masker(OWN, key, SESSION).drop_out(["community.home0002"])


def test_a_roster_without_the_home_is_refused():
    keys, entries = signed_keys()
    with pytest.raises(RosterRefused, match="own key"):
        Masker(OWN, keys[0], SESSION).admit(roster_of(entries[1:]))


def test_fewer_than_three_homes_are_refused():
    _, entries = signed_keys()
    with pytest.raises(RosterRefused, match="2 homes"):
        roster_of(entries[:2])
    with pytest.raises(RosterRefused, match="2 homes"):
        roster_of(entries[:3]).without({OWN})
