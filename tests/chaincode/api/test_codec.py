import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.chaincode.api import Record
from wattloom.chaincode.api.codec import MalformedRecord, decode, encode


class Thing(Record, frozen=True, kw_only=True):
    zeta: int
    alpha: dict[str, str]


THINGS = st.builds(Thing, zeta=st.integers(-(2**63), 2**63 - 1), alpha=st.dictionaries(st.text(), st.text()))


@given(THINGS)
def test_a_record_comes_back_as_it_was(thing):
    assert decode(encode(thing), Thing) == thing


@given(THINGS)
def test_a_record_has_one_form_whatever_the_order_of_its_parts(thing):
    turned = Thing(alpha=dict(reversed(thing.alpha.items())), zeta=thing.zeta)
    assert encode(turned) == encode(thing)


def test_the_form_is_json_with_sorted_keys_and_no_spaces():
    assert encode(Thing(zeta=1, alpha={"b": "", "a": "ü"})) == '{"alpha":{"a":"ü","b":""},"zeta":1}'.encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [(b'{"zeta":1.5,"alpha":{}}', "zeta"), (b'{"zeta":1}', "alpha"), (b'{"zeta":1,"alpha":{},"x":0}', "x")],
)
def test_a_malformed_record_says_where(data, said):
    with pytest.raises(MalformedRecord, match=said):
        decode(data, Thing)
