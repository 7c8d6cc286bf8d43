import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.identity import handles

CERTIFICATE = b"abc"
DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_client_id_is_the_whole_sha_256_in_lower_case():
    assert handles.client_id(CERTIFICATE) == DIGEST


def test_an_lfdi_is_its_leftmost_160_bits():
    assert handles.lfdi(CERTIFICATE) == DIGEST[:40]


@pytest.mark.parametrize(
    ("lfdi", "sfdi"),
    [
        ("3e4f45ab31edfe5b67e343e5e4562e31984e23e5", "167261211391"),  # IEEE 2030.5's own example
        ("0" * 40, "000000000000"),
        ("f" * 40, "687194767357"),
        ("000000001" + "f" * 31, "000000000019"),
    ],
)
def test_an_sfdi_is_its_leftmost_36_bits_with_a_check_digit(lfdi, sfdi):
    assert handles.sfdi(lfdi) == sfdi


@given(st.binary(min_size=1, max_size=50))
def test_every_sfdi_has_twelve_digits_whose_sum_ends_in_0(certificate):
    sfdi = handles.sfdi(handles.lfdi(certificate))
    assert len(sfdi) == 12
    assert sum(map(int, sfdi)) % 10 == 0
