"""A session key counts only with the home's own signature, for this session."""

from dataclasses import replace

import pytest

from tests.market.coordination.masking.samples import (
    AUTHORITY,
    IDENTITIES,
    NOW_S,
    ROOTS,
    SESSION,
    home_identity,
    roster_of,
    signed_keys,
)
from wattloom.identity.certificates import Authority
from wattloom.market.coordination.masking.errors import RosterRefused
from wattloom.market.coordination.masking.session_keys import SessionKey, SessionName


def verified(entry, session=SESSION, roots=ROOTS, at_s=NOW_S):
    return entry.verify(session, roots, at_s=at_s)


def test_a_signed_key_names_its_home():
    _, entries = signed_keys()
    assert verified(entries[2]) == "community.home0003"


def test_two_homes_agree_on_a_secret_that_no_other_session_has():
    (one, two, three, *_), _ = signed_keys()
    assert one.agree(two.public_key) == two.agree(one.public_key)
    assert one.agree(two.public_key) != one.agree(three.public_key)
    other = SessionKey(SessionName("day-2", SESSION.nonce))
    other._key = one._key
    other.public_key = one.public_key
    assert other.agree(two.public_key) != one.agree(two.public_key)


def test_a_key_put_in_a_home_s_place_is_refused():
    _, (entry, *_) = signed_keys()
    with pytest.raises(RosterRefused, match="not this key's"):
        verified(replace(entry, public_key=SessionKey(SESSION).public_key))


def test_a_key_of_another_session_is_refused():
    for other in (SessionName("day-2", SESSION.nonce), SessionName("day-1", bytes(32))):
        _, (entry, *_) = signed_keys(session=other)
        with pytest.raises(RosterRefused, match="not this key's"):
            verified(entry)


def test_a_key_of_an_unknown_organisation_is_refused():
    stranger = home_identity(
        1, authority=Authority.create("CA", organisation="strangers", not_before_s=NOW_S - 3_600)
    )
    impostor = home_identity(
        1, authority=Authority.create("CA", organisation="community", not_before_s=NOW_S - 3_600)
    )
    for identity in (stranger, impostor):
        with pytest.raises(RosterRefused):
            verified(SessionKey(SESSION).signed(identity))
    with pytest.raises(RosterRefused, match="not trusted"):
        verified(replace(signed_keys()[1][0], chain=()))


def test_only_a_home_has_a_place_on_a_roster():
    officer = home_identity(1, role="coordinator")
    with pytest.raises(RosterRefused, match="is no home"):
        verified(SessionKey(SESSION).signed(officer))


def test_an_expired_certificate_is_refused():
    _, (entry, *_) = signed_keys()
    with pytest.raises(RosterRefused, match="valid until"):
        verified(entry, at_s=NOW_S + 100 * 365 * 86_400)


def test_nobody_stands_on_a_roster_twice():
    keys, entries = signed_keys()
    again = SessionKey(SESSION).signed(IDENTITIES[0])
    same_key = keys[0].signed(IDENTITIES[3])
    for double in (entries[0], again, same_key):
        with pytest.raises(RosterRefused, match="twice"):
            roster_of([*entries[:3], double])


@pytest.mark.parametrize("bad", [bytes(32), b"short", b"\x01" + bytes(31)])
def test_a_public_key_that_makes_no_secret_is_refused(bad):
    with pytest.raises(RosterRefused, match="X25519"):
        SessionKey(SESSION).agree(bad)


def test_the_certificate_of_the_organisation_does_not_travel():
    _, (entry, *_) = signed_keys()
    assert AUTHORITY.certificate not in entry.chain
