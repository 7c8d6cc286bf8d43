import pytest

from tests.chaincode.registry.world import (
    ADMIN,
    AUDITOR,
    DAY_S,
    DESK,
    EAST,
    NORTH,
    SOUTH,
    SOUTH_DESK,
    T0,
    issue,
)
from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument, NotFound, Page
from wattloom.chaincode.governance.errors import NeedsVote
from wattloom.chaincode.registry.errors import CertificateRefused, ClientRevoked
from wattloom.chaincode.registry.records import (
    Binding,
    ClientId,
    Home,
    HomeId,
    HomesOf,
    Manufacturer,
    Meter,
    MeterChain,
    MeterId,
    Organisation,
    Standing,
)
from wattloom.chaincode.testing import caller
from wattloom.identity.certificates import Authority

MADE_S = T0 - 20 * 365 * DAY_S
ROOT = Authority.create(
    "acme root", organisation="acme", not_before_s=MADE_S - DAY_S, days=365, path_length=1
)
PLANT = ROOT.issue_intermediate("acme plant", not_before_s=MADE_S - DAY_S, days=365)
METER = PLANT.issue_meter("m-1", manufactured_at_s=MADE_S)
ACME = Manufacturer(manufacturer="acme", root_certificate=ROOT.certificate)
CHAIN = MeterChain(chain=list(METER.chain), manufactured_at_s=MADE_S)


def refused(world, who, function, argument, kind):
    """Submit, and see that the refusal changes nothing."""
    before = world.contract_state()
    with pytest.raises(kind) as refusal:
        world.submit(who, f"registry:{function}", argument)
    assert world.contract_state() == before
    return refusal.value


def organisation(authority, name) -> Organisation:
    return Organisation(organisation=name, ca_certificate=authority.certificate)


class TestOrganisations:
    def test_members_of_a_new_organisation_are_admitted(self, alone):
        alone.submit(ADMIN, "registry:add_organisation", organisation(EAST, "east"))
        assert alone.admit(issue(EAST)).party_id == "east.h1"

    def test_only_the_consortiums_admin_adds_one(self, alone):
        refused(alone, DESK, "add_organisation", organisation(EAST, "east"), Forbidden)

    def test_a_name_is_taken_once(self, alone):
        refused(alone, ADMIN, "add_organisation", organisation(SOUTH, "south"), AlreadyExists)

    @pytest.mark.parametrize(
        ("certificate", "reason"),
        [
            (b"\x30\x00", "CERTIFICATE_MALFORMED"),
            (NORTH.certificate, "CERTIFICATE_SUBJECT"),
            (issue(EAST).certificate, "CERTIFICATE_UNTRUSTED"),
            (
                Authority.create("e", organisation="east", not_before_s=T0 - 9 * DAY_S, days=1).certificate,
                "CERTIFICATE_EXPIRED",
            ),
            (
                Authority.create("e", organisation="east", not_before_s=T0 + DAY_S).certificate,
                "CERTIFICATE_NOT_YET_VALID",
            ),
        ],
    )
    def test_what_is_no_valid_ca_of_the_organisation_is_refused(self, alone, certificate, reason):
        argument = Organisation(organisation="east", ca_certificate=certificate)
        refusal = refused(alone, ADMIN, "add_organisation", argument, CertificateRefused)
        assert refusal.details == {"reason": reason}

    def test_where_others_vote_too_one_organisation_adds_nobody(self, world):
        refusal = refused(world, ADMIN, "add_organisation", organisation(EAST, "east"), NeedsVote)
        assert refusal.details == {"electors": 2}
        refused(world, ADMIN, "add_manufacturer", ACME, NeedsVote)

    def test_an_organisation_without_a_vote_adds_nobody(self, alone):
        outsider = caller("north.admin", "consortium-admin")
        refused(alone, outsider, "add_organisation", organisation(EAST, "east"), NeedsVote)


def standings(world, *bindings):
    anybody = caller("south.h9", "home")
    return [
        world.evaluate(anybody, "registry:read_standing", binding, Standing).accepted for binding in bindings
    ]


class TestClients:
    def test_replacing_announces_the_new_binding(self, world):
        world.admit(issue())
        world.submit(DESK, "registry:replace_client", Binding(party_id="north.h1", client_id="ab" * 32))
        assert (world.events[-1].contract, world.events[-1].name) == ("registry", "client_replaced")

    def test_a_registrar_replaces_clients_of_its_own_organisation_alone(self, world):
        world.admit(issue())
        binding = Binding(party_id="north.h1", client_id="ab" * 32)
        refused(world, SOUTH_DESK, "replace_client", binding, Forbidden)
        refused(world, caller("north.h1", "home"), "replace_client", binding, Forbidden)

    def test_a_party_that_has_never_acted_has_nothing_to_replace(self, world):
        refused(world, DESK, "replace_client", Binding(party_id="north.h1", client_id="ab" * 32), NotFound)

    def test_replacing_a_client_by_itself_is_refused(self, world):
        identity = issue()
        world.admit(identity)
        binding = Binding(party_id="north.h1", client_id=identity.client_id)
        refused(world, DESK, "replace_client", binding, AlreadyExists)

    def test_another_partys_certificate_is_no_replacement(self, world):
        first, second = issue(name="h1"), issue(name="h2")
        world.admit(first)
        world.admit(second)
        binding = Binding(party_id="north.h1", client_id=second.client_id)
        refusal = refused(world, DESK, "replace_client", binding, InvalidArgument)
        assert "north.h2" in str(refusal)

    def test_a_revoked_certificate_is_no_replacement(self, world):
        world.admit(issue())
        world.submit(DESK, "registry:revoke_client", ClientId(client_id="ab" * 32))
        binding = Binding(party_id="north.h1", client_id="ab" * 32)
        refused(world, DESK, "replace_client", binding, ClientRevoked)

    def test_a_client_is_revoked_once_and_by_its_own_organisation(self, world):
        identity = issue()
        world.admit(identity)
        client = ClientId(client_id=identity.client_id)
        refused(world, SOUTH_DESK, "revoke_client", client, Forbidden)
        refused(world, caller("north.h1", "home"), "revoke_client", client, Forbidden)
        world.submit(DESK, "registry:revoke_client", client)
        refused(world, DESK, "revoke_client", client, AlreadyExists)

    def test_anybody_sees_through_which_certificate_a_party_may_act(self, world):
        identity = issue()
        own = Binding(party_id="north.h1", client_id=identity.client_id)
        other = Binding(party_id="north.h1", client_id="ab" * 32)
        assert standings(world, own, other) == [True, True]  # it has not acted yet
        world.admit(identity)
        assert standings(world, own, other) == [True, False]
        world.submit(DESK, "registry:replace_client", other)
        assert standings(world, own, other) == [False, True]
        world.submit(DESK, "registry:revoke_client", ClientId(client_id="ab" * 32))
        assert standings(world, own, other) == [False, False]

    @pytest.mark.parametrize("client_id", ["", "AB" * 32, "ab" * 31, "ab" * 32 + "\n"])
    def test_a_client_id_is_a_hash(self, world, client_id):
        refused(world, DESK, "revoke_client", ClientId(client_id=client_id), InvalidArgument)


class TestHomes:
    HOME = Home(party_id="north.h1", limit_wh=5_000)

    @pytest.mark.parametrize("reader", [caller("north.h1", "home"), DESK, AUDITOR])
    def test_a_home_is_shown_to_itself_its_registrar_and_auditors(self, world, reader):
        world.submit(DESK, "registry:register_home", self.HOME)
        assert world.evaluate(reader, "registry:read_home", HomeId(party_id="north.h1"), Home) == self.HOME

    @pytest.mark.parametrize("reader", [caller("north.h2", "home"), SOUTH_DESK])
    def test_a_home_is_shown_to_nobody_else(self, world, reader):
        world.submit(DESK, "registry:register_home", self.HOME)
        with pytest.raises(Forbidden):
            world.evaluate(reader, "registry:read_home", HomeId(party_id="north.h1"), Home)

    def test_no_home_is_not_found(self, world):
        with pytest.raises(NotFound):
            world.evaluate(DESK, "registry:read_home", HomeId(party_id="north.h9"), Home)

    def test_a_home_is_registered_once_and_by_its_own_organisation(self, world):
        refused(world, SOUTH_DESK, "register_home", self.HOME, Forbidden)
        refused(world, caller("north.h1", "home"), "register_home", self.HOME, Forbidden)
        world.submit(DESK, "registry:register_home", self.HOME)
        refused(world, DESK, "register_home", self.HOME, AlreadyExists)

    def test_a_party_that_acts_in_another_role_is_no_home(self, world):
        world.admit(issue(name="h1", role="auditor"))
        refusal = refused(world, DESK, "register_home", self.HOME, InvalidArgument)
        assert "acts as auditor" in str(refusal)

    def test_a_party_that_acts_as_a_home_is_one(self, world):
        world.admit(issue(name="h1", role="home"))
        assert world.call(DESK, "registry:register_home", self.HOME, Home) == self.HOME

    @pytest.mark.parametrize("limit_wh", [-1, 10**12 + 1])
    def test_a_limit_is_an_energy(self, world, limit_wh):
        home = Home(party_id="north.h1", limit_wh=limit_wh)
        assert "limit_wh" in str(refused(world, DESK, "register_home", home, InvalidArgument))

    def test_an_organisations_homes_come_page_by_page_and_no_others(self, world):
        for number in range(5):
            world.submit(DESK, "registry:register_home", Home(party_id=f"north.h{number}", limit_wh=number))
        world.submit(SOUTH_DESK, "registry:register_home", Home(party_id="south.h1", limit_wh=1))
        found, bookmark = [], ""
        for expected in (2, 2, 1):
            asked = HomesOf(organisation="north", limit=2, bookmark=bookmark)
            page = world.evaluate(DESK, "registry:list_homes", asked, Page[Home])
            assert len(page.items) == expected
            found += [home.party_id for home in page.items]
            bookmark = page.bookmark
        assert found == [f"north.h{number}" for number in range(5)]
        assert bookmark == ""

    def test_an_auditor_lists_every_organisations_homes_and_a_registrar_its_own(self, world):
        world.submit(DESK, "registry:register_home", self.HOME)
        asked = HomesOf(organisation="north")
        assert world.evaluate(AUDITOR, "registry:list_homes", asked, Page[Home]).items == [self.HOME]
        for reader in (SOUTH_DESK, caller("north.h1", "home")):
            with pytest.raises(Forbidden):
                world.evaluate(reader, "registry:list_homes", asked, Page[Home])

    def test_a_bookmark_is_no_longer_than_a_key(self, world):
        asked = HomesOf(organisation="north", bookmark="home/north/" + "x" * 200)
        with pytest.raises(InvalidArgument, match="bookmark"):
            world.evaluate(DESK, "registry:list_homes", asked, Page[Home])


class TestMeters:
    def test_a_genuine_meter_is_registered_though_its_root_has_expired_since(self, alone):
        alone.submit(ADMIN, "registry:add_manufacturer", ACME)
        meter = alone.call(DESK, "registry:register_meter", CHAIN, Meter)
        assert (meter.lfdi, meter.manufacturer, meter.serial) == (METER.lfdi, "acme", "m-1")
        assert (meter.organisation, meter.public_key) == ("north", METER.public_key.spki)
        for reader in (DESK, AUDITOR):
            found = alone.evaluate(reader, "registry:read_meter", MeterId(lfdi=METER.lfdi), Meter)
            assert found == meter

    def test_a_meter_is_shown_to_no_other_organisation(self, alone):
        alone.submit(ADMIN, "registry:add_manufacturer", ACME)
        alone.submit(DESK, "registry:register_meter", CHAIN)
        with pytest.raises(Forbidden):
            alone.evaluate(SOUTH_DESK, "registry:read_meter", MeterId(lfdi=METER.lfdi), Meter)

    def test_a_meter_is_registered_once(self, alone):
        alone.submit(ADMIN, "registry:add_manufacturer", ACME)
        alone.submit(DESK, "registry:register_meter", CHAIN)
        refused(alone, SOUTH_DESK, "register_meter", CHAIN, AlreadyExists)

    def test_an_unknown_manufacturers_meter_is_refused(self, alone):
        refusal = refused(alone, DESK, "register_meter", CHAIN, NotFound)
        assert refusal.details == {"key": "registry:manufacturer/acme"}

    @pytest.mark.parametrize(
        ("chain", "manufactured_at_s", "reason"),
        [
            (METER.chain, MADE_S - 1, "CERTIFICATE_NOT_YET_VALID"),
            (METER.chain, MADE_S + 400 * DAY_S, "CERTIFICATE_EXPIRED"),
            ((METER.chain[0], METER.chain[2], METER.chain[2]), MADE_S, "CERTIFICATE_UNTRUSTED"),
            ((METER.chain[0], METER.chain[1], NORTH.certificate), MADE_S, "CERTIFICATE_UNTRUSTED"),
            ((b"\x30\x00", *METER.chain[1:]), MADE_S, "CERTIFICATE_MALFORMED"),
        ],
    )
    def test_a_chain_that_does_not_hold_is_refused(self, alone, chain, manufactured_at_s, reason):
        alone.submit(ADMIN, "registry:add_manufacturer", ACME)
        request = MeterChain(chain=list(chain), manufactured_at_s=manufactured_at_s)
        refusal = refused(alone, DESK, "register_meter", request, CertificateRefused)
        assert refusal.details == {"reason": reason}

    @pytest.mark.parametrize("length", [0, 1, 2, 4])
    def test_a_chain_has_three_certificates(self, alone, length):
        request = MeterChain(chain=[b"\x30\x00"] * length, manufactured_at_s=MADE_S)
        refused(alone, DESK, "register_meter", request, InvalidArgument)

    def test_only_the_consortiums_admin_adds_a_manufacturer_and_once(self, alone):
        refused(alone, DESK, "add_manufacturer", ACME, Forbidden)
        alone.submit(ADMIN, "registry:add_manufacturer", ACME)
        refused(alone, ADMIN, "add_manufacturer", ACME, AlreadyExists)

    @pytest.mark.parametrize("certificate", [b"\x30\x00", METER.certificate, SOUTH.certificate])
    def test_what_is_no_root_of_the_manufacturer_is_refused(self, alone, certificate):
        request = Manufacturer(manufacturer="acme", root_certificate=certificate)
        refused(alone, ADMIN, "add_manufacturer", request, CertificateRefused)
