"""A home outlives its certificates and meters; an organisation its CA."""

import pytest
from msgspec.structs import replace

from tests.chaincode.registry.test_contract import ACME, MADE_S, METER, PLANT, refused
from tests.chaincode.registry.world import (
    AUDITOR,
    DAY_S,
    DESK,
    NORTH,
    SOUTH,
    SOUTH_DESK,
    T0,
    World,
    issue,
)
from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.registry.errors import CertificateRefused, ClientRevoked, PartyBound
from wattloom.chaincode.registry.records import (
    Announced,
    Binding,
    ClientId,
    ClientIds,
    Home,
    HomeId,
    Installation,
    MeterCertificate,
    MeterChain,
    MeterChains,
    Succession,
)
from wattloom.chaincode.testing import caller
from wattloom.identity.certificates import Authority
from wattloom.identity.succession import succession_statement

HOME = Home(party_id="north.h1", limit_wh=5_000)
HOME_ID = HomeId(party_id="north.h1")
SECOND = PLANT.issue_meter("m-2", manufactured_at_s=MADE_S)
MEMBERS_ADMIN = caller("north.admin", "consortium-admin")


def as_meter(meter, **changes):
    return issue(name=f"meter-{meter.lfdi}", role="meter", **changes)


def chain_of(meter, identity=None):
    return MeterChain(
        chain=list(meter.chain),
        manufactured_at_s=MADE_S,
        client_id=None if identity is None else identity.client_id,
    )


def installation(meter, party_id="north.h1"):
    return Installation(party_id=party_id, lfdi=meter.lfdi)


@pytest.fixture
def maker():
    world = World(NORTH)
    world.submit(MEMBERS_ADMIN, "registry:add_manufacturer", ACME)
    return world


@pytest.fixture
def house(maker):
    maker.submit(DESK, "registry:register_home", HOME)
    for meter in (METER, SECOND):
        maker.submit(DESK, "registry:register_meter", chain_of(meter))
    return maker


class TestCertificatesOfMeters:
    def test_a_meter_acts_through_the_certificate_that_it_was_registered_with_and_no_other(self, maker):
        first, other = as_meter(METER), as_meter(METER)
        maker.submit(DESK, "registry:register_meter", chain_of(METER, first))
        with pytest.raises(PartyBound):
            maker.admit(other)
        assert maker.admit(first).role == "meter"

    def test_a_renewed_certificate_takes_over(self, maker):
        first, renewed = as_meter(METER), as_meter(METER)
        maker.submit(DESK, "registry:register_meter", chain_of(METER, first))
        maker.admit(first)
        certificate = MeterCertificate(lfdi=METER.lfdi, client_id=renewed.client_id)
        maker.submit(DESK, "registry:certify_meter", certificate)
        assert maker.admit(renewed).client_id == renewed.client_id
        with pytest.raises(PartyBound):
            maker.admit(first, again=True)
        refused(maker, DESK, "certify_meter", certificate, AlreadyExists)

    def test_meters_are_enrolled_together_and_again_without_a_change(self, maker):
        first, other, later = as_meter(METER), as_meter(SECOND), as_meter(METER)
        together = MeterChains(meters=[chain_of(METER, first), chain_of(SECOND, other)])
        maker.submit(DESK, "registry:enrol_meters", together)
        before = maker.contract_state()
        maker.submit(DESK, "registry:enrol_meters", together)
        assert maker.contract_state() == before
        maker.submit(DESK, "registry:enrol_meters", MeterChains(meters=[chain_of(METER, later)]))
        assert maker.admit(later).role == maker.admit(other).role == "meter"
        with pytest.raises(PartyBound):
            maker.admit(first)

    def test_one_meter_that_is_refused_refuses_all(self, maker):
        stolen = as_meter(SECOND)
        maker.submit(DESK, "registry:revoke_client", ClientId(client_id=stolen.client_id))
        together = MeterChains(meters=[chain_of(METER, as_meter(METER)), chain_of(SECOND, stolen)])
        refused(maker, DESK, "enrol_meters", together, ClientRevoked)
        refused(maker, DESK, "enrol_meters", MeterChains(meters=[]), InvalidArgument)
        refused(maker, DESK, "enrol_meters", MeterChains(meters=[chain_of(METER)] * 33), InvalidArgument)

    def test_another_organisations_meter_is_not_enrolled_again(self, house):
        again = MeterChains(meters=[chain_of(METER, as_meter(METER))])
        refused(house, SOUTH_DESK, "enrol_meters", again, Forbidden)

    def test_every_certificate_that_was_announced_stays_known(self, maker):
        first, renewed, other = (as_meter(METER).client_id for _ in range(3))
        maker.submit(DESK, "registry:register_meter", replace(chain_of(METER), client_id=first))
        certificate = MeterCertificate(lfdi=METER.lfdi, client_id=renewed)
        maker.submit(DESK, "registry:certify_meter", certificate)
        asked = ClientIds(client_ids=[other, renewed, first])
        found = maker.evaluate(caller("south.h1", "home"), "registry:find_announced", asked, Announced)
        assert [each.client_id for each in found.certificates] == [renewed, first]

    def test_a_revoked_certificate_and_another_partys_are_not_taken(self, maker):
        stolen, homes = as_meter(METER), issue(name="h1")
        maker.submit(DESK, "registry:revoke_client", ClientId(client_id=stolen.client_id))
        maker.admit(homes)
        refused(maker, DESK, "register_meter", chain_of(METER, stolen), ClientRevoked)
        refused(maker, DESK, "register_meter", chain_of(METER, homes), InvalidArgument)

    def test_a_revoked_certificate_is_not_renewed_and_its_meter_enrols_again(self, maker):
        stolen, renewed, own = as_meter(METER), as_meter(METER), as_meter(METER)
        maker.submit(DESK, "registry:register_meter", chain_of(METER, stolen))
        maker.submit(DESK, "registry:revoke_client", ClientId(client_id=stolen.client_id))
        certificate = MeterCertificate(lfdi=METER.lfdi, client_id=renewed.client_id)
        refusal = refused(maker, DESK, "certify_meter", certificate, ClientRevoked)
        assert refusal.details == {"client_id": stolen.client_id}
        maker.submit(DESK, "registry:enrol_meters", MeterChains(meters=[chain_of(METER, own)]))
        assert maker.admit(own).role == "meter"

    def test_only_its_own_organisation_certifies_a_meter(self, house):
        certificate = MeterCertificate(lfdi=METER.lfdi, client_id="0" * 64)
        refused(house, SOUTH_DESK, "certify_meter", certificate, Forbidden)
        unknown = MeterCertificate(lfdi="0" * 40, client_id="0" * 64)
        refused(house, DESK, "certify_meter", unknown, NotFound)


class TestHomes:
    def test_a_home_shows_its_meter_to_itself_and_its_overseers(self, house):
        house.submit(DESK, "registry:install_meter", installation(METER))
        for reader in (caller("north.h1", "home"), DESK, AUDITOR):
            found = house.evaluate(reader, "registry:read_home_meter", HOME_ID, Installation)
            assert found == installation(METER)
        for reader in (caller("north.h2", "home"), SOUTH_DESK):
            with pytest.raises(Forbidden):
                house.evaluate(reader, "registry:read_home_meter", HOME_ID, Installation)

    def test_a_replaced_meter_leaves_the_home_as_it_was_and_is_free(self, house):
        house.submit(DESK, "registry:install_meter", installation(METER))
        house.submit(DESK, "registry:install_meter", installation(SECOND))
        assert house.evaluate(DESK, "registry:read_home", HOME_ID, Home) == HOME
        house.submit(DESK, "registry:register_home", Home(party_id="north.h2", limit_wh=1))
        house.submit(DESK, "registry:install_meter", installation(METER, "north.h2"))
        refused(house, DESK, "install_meter", installation(SECOND, "north.h2"), InvalidArgument)

    @pytest.mark.parametrize(
        ("who", "request_", "kind"),
        [
            (DESK, installation(METER, "north.h9"), NotFound),
            (DESK, Installation(party_id="north.h1", lfdi="0" * 40), NotFound),
            (SOUTH_DESK, installation(METER), Forbidden),
        ],
    )
    def test_what_is_not_there_or_not_ones_own_is_not_installed(self, house, who, request_, kind):
        refused(house, who, "install_meter", request_, kind)

    def test_another_organisations_meter_is_not_installed(self, house):
        house.submit(SOUTH_DESK, "registry:register_home", Home(party_id="south.h1", limit_wh=1))
        refused(house, SOUTH_DESK, "install_meter", installation(METER, "south.h1"), InvalidArgument)

    def test_who_moves_out_is_refused_and_leaves_the_meter_to_who_comes_after(self, house):
        identity = issue(name="h1")
        house.admit(identity)
        house.submit(DESK, "registry:install_meter", installation(METER))
        house.submit(DESK, "registry:move_out", HOME_ID)
        with pytest.raises(PartyBound):
            house.admit(identity, again=True)
        house.submit(DESK, "registry:register_home", Home(party_id="north.h2", limit_wh=1))
        house.submit(DESK, "registry:install_meter", installation(METER, "north.h2"))
        refused(house, DESK, "register_home", HOME, AlreadyExists)
        refused(house, DESK, "move_out", HOME_ID, NotFound)

    def test_who_moves_out_without_having_acted_does_not_begin_afterwards(self, house):
        house.submit(DESK, "registry:move_out", HOME_ID)
        with pytest.raises(PartyBound):
            house.admit(issue(name="h1"))

    def test_who_has_moved_out_is_let_in_again_by_its_registrar_to_settle(self, house):
        first, later = issue(name="h1"), issue(name="h1")
        house.admit(first)
        house.submit(DESK, "registry:move_out", HOME_ID)
        binding = Binding(party_id="north.h1", client_id=later.client_id)
        house.submit(DESK, "registry:replace_client", binding)
        assert house.admit(later).party_id == "north.h1"

    def test_only_its_own_registrar_moves_a_home_out(self, house):
        refused(house, SOUTH_DESK, "move_out", HOME_ID, Forbidden)


NEXT = Authority.create("north CA 2", organisation="north", not_before_s=T0 - DAY_S)


def succession(*, authority=NEXT, by=NORTH, accept_until_s=T0 + 10 * DAY_S):
    return Succession(
        ca_certificate=authority.certificate,
        signature=by.sign(succession_statement(authority.certificate)),
        accept_until_s=accept_until_s,
    )


class TestAuthorities:
    def test_known_clients_go_on_and_both_cas_introduce_new_ones_for_a_while(self, world):
        known, late, too_late = issue(name="h1"), issue(name="h2"), issue(name="h3")
        world.admit(known)
        world.submit(MEMBERS_ADMIN, "registry:rotate_authority", succession())
        assert world.admit(known, again=True).party_id == "north.h1"
        assert world.admit(late).party_id == "north.h2"
        assert world.admit(issue(NEXT, name="h4")).party_id == "north.h4"
        with pytest.raises(CertificateRefused):
            world.admit(too_late, at_s=T0 + 10 * DAY_S + 1)
        assert world.admit(known, again=True, at_s=T0 + 10 * DAY_S + 1).party_id == "north.h1"

    @pytest.mark.parametrize(
        "request_",
        [
            succession(by=SOUTH),
            succession(authority=SOUTH),
            succession(authority=NORTH),
        ],
        ids=["not signed for", "another organisation's", "the present one"],
    )
    def test_a_ca_that_the_present_one_does_not_vouch_for_is_refused(self, world, request_):
        refused(world, MEMBERS_ADMIN, "rotate_authority", request_, CertificateRefused)

    def test_a_ca_never_comes_back(self, world):
        world.submit(MEMBERS_ADMIN, "registry:rotate_authority", succession())
        again = succession(authority=NORTH, by=NEXT)
        refused(world, MEMBERS_ADMIN, "rotate_authority", again, CertificateRefused)

    def test_it_takes_the_admin_and_an_overlap_that_is_not_over(self, world):
        refused(world, DESK, "rotate_authority", succession(), Forbidden)
        past = succession(accept_until_s=T0 - 1)
        refused(world, MEMBERS_ADMIN, "rotate_authority", past, InvalidArgument)

    def test_a_rotated_organisation_revokes_what_its_former_ca_issued(self):
        world = World()
        known = issue(name="h1")
        world.admit(known)
        world.submit(MEMBERS_ADMIN, "registry:rotate_authority", succession())
        world.submit(DESK, "registry:revoke_client", ClientId(client_id=known.client_id))
        with pytest.raises(ClientRevoked):
            world.admit(known, again=True)
