import re
import time

import numpy as np
import pytest

from tests.market.transactive.samples import community_of, rigid_home
from wattloom.chaincode.api.units import PartyId
from wattloom.identity.certificates import Authority
from wattloom.market.day.members import OFFICERS, ORGANISATION, Members

AWKWARD = sorted(["a b", "a-b", "A-B", "Zoë Müller, 12 Elm St", "_", "家", "[bold]", "x" * 200])


@pytest.fixture(scope="module")
def members():
    community = community_of(*(rigid_home(name, np.ones(2)) for name in AWKWARD))
    start_s = int(time.time()) - 60
    authority = Authority.create("community CA", organisation=ORGANISATION, not_before_s=start_s)
    return Members.certify(community, authority, not_before_s=start_s)


def test_every_home_has_a_party_of_its_own_whatever_its_name(members):
    pattern = next(meta.pattern for meta in PartyId.__metadata__)
    assert len(set(members.parties)) == len(AWKWARD)
    assert all(re.search(pattern, party_id) for party_id in members.parties)


def test_parties_stand_in_the_order_of_the_community_which_is_the_ledgers(members):
    assert members.parties == sorted(members.parties)


def test_nothing_of_a_homes_name_stands_in_its_certificate(members):
    for name, identity in zip(AWKWARD, members.homes, strict=True):
        if len(name) > 2:
            assert name.encode() not in identity.certificate
            assert name.lower().encode() not in identity.certificate


def test_officers_have_their_roles(members):
    assert set(members.officers) == set(OFFICERS)
