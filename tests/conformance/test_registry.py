"""Who takes part: organisations, homes, clients, manufacturers and meters."""

from hashlib import sha256

import pytest

from tests.conformance.assembly import Assembly
from tests.conformance.ledgers import START_S, authority
from tests.conformance.town import together
from wattloom.chaincode.accounts.records import Account, Party
from wattloom.chaincode.api import Page
from wattloom.chaincode.governance.actions import AddManufacturer, AddOrganisation
from wattloom.chaincode.governance.messages import Propose
from wattloom.chaincode.registry.records import (
    Announced,
    Binding,
    ClientId,
    ClientIds,
    Home,
    HomeId,
    HomesOf,
    Installation,
    Meter,
    MeterCertificate,
    MeterChain,
    MeterChains,
    MeterId,
    Standing,
    Succession,
)
from wattloom.identity.certificates import Authority
from wattloom.identity.succession import succession_statement


@pytest.fixture
def assembly(town):
    return Assembly(town)


def test_an_organisation_that_was_admitted_vouches_for_members(town, assembly):
    name = town.name("cooperative")
    newcomers = authority(name)
    carla = town.acting(newcomers.issue_client("carla", role="home", not_before_s=START_S), f"{name}.carla")
    party = Party(party_id=carla.party_id)
    assert carla.refusal("accounts:open", party).code == "UNKNOWN_ORGANISATION"
    with assembly.admitted(newcomers):
        assert carla.submit("accounts:open", party, Account).result == Account(party_id=carla.party_id)


def test_an_organisation_is_admitted_under_its_own_name_alone(town, assembly):
    wrong = AddOrganisation(organisation=town.name("one"), ca_certificate=authority("another").certificate)
    refusal = assembly.admins["north"].refusal("governance:propose", Propose(action=wrong))
    assert (refusal.code, refusal.details) == ("CERTIFICATE_REFUSED", {"reason": "CERTIFICATE_SUBJECT"})


def test_homes_are_registered_by_their_own_organisation_and_read_by_those_concerned(town):
    registrar, home = town.member("office", "registrar"), town.member("home")
    stranger = town.member("stranger", "registrar", organisation="south")
    record, wanted = Home(party_id=home.party_id, limit_wh=5_000), HomeId(party_id=home.party_id)
    assert registrar.submit("registry:register_home", record, Home).result == record
    assert registrar.refusal("registry:register_home", record).code == "ALREADY_EXISTS"
    assert stranger.refusal("registry:register_home", record).code == "FORBIDDEN"
    for reader in (home, registrar, town.member("audit", "auditor", organisation="west")):
        assert reader.query("registry:read_home", wanted, Home) == record
    assert stranger.refusal("registry:read_home", wanted, query=True).code == "FORBIDDEN"
    nobody = HomeId(party_id="north.nobody")
    assert registrar.refusal("registry:read_home", nobody, query=True).code == "NOT_FOUND"


def test_a_page_goes_on_where_its_bookmark_says_and_ends_without_one(town):
    registrar = town.member("office", "registrar", organisation="west")  # whose homes are this test's alone
    homes = [Home(party_id=f"west.{town.name(f'h{number}')}", limit_wh=number) for number in range(5)]
    together(lambda home=home: registrar.submit("registry:register_home", home) for home in homes)

    found, bookmark, sizes = [], "", []
    while not sizes or bookmark:
        asked = HomesOf(organisation="west", limit=2, bookmark=bookmark)
        page = registrar.query("registry:list_homes", asked, Page[Home])
        found, bookmark = [*found, *page.items], page.bookmark
        sizes.append(len(page.items))
    assert (found, sizes) == (homes, [2, 2, 1])

    for wrong in ({"limit": 0}, {"limit": 1_001}, {"bookmark": "home/south/h1"}):
        refusal = registrar.refusal("registry:list_homes", {"organisation": "west", **wrong}, query=True)
        assert (refusal.code, refusal.height) == ("INVALID_ARGUMENT", None)


def test_a_replaced_certificate_is_refused_and_the_new_one_acts(town):
    registrar, anna = town.member("office", "registrar"), town.member("anna")
    anna.submit("accounts:open", Party(party_id=anna.party_id))
    renewed = town.member("anna")
    bound = renewed.refusal("accounts:open", Party(party_id=anna.party_id))
    assert bound.code == "PARTY_BOUND"
    assert bound.details == {"party_id": anna.party_id, "client_id": anna.identity.client_id}
    binding = Binding(party_id=anna.party_id, client_id=renewed.identity.client_id)
    registrar.submit("registry:replace_client", binding)
    assert town.account(renewed) == Account(party_id=anna.party_id)
    assert anna.refusal("accounts:open", Party(party_id=anna.party_id)).code == "PARTY_BOUND"
    assert registrar.refusal("registry:replace_client", binding).code == "ALREADY_EXISTS"


def test_a_revoked_certificate_never_acts_again(town):
    registrar, anna = town.member("office", "registrar"), town.member("anna")
    unused = town.member("unused")
    anna.submit("accounts:open", Party(party_id=anna.party_id))
    for member in (anna, unused):
        registrar.submit("registry:revoke_client", ClientId(client_id=member.identity.client_id))
        refusal = member.refusal("accounts:open", Party(party_id=member.party_id))
        assert (refusal.code, refusal.details) == (
            "CLIENT_REVOKED",
            {"client_id": member.identity.client_id},
        )
    moved = Binding(party_id=anna.party_id, client_id=unused.identity.client_id)
    assert registrar.refusal("registry:replace_client", moved).code == "CLIENT_REVOKED"


@pytest.fixture
def manufacturer(town):
    name = town.name("maker")
    return Authority.create(f"{name} root", organisation=name, not_before_s=START_S, path_length=1)


def test_a_genuine_meter_of_a_trusted_manufacturer_is_registered_once(town, assembly, manufacturer):
    name = manufacturer.organisation
    registrar = town.member("office", "registrar")
    intermediate = manufacturer.issue_intermediate(f"{name} line", not_before_s=START_S)
    meter = intermediate.issue_meter("m-1", manufactured_at_s=START_S)
    chain = MeterChain(chain=list(meter.chain), manufactured_at_s=START_S)
    assert registrar.refusal("registry:register_meter", chain).code == "NOT_FOUND"
    assembly.carry(AddManufacturer(manufacturer=name, root_certificate=manufacturer.certificate))
    registered = registrar.submit("registry:register_meter", chain, Meter).result
    assert (registered.lfdi, registered.serial, registered.organisation) == (meter.lfdi, "m-1", "north")
    assert registrar.refusal("registry:register_meter", chain).code == "ALREADY_EXISTS"
    wanted = MeterId(lfdi=meter.lfdi)
    assert registrar.query("registry:read_meter", wanted, Meter) == registered
    stranger = town.member("stranger", "registrar", organisation="east")
    assert stranger.refusal("registry:read_meter", wanted, query=True).code == "FORBIDDEN"


def test_a_meter_measures_a_home_through_renewals_until_the_household_moves_out(town, assembly, manufacturer):
    name = manufacturer.organisation
    registrar, home = town.member("office", "registrar"), town.member("home")
    assembly.carry(AddManufacturer(manufacturer=name, root_certificate=manufacturer.certificate))
    intermediate = manufacturer.issue_intermediate(f"{name} line", not_before_s=START_S)
    meter = intermediate.issue_meter("m-1", manufactured_at_s=START_S)
    chain = MeterChain(
        chain=list(meter.chain), manufactured_at_s=START_S, client_id=sha256(meter.certificate).hexdigest()
    )
    for _ in range(2):
        registrar.submit("registry:enrol_meters", MeterChains(meters=[chain]))
    renewed = MeterCertificate(lfdi=meter.lfdi, client_id=sha256(name.encode()).hexdigest())
    registrar.submit("registry:certify_meter", renewed)
    asked = ClientIds(client_ids=[renewed.client_id])
    assert home.query("registry:find_announced", asked, Announced).certificates == [renewed]
    party_id = f"north.meter-{meter.lfdi}"
    standing = [
        home.query("registry:read_standing", Binding(party_id=party_id, client_id=client_id), Standing)
        for client_id in (chain.client_id, renewed.client_id)
    ]
    assert [each.accepted for each in standing] == [False, True]

    registrar.submit("registry:register_home", Home(party_id=home.party_id, limit_wh=5_000))
    installation = Installation(party_id=home.party_id, lfdi=meter.lfdi)
    registrar.submit("registry:install_meter", installation)
    wanted = HomeId(party_id=home.party_id)
    assert home.query("registry:read_home_meter", wanted, Installation) == installation
    registrar.submit("registry:move_out", wanted)
    assert home.refusal("registry:read_home", wanted, query=True).code == "PARTY_BOUND"
    assert registrar.refusal("registry:read_home", wanted, query=True).code == "NOT_FOUND"


def test_a_ca_takes_over_while_members_go_on_acting(town, assembly):
    name = town.name("cooperative")
    present, successor = authority(name), authority(name)
    with assembly.admitted(present):
        admin = town.acting(
            present.issue_client("admin", role="consortium-admin", not_before_s=START_S), f"{name}.admin"
        )
        request = Succession(
            ca_certificate=successor.certificate,
            signature=present.sign(succession_statement(successor.certificate)),
            accept_until_s=2**31,
        )
        admin.submit("registry:rotate_authority", request)
        for ca, who in ((present, "carla"), (successor, "carlo")):
            member = town.acting(ca.issue_client(who, role="home", not_before_s=START_S), f"{name}.{who}")
            member.submit("accounts:open", Party(party_id=member.party_id))
        assert admin.refusal("registry:rotate_authority", request).code == "CERTIFICATE_REFUSED"


def test_events_of_the_registry_tell_what_changed(town):
    registrar, home = town.member("office", "registrar"), town.member("home")
    record = Home(party_id=home.party_id, limit_wh=1)
    receipt = registrar.submit("registry:register_home", record)
    event = next(town.events(receipt.height, contract="registry", name="home_registered"))
    assert (event.tx_id, event.read(Home)) == (receipt.tx_id, record)
