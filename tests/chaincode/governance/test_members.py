import pytest

from tests.chaincode.governance.world import T0, Consortium, authority, key, seat
from tests.chaincode.registry.test_contract import ACME, CHAIN, METER
from wattloom.chaincode.api import AlreadyExists, NotFound
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.governance.actions import (
    AddManufacturer,
    AddOrganisation,
    AddValidator,
    RemoveOrganisation,
)
from wattloom.chaincode.governance.errors import LastOrganisation, TooFewValidators
from wattloom.chaincode.registry.errors import CertificateRefused, UnknownOrganisation
from wattloom.chaincode.registry.membership import admit
from wattloom.chaincode.registry.records import Home, HomeId, Meter
from wattloom.chaincode.testing import caller
from wattloom.identity.certificates import Authority


def addition(organisation: str) -> AddOrganisation:
    certificate = authority(organisation).certificate
    return AddOrganisation(organisation=organisation, ca_certificate=certificate)


def enter(ledger: Consortium, identity) -> str:
    overlay = Overlay(ledger.committed)
    client = admit(overlay, bytes.fromhex(identity.client_id), identity.chain, at_s=T0 + 1)
    ledger.committed.apply(overlay.changes)
    return client.party_id


def member_of(organisation: str):
    return authority(organisation).issue_client("h1", role="home", attributes={}, not_before_s=T0, days=30)


class TestOrganisations:
    def test_a_new_organisations_members_are_admitted_and_it_has_no_vote_yet(self, four):
        four.agree(addition("new"))
        assert enter(four, member_of("new")) == "new.h1"
        assert "new" not in four.validators().electors
        assert "organisation_added" in four.event_names()

    def test_a_name_is_taken_once(self, four):
        four.proposal_refused(addition("guest"), AlreadyExists)

    def test_a_certificate_is_checked(self, four):
        action = AddOrganisation(organisation="new", ca_certificate=authority("other").certificate)
        four.proposal_refused(action, CertificateRefused)

    def test_a_removed_organisations_clients_are_refused_known_or_not(self, four):
        known = member_of("guest")
        enter(four, known)
        four.agree(RemoveOrganisation(organisation="guest"))
        for identity in (known, member_of("guest")):
            with pytest.raises(UnknownOrganisation):
                enter(four, identity)
        assert "organisation_removed" in four.event_names()

    def test_its_records_stay(self, four):
        desk, auditor = caller("guest.desk", "registrar"), caller("north.audit", "auditor")
        home = Home(party_id="guest.h1", limit_wh=5)
        four.submit(desk, "registry:register_home", home)
        four.agree(RemoveOrganisation(organisation="guest"))
        seen = four.evaluate(auditor, "registry:read_home", HomeId(party_id="guest.h1"), Home)
        assert seen == home

    def test_it_takes_its_validators_along(self, five):
        five.agree(AddValidator(organisation="upland", node="upland-2", public_key=key("upland-2")))
        five.agree(RemoveOrganisation(organisation="upland"))
        assert five.signing() == ["east-1", "north-1", "south-1", "west-1"]
        assert five.event_names().count("validator_removed") == 2

    def test_four_active_validators_stay(self, four):
        four.proposal_refused(RemoveOrganisation(organisation="west"), TooFewValidators)
        four.agree(RemoveOrganisation(organisation="guest"))

    def test_it_comes_back_with_the_ca_that_it_had_and_no_other(self, four):
        identity = member_of("guest")
        enter(four, identity)
        four.agree(RemoveOrganisation(organisation="guest"))
        usurper = Authority.create("guest CA", organisation="guest", not_before_s=T0 - 1)
        action = AddOrganisation(organisation="guest", ca_certificate=usurper.certificate)
        refusal = four.proposal_refused(action, CertificateRefused)
        assert refusal.details == {"reason": "CERTIFICATE_UNTRUSTED"}
        four.agree(addition("guest"))
        assert enter(four, identity) == "guest.h1"

    def test_nobody_is_removed_who_is_no_member(self, four):
        four.proposal_refused(RemoveOrganisation(organisation="nobody"), NotFound)

    def test_the_last_organisation_stays(self, solo):
        solo.agree(RemoveOrganisation(organisation="north"))
        refusal = solo.proposal_refused(RemoveOrganisation(organisation="south"), LastOrganisation)
        assert refusal.details == {"organisation": "south"}

    def test_on_a_network_the_last_one_stays_with_its_validators(self):
        ledger = Consortium(["north"], [seat("north", f"n{number}") for number in range(5)])
        ledger.proposal_refused(RemoveOrganisation(organisation="north"), LastOrganisation)


class TestManufacturers:
    ACTION = AddManufacturer(manufacturer="acme", root_certificate=ACME.root_certificate)

    def test_a_manufacturers_meters_may_be_registered(self, four):
        four.agree(self.ACTION)
        desk = caller("north.desk", "registrar")
        assert four.call(desk, "registry:register_meter", CHAIN, Meter).lfdi == METER.lfdi
        assert "manufacturer_added" in four.event_names()

    def test_one_that_is_trusted_already_is_refused(self, four):
        four.agree(self.ACTION)
        four.proposal_refused(self.ACTION, AlreadyExists)

    def test_a_root_is_checked(self, four):
        action = AddManufacturer(manufacturer="acme", root_certificate=authority("north").certificate)
        four.proposal_refused(action, CertificateRefused)
