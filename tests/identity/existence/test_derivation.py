from hypothesis import given
from hypothesis import strategies as st

from wattloom.identity.existence.derivation import ORDER, scalar

BYTES = st.binary(min_size=32, max_size=32)


@given(secret=BYTES, salt=BYTES, index=st.integers(0, 1_023))
def test_every_key_is_a_private_number_of_the_curve(secret, salt, index):
    assert 1 <= scalar(secret, salt, index) < ORDER


@given(secret=BYTES, salt=BYTES, other=BYTES)
def test_keys_differ_by_place_tree_and_meter(secret, salt, other):
    keys = {scalar(secret, salt, 0), scalar(secret, salt, 1)}
    if other not in (secret, salt):
        keys |= {scalar(other, salt, 0), scalar(secret, other, 0)}
        assert len(keys) == 4
    assert len(keys) >= 2
