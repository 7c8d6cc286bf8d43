from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from wattloom.identity.existence.drawing import draw, seed_of

HASH = "ab" * 32


@given(seed=st.binary(min_size=32, max_size=32), places=st.integers(0, 200), number=st.integers(1, 20))
def test_as_many_different_places_are_drawn_as_there_are(seed, places, number):
    drawn = draw(seed, places=places, number=number)
    assert len(drawn) == len(set(drawn)) == min(places, number)
    assert all(0 <= place < places for place in drawn)


@given(seed=st.binary(min_size=32, max_size=32), places=st.integers(1, 200), number=st.integers(1, 20))
def test_a_larger_draw_begins_with_the_smaller(seed, places, number):
    assert draw(seed, places=places, number=number + 1)[:number] == draw(seed, places=places, number=number)


def test_the_rule_is_the_documented_one():
    """The places of docs/existence.md; whoever changes the rule splits the ledger."""
    seed = seed_of("north", epoch=7, block_hash=HASH)
    assert seed.hex() == "4f27ec90455670f13192c4a5a7a49606dff4d798dcb7ceba779b6716cba25376"
    assert draw(seed, places=1_000, number=5) == [154, 743, 16, 752, 855]


def test_chain_epoch_and_block_each_change_the_draw():
    seeds = {
        seed_of("north", epoch=7, block_hash=HASH),
        seed_of("south", epoch=7, block_hash=HASH),
        seed_of("north", epoch=8, block_hash=HASH),
        seed_of("north", epoch=7, block_hash="ac" * 32),
    }
    assert len(seeds) == 4


def test_no_place_is_favoured():
    draws, places = 4_000, 10
    counted = Counter(
        place
        for epoch in range(draws)
        for place in draw(seed_of("north", epoch=epoch, block_hash=HASH), places=places, number=1)
    )
    expected = draws / places
    chi_squared = sum((counted[place] - expected) ** 2 / expected for place in range(places))
    assert chi_squared < 27.9  # 9 degrees of freedom, exceeded once in a thousand
