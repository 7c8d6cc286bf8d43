"""Edge cases of ECDSA, in the manner of Project Wycheproof; made, so that each is what its title says.

With hash e of a message, a point R and a number s, (r, s) is the signature of the key (s R - e G) / r: so
the extremes of r and s can be had with a good key. Two libraries are asked: ours, and `ecdsa`.
"""

import hashlib

import ecdsa
import pytest
from ecdsa.ellipticcurve import INFINITY, PointJacobi
from ecdsa.numbertheory import SquareRootError, square_root_mod_prime
from ecdsa.util import sigdecode_string

from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.signatures import HALF_ORDER, ORDER, VerifyingKey

CURVE = ecdsa.NIST256p.curve
G = ecdsa.NIST256p.generator
P = CURVE.p()
MESSAGE = b"ten watt-hours"
E = int.from_bytes(hashlib.sha256(MESSAGE).digest(), "big")


def wire(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def point_at(x):
    """Return the first point whose x is `x` or above it."""
    while True:
        try:
            y = square_root_mod_prime((x**3 + CURVE.a() * x + CURVE.b()) % P, P)
            return PointJacobi(CURVE, x, y, 1, ORDER)
        except SquareRootError:
            x += 1


def key_for(point, s):
    """Return the key of which (x of `point`, s) is the signature over the message, and that r."""
    r = point.x() % ORDER
    public = (point * s + G * (-E % ORDER)) * pow(r, -1, ORDER)
    return ecdsa.VerifyingKey.from_public_point(public.to_affine(), ecdsa.NIST256p, hashlib.sha256), r


def by_ours(key, signature):
    try:
        VerifyingKey.from_spki(key.to_der()).verify(signature, MESSAGE)
    except IdentityRejected as refusal:
        return refusal.code
    return "valid"


def by_theirs(key, signature):
    try:
        key.verify(signature, MESSAGE, hashlib.sha256, sigdecode=sigdecode_string)
    except ecdsa.BadSignatureError:
        return "invalid"
    return "valid"


GOOD = {
    "the smallest s": (G * 7, 1),
    "the largest low s": (G * 7, HALF_ORDER),
    "the smallest r there is": (point_at(1), 12_345),
    "r above the order, taken modulo it": (point_at(ORDER), 12_345),
    "the largest x of all": (point_at(P - 5_000), 12_345),
    "the generator as the nonce's point": (G, 12_345),
    "the nonce's point minus the generator": (G * (ORDER - 1), 12_345),
    "s and r alike": (G * 9, (G * 9).x() % ORDER if (G * 9).x() % ORDER <= HALF_ORDER else 9),
    "s with a leading zero byte": (G * 11, 1 << 240),
    "s of a single bit in the middle": (G * 13, 1 << 128),
}


@pytest.mark.parametrize("title", GOOD)
def test_an_extreme_signature_that_is_good_is_taken_by_both(title):
    point, s = GOOD[title]
    key, r = key_for(point, s)
    assert by_theirs(key, wire(r, s)) == "valid"
    assert by_ours(key, wire(r, s)) == "valid"


@pytest.mark.parametrize("title", GOOD)
def test_its_twin_with_a_high_s_is_refused_by_ours_alone(title):
    point, s = GOOD[title]
    key, r = key_for(point, s)
    assert by_theirs(key, wire(r, ORDER - s)) == "valid"
    assert by_ours(key, wire(r, ORDER - s)) is Code.SIGNATURE_HIGH_S


@pytest.mark.parametrize("title", GOOD)
def test_a_step_beside_an_extreme_is_refused_by_both(title):
    point, s = GOOD[title]
    key, r = key_for(point, s)
    for near in ((r, s + 1), (r, s - 1), (r + 1, s), (r - 1, s), (s, r), (ORDER - r, s)):
        if 0 < near[1] <= HALF_ORDER and 0 < near[0] < ORDER and near != (r, s):
            assert by_theirs(key, wire(*near)) == "invalid"
            assert by_ours(key, wire(*near)) is Code.SIGNATURE_INVALID


def test_r_above_the_order_is_not_taken_unreduced():
    point = point_at(ORDER)
    key, r = key_for(point, 12_345)
    assert point.x() >= ORDER > r
    assert by_ours(key, wire(point.x(), 12_345)) is Code.SIGNATURE_RANGE


def test_a_point_at_infinity_is_no_signature():
    """With Q = -(e / r) G the verifier's u1 G + u2 Q is nothing, whatever s is."""
    r, s = 12_345, 67_890
    public = (G * (-E * pow(r, -1, ORDER) % ORDER)).to_affine()
    key = ecdsa.VerifyingKey.from_public_point(public, ecdsa.NIST256p, hashlib.sha256)
    assert (
        G * (E * pow(s, -1, ORDER) % ORDER) + key.pubkey.point * (r * pow(s, -1, ORDER) % ORDER) == INFINITY
    )
    assert by_ours(key, wire(r, s)) is Code.SIGNATURE_INVALID
    with pytest.raises(TypeError):  # the other library does not foresee it
        by_theirs(key, wire(r, s))


def test_adding_equal_points_is_done_as_doubling():
    """With Q = (e / r) G the verifier adds a point to itself, where the common formula divides by zero."""
    s = 67_890
    point = G * (2 * E * pow(s, -1, ORDER) % ORDER)
    key, r = key_for(point, s)
    u1, u2 = E * pow(s, -1, ORDER) % ORDER, r * pow(s, -1, ORDER) % ORDER
    assert G * u1 == key.pubkey.point * u2
    assert by_ours(key, wire(r, s)) == by_theirs(key, wire(r, s)) == "valid"


EDGES = (0, 1, 2, HALF_ORDER, HALF_ORDER + 1, ORDER - 1, ORDER, ORDER + 1, P - 1, P, 2**255, 2**256 - 1)


@pytest.mark.parametrize("r", EDGES)
@pytest.mark.parametrize("s", EDGES)
def test_edges_of_the_ranges_are_refused_for_a_common_key(r, s):
    key, _ = key_for(G * 7, 12_345)
    found = by_ours(key, wire(r, s))
    if not (0 < r < ORDER and 0 < s < ORDER):
        assert found is Code.SIGNATURE_RANGE
    else:
        assert found is (Code.SIGNATURE_HIGH_S if s > HALF_ORDER else Code.SIGNATURE_INVALID)
    assert by_theirs(key, wire(r, s)) == "invalid"
