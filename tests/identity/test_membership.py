import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.identity.errors import IdentityRejected, InvalidRequest
from wattloom.identity.membership import Membership, decode_membership, encode_membership, name_problem

ROLES = st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True)
NAMES = st.from_regex(r"[a-z0-9._-]{1,32}", fullmatch=True)
VALUES = st.from_regex(r"[ -~]{0,64}", fullmatch=True)


@given(ROLES, st.dictionaries(NAMES, VALUES, max_size=16))
def test_what_is_encoded_is_read_back(role, attributes):
    assert decode_membership(encode_membership(role, attributes)) == Membership(role, attributes)


@given(ROLES, st.dictionaries(NAMES, VALUES, max_size=16))
def test_the_order_of_attributes_does_not_change_the_bytes(role, attributes):
    assert encode_membership(role, attributes) == encode_membership(role, dict(reversed(attributes.items())))


def test_the_form_is_canonical_json_in_a_utf8_string():
    encoded = encode_membership("participant", {"b": 'say "x"', "a": "1"})
    assert encoded == b'\x0c\x42{"attributes":{"a":"1","b":"say \\"x\\""},"role":"participant"}'.replace(
        b"\x42", bytes([len(encoded) - 2])
    )


@given(st.binary(max_size=200))
def test_noise_is_refused_in_our_words(noise):
    with pytest.raises(IdentityRejected):
        decode_membership(noise)


@pytest.mark.parametrize(
    ("role", "attributes", "field"),
    [
        ("Admin", {}, "role"),
        ("", {}, "role"),
        ("a" * 33, {}, "role"),
        ("a\n", {}, "role"),
        ("a", {"": "x"}, "attribute"),
        ("a", {"K": "x"}, "attribute"),
        ("a", {"k": "x" * 65}, "attribute k"),
        ("a", {"k": "é"}, "attribute k"),
        ("a", {f"k{i}": "" for i in range(17)}, "attributes"),
    ],
)
def test_what_would_be_refused_is_not_issued(role, attributes, field):
    with pytest.raises(InvalidRequest, match=f"^{field}:|^{field} "):
        encode_membership(role, attributes)


@pytest.mark.parametrize("name", ["", "A", "a b", "a_b", "a" * 65, "ä", "a\n", "\u0430"])
def test_a_name_outside_the_character_set_is_told(name):
    assert name_problem("name", name)


@pytest.mark.parametrize("name", ["a", "home-1", "0", "-", "a" * 64])
def test_a_name_within_it_is_fine(name):
    assert name_problem("name", name) is None
