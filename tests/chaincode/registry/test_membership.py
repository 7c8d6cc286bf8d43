import os
import subprocess
import sys
from hashlib import sha256

import pytest

from tests.chaincode.registry.world import (
    ADMIN,
    DESK,
    EAST,
    FOREIGN_NORTH,
    NORTH,
    SOUTH,
    SOUTH_DESK,
    T0,
    World,
    issue,
)
from wattloom.chaincode.api import Caller
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.registry.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateRefused,
    ClientRevoked,
    MembershipRefusal,
    PartyBound,
    ReservedRole,
    UnknownCreator,
    UnknownOrganisation,
)
from wattloom.chaincode.registry.membership import admit, peek
from wattloom.chaincode.registry.records import Binding, ClientId, Organisation

NOT_BEFORE_S, NOT_AFTER_S = T0, T0 + 30 * 86_400


def creator(identity) -> bytes:
    return bytes.fromhex(identity.client_id)


def refused(world, identity, chain, *, at_s=T0 + 1) -> MembershipRefusal:
    """Return the refusal, having seen that nothing was written."""
    overlay = Overlay(world.committed)
    with pytest.raises(MembershipRefusal) as refusal:
        admit(overlay, creator(identity), chain, at_s=at_s)
    assert overlay.changes == {}
    return refusal.value


def test_the_first_use_makes_a_client_and_binds_its_party(world):
    identity = issue()
    client = world.admit(identity)
    assert client.caller() == Caller(
        client_id=identity.client_id,
        party_id="north.h1",
        organisation="north",
        role="home",
        attributes={"feeder": "f1"},
    )
    assert client.public_key == identity.public_key.spki
    assert {"party/north.h1", f"client/{identity.client_id}"} <= world.contract_state().keys()


def test_a_known_client_needs_no_chain_and_writes_nothing(world):
    identity = issue()
    client = world.admit(identity)
    overlay = Overlay(world.committed)
    assert admit(overlay, creator(identity), (), at_s=T0 + 1) == client
    assert admit(overlay, creator(identity), (b"not looked at",), at_s=T0 + 1) == client
    assert overlay.changes == {}


def test_peek_tells_a_known_client_and_no_other(world):
    identity = issue()
    assert peek(world.committed, creator(identity)) is None
    client = world.admit(identity)
    assert peek(world.committed, creator(identity)) == client
    assert peek(world.committed, creator(identity)[:31]) is None


def test_a_client_below_an_intermediate_is_admitted():
    world = World(SOUTH)
    root = type(NORTH).create("east CA", organisation="east", not_before_s=T0, path_length=1)
    desk = root.issue_intermediate("east desk", not_before_s=T0)
    organisation = Organisation(organisation="east", ca_certificate=root.certificate)
    world.submit(ADMIN, "registry:add_organisation", organisation)
    assert world.admit(issue(desk)).party_id == "east.h1"


def test_without_a_chain_an_unknown_creator_is_refused(world):
    identity = issue()
    refusal = refused(world, identity, ())
    assert (refusal.code, refusal.details) == ("UNKNOWN_CREATOR", {"client_id": identity.client_id})


@pytest.mark.parametrize("creator", [b"", b"\x01" * 31, b"\x01" * 33, b"\x01" * 500])
def test_a_creator_that_is_no_hash_is_unknown(world, creator):
    with pytest.raises(UnknownCreator):
        admit(Overlay(world.committed), creator, (), at_s=T0)


def test_a_chain_of_another_certificate_is_refused(world):
    refusal = refused(world, issue(), issue().chain)
    assert isinstance(refusal, CertificateRefused)
    assert refusal.details == {"reason": "CERTIFICATE_UNTRUSTED"}


def test_an_organisation_that_is_not_on_the_ledger_is_refused(world):
    identity = issue(EAST)
    refusal = refused(world, identity, identity.chain)
    assert (type(refusal), refusal.details) == (UnknownOrganisation, {"organisation": "east"})


def test_a_foreign_ca_of_the_same_name_is_refused(world):
    identity = issue(FOREIGN_NORTH)
    refusal = refused(world, identity, identity.chain)
    assert (refusal.code, refusal.details) == ("CERTIFICATE_REFUSED", {"reason": "CERTIFICATE_UNTRUSTED"})


def test_a_foreign_certificate_before_the_true_ca_is_refused(world):
    identity = issue(FOREIGN_NORTH)
    refusal = refused(world, identity, (identity.certificate, NORTH.certificate))
    assert refusal.details == {"reason": "CERTIFICATE_UNTRUSTED"}


def test_a_chain_without_its_ca_is_refused(world):
    identity = issue()
    assert refused(world, identity, identity.chain[:1]).details == {"reason": "CERTIFICATE_LIMIT"}


@pytest.mark.parametrize("garbage", [b"", b"\x30\x00", b"x" * 100, b"x" * 5_000])
def test_bytes_that_are_no_certificate_are_refused(world, garbage):
    with pytest.raises(CertificateRefused):
        admit(Overlay(world.committed), sha256(garbage).digest(), (garbage, NORTH.certificate), at_s=T0)


def test_a_damaged_certificate_is_refused(world):
    identity = issue()
    damaged = identity.certificate[:-1] + bytes([identity.certificate[-1] ^ 1])
    overlay = Overlay(world.committed)
    with pytest.raises(CertificateRefused):
        admit(overlay, sha256(damaged).digest(), (damaged, NORTH.certificate), at_s=T0)
    assert overlay.changes == {}


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    ("at_s", "refusal"),
    [(NOT_BEFORE_S - 1, CertificateNotYetValid), (NOT_AFTER_S + 1, CertificateExpired)],
)
def test_validity_is_judged_at_block_time_on_every_use(world, again, at_s, refusal):
    identity = issue()
    if again:
        world.admit(identity)
    error = refused(world, identity, identity.chain, at_s=at_s)
    assert type(error) is refusal
    assert error.details == {"at_s": at_s, "client_id": identity.client_id}


@pytest.mark.parametrize("at_s", [NOT_BEFORE_S, NOT_AFTER_S])
def test_both_ends_of_the_validity_are_valid(world, at_s):
    identity = issue()
    assert world.admit(identity, at_s=at_s).client_id == identity.client_id
    assert world.admit(identity, at_s=at_s, again=True).client_id == identity.client_id


def test_the_role_of_the_ledger_is_carried_by_no_certificate(world):
    identity = issue(role="ledger")
    refusal = refused(world, identity, identity.chain)
    assert (type(refusal), refusal.details) == (ReservedRole, {"role": "ledger"})


def test_a_name_that_is_no_name_of_the_ledger_is_refused(world):
    identity = issue(name="-h1")
    assert refused(world, identity, identity.chain).details == {"reason": "CERTIFICATE_SUBJECT"}


def test_an_organisation_whose_name_is_no_key_is_refused(world):
    odd = type(NORTH).create("odd CA", organisation="-odd", not_before_s=T0)
    identity = issue(odd)
    assert refused(world, identity, identity.chain).details == {"reason": "CERTIFICATE_SUBJECT"}


def test_a_second_certificate_of_a_bound_party_is_refused(world):
    first, second = issue(), issue()
    world.admit(first)
    refusal = refused(world, second, second.chain)
    assert type(refusal) is PartyBound
    assert refusal.details == {"client_id": first.client_id, "party_id": "north.h1"}


def test_the_same_name_in_two_organisations_is_two_parties(world):
    assert world.admit(issue(NORTH)).party_id == "north.h1"
    assert world.admit(issue(SOUTH)).party_id == "south.h1"


def test_a_replaced_client_is_refused_and_the_new_one_admitted(world):
    old, new = issue(), issue()
    world.admit(old)
    binding = Binding(party_id="north.h1", client_id=new.client_id)
    world.submit(DESK, "registry:replace_client", binding)
    refusal = refused(world, old, old.chain)
    assert (type(refusal), refusal.details) == (
        PartyBound,
        {"client_id": new.client_id, "party_id": "north.h1"},
    )
    assert world.admit(new).client_id == new.client_id
    assert world.admit(new, again=True).client_id == new.client_id


def test_a_party_can_be_bound_to_its_former_client_again(world):
    old, new = issue(), issue()
    world.admit(old)
    world.submit(DESK, "registry:replace_client", Binding(party_id="north.h1", client_id=new.client_id))
    world.admit(new)
    world.submit(DESK, "registry:replace_client", Binding(party_id="north.h1", client_id=old.client_id))
    assert world.admit(old, again=True).client_id == old.client_id
    assert type(refused(world, new, ())) is PartyBound


def test_a_revoked_client_is_refused_for_ever(world):
    identity = issue()
    world.admit(identity)
    world.submit(DESK, "registry:revoke_client", ClientId(client_id=identity.client_id))
    for at_s in (T0 + 1, NOT_AFTER_S + 1):
        refusal = refused(world, identity, identity.chain, at_s=at_s)
        assert (type(refusal), refusal.details) == (ClientRevoked, {"client_id": identity.client_id})


def test_a_certificate_that_is_revoked_before_its_first_use_is_refused(world):
    identity = issue()
    world.submit(DESK, "registry:revoke_client", ClientId(client_id=identity.client_id))
    assert type(refused(world, identity, identity.chain)) is ClientRevoked


def test_another_organisations_revocation_does_not_count(world):
    identity = issue(NORTH)
    world.submit(SOUTH_DESK, "registry:revoke_client", ClientId(client_id=identity.client_id))
    assert world.admit(identity).party_id == "north.h1"


def test_a_party_with_a_revoked_client_stays_bound_until_its_registrar_replaces_it(world):
    old, new = issue(), issue()
    world.admit(old)
    world.submit(DESK, "registry:revoke_client", ClientId(client_id=old.client_id))
    assert type(refused(world, new, new.chain)) is PartyBound
    world.submit(DESK, "registry:replace_client", Binding(party_id="north.h1", client_id=new.client_id))
    assert world.admit(new).party_id == "north.h1"
    assert type(refused(world, old, ())) is ClientRevoked


def test_every_refusal_has_a_code_of_its_own():
    kinds = MembershipRefusal.__subclasses__()
    assert len({kind.code for kind in kinds} | {MembershipRefusal.code}) == len(kinds) + 1


PROGRAM = """
import sys
from wattloom.chaincode.api.overlay import MemoryReader, Overlay
from wattloom.chaincode.genesis import GenesisState, Organisation, write_genesis
from wattloom.chaincode.registry.membership import admit
creator, leaf, ca = (bytes.fromhex(text) for text in sys.argv[1:])
overlay = Overlay(MemoryReader())
organisation = Organisation(organisation="north", ca_certificate=ca)
write_genesis(overlay, GenesisState(organisations=[organisation]))
admit(overlay, creator, (leaf, ca), at_s=1_700_000_001)
print(overlay.changes)
"""


def test_every_process_writes_the_same_whatever_its_hash_seed():
    identity = issue()
    arguments = [identity.client_id, *(certificate.hex() for certificate in identity.chain)]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in [("0", "UTC"), ("1", "Asia/Kathmandu")]
    }
    assert len(outputs) == 1
    assert identity.client_id in outputs.pop()
