import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.identity.certificates import Authority
from wattloom.identity.client import NotAnswered, Refused
from wattloom.identity.client.calling import verify_issued
from wattloom.identity.errors import IdentityError, IdentityRejected
from wattloom.identity.keys import SigningKey
from wattloom.identity.log.proofs import verify_inclusion
from wattloom.identity.merkle import leaf_hash
from wattloom.identity.service.applying import judge_enrolment
from wattloom.identity.service.challenges import VALID_FOR_S, Challenges
from wattloom.identity.service.errors import NonceRefused
from wattloom.identity.service.server import IdentityThread
from wattloom.identity.verify import verify_client
from wattloom.identity.wire import identity_pb2 as wire

from .conftest import MADE_AT_S, START_S, connected
from .requests import enrolled, enrolment, nonce_of


def code_of(client, request, method="Enrol"):
    with pytest.raises(Refused) as refusal:
        client.call(getattr(client.stub, method), request)
    return refusal.value.code


@pytest.mark.usefixtures("on_each_database")
class TestGenuine:
    def test_a_meter_gets_a_certificate_of_the_organisation_that_the_log_proves(
        self, client, new_meter, utility
    ):
        meter, key = new_meter(), SigningKey.generate()
        identity = client.enrol(meter, manufactured_at_s=MADE_AT_S, key=key)
        member = verify_client(identity.chain, utility.certificate, at_s=int(time.time()))
        assert (member.organisation, member.name, member.role) == ("north", f"meter-{meter.lfdi}", "meter")
        assert member.attributes == {"lfdi": meter.lfdi}
        assert member.public_key == key.public_key.spki
        certificate_id = sha256(identity.certificate).digest()
        proof = client.call(
            client.stub.ProveInclusion, wire.ProveInclusionRequest(certificate_id=certificate_id)
        )
        head = client.call(client.stub.GetLogRoot, wire.GetLogRootRequest()).tree_head
        assert head.tree_size == proof.tree_size == 1
        verify_inclusion(leaf_hash(identity.certificate), 0, 1, proof.audit_path, head.root_hash)

    def test_many_at_once_each_get_their_own_place_in_the_log(self, client, new_meter):
        meters = [new_meter() for _ in range(40)]
        with ThreadPoolExecutor(16) as pool:
            identities = list(pool.map(lambda meter: enrolled(client, meter), meters))
        entries = client.call(client.stub.GetEntries, wire.GetEntriesRequest()).entries
        assert sorted(entries) == sorted(identity.certificate for identity in identities)
        assert len(set(entries)) == len(meters)

    def test_what_was_issued_is_there_after_a_restart(self, folder, new_meter):
        with IdentityThread(folder) as service, connected(service, folder) as client:
            meter = new_meter()
            identity = enrolled(client, meter)
        with IdentityThread(folder) as service, connected(service, folder) as client:
            enrolled(client, new_meter())
            asked = wire.ProveInclusionRequest(certificate_id=sha256(identity.certificate).digest())
            assert client.call(client.stub.ProveInclusion, asked).tree_size == 2
            assert client.renew(identity, key=SigningKey.generate()).chain != identity.chain

    def test_two_services_on_one_database_keep_one_log(self, folder, new_meter):
        with (
            IdentityThread(folder) as one,
            IdentityThread(folder) as two,
            connected(one, folder) as first,
            connected(two, folder) as second,
        ):
            for client in (first, second, first, second):
                enrolled(client, new_meter())
            heads = [
                client.call(client.stub.GetLogRoot, wire.GetLogRootRequest()).tree_head
                for client in (first, second)
            ]
            nonce = nonce_of(first)
            second.call(second.stub.Enrol, enrolment(new_meter(), nonce))
            assert code_of(first, enrolment(new_meter(), nonce)) == "NONCE_REFUSED"
        assert heads[0] == heads[1]
        assert heads[0].tree_size == 4

    def test_who_has_lost_its_key_enrols_again_and_the_lost_certificate_ends(
        self, client, new_meter, registrar
    ):
        meter = new_meter()
        lost, found = enrolled(client, meter), enrolled(client, meter)
        with pytest.raises(Refused) as refusal:
            client.renew(lost, key=SigningKey.generate())
        assert refusal.value.code == "NOT_VALID"
        records = list(client.list(registrar))
        assert records[0].replaced_by == bytes.fromhex(found.client_id)
        assert [each.certificate_id.hex() for each in client.list(registrar, only_valid=True)] == [
            found.client_id
        ]

    def test_a_challenge_is_answered_once(self, client, new_meter):
        nonce = nonce_of(client)
        client.call(client.stub.Enrol, enrolment(new_meter(), nonce))
        assert code_of(client, enrolment(new_meter(), nonce)) == "NONCE_REFUSED"

    def test_a_replayed_enrolment_is_refused(self, client, new_meter):
        request = enrolment(new_meter(), nonce_of(client))
        client.call(client.stub.Enrol, request)
        assert code_of(client, request) == "NONCE_REFUSED"

    def test_one_challenge_raced_for_is_answered_once(self, client, new_meter):
        nonce = nonce_of(client)
        requests = [enrolment(new_meter(), nonce) for _ in range(8)]

        def attempt(request):
            try:
                client.call(client.stub.Enrol, request)
            except Refused as refusal:
                return refusal.code
            return "OK"

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(attempt, requests)) == ["NONCE_REFUSED"] * 7 + ["OK"]


class TestRefused:
    def test_another_nonce_than_ours_is_refused(self, client, new_meter):
        theirs, _ = Challenges(bytes(32)).make(now_s=int(time.time()))
        for nonce in (theirs, b"", bytes(64)):
            assert code_of(client, enrolment(new_meter(), nonce)) == "NONCE_REFUSED"

    def test_every_flipped_byte_of_a_nonce_is_refused_and_so_is_one_that_is_over(self):
        challenges = Challenges(bytes(32))
        nonce, expires_at_s = challenges.make(now_s=1_000)
        assert challenges.check(nonce, now_s=1_000 + VALID_FOR_S) == expires_at_s
        for place in range(len(nonce)):
            broken = bytearray(nonce)
            broken[place] ^= 1
            with pytest.raises(NonceRefused):
                challenges.check(bytes(broken), now_s=1_000)
        with pytest.raises(NonceRefused, match="expired"):
            challenges.check(nonce, now_s=1_001 + VALID_FOR_S)

    def test_a_manufacturer_that_is_not_trusted_is_refused(self, client):
        stranger = Authority.create("Other", organisation="other", not_before_s=START_S, path_length=1)
        line = stranger.issue_intermediate("Other line", not_before_s=START_S)
        meter = line.issue_meter("m", manufactured_at_s=MADE_AT_S)
        assert code_of(client, enrolment(meter, nonce_of(client))) == "UNKNOWN_MANUFACTURER"

    def test_a_forged_manufacturer_of_a_trusted_name_is_refused(self, client):
        forger = Authority.create("Acme root", organisation="acme", not_before_s=START_S, path_length=1)
        meter = forger.issue_intermediate("x", not_before_s=START_S).issue_meter(
            "m", manufactured_at_s=MADE_AT_S
        )
        assert code_of(client, enrolment(meter, nonce_of(client))) == "CERTIFICATE_UNTRUSTED"

    def test_somebody_elses_certificate_is_no_use(self, client, new_meter):
        request = enrolment(new_meter(), nonce_of(client), signer=new_meter())
        assert code_of(client, request) == "NOT_POSSESSED"

    def test_a_key_that_is_not_held_is_not_certified(self, client, new_meter):
        request = enrolment(new_meter(), nonce_of(client))
        request.possession_signature = request.manufacturer_signature
        assert code_of(client, request) == "NOT_POSSESSED"

    def test_the_manufacturers_key_is_not_certified(self, client, new_meter):
        meter = new_meter()
        assert code_of(client, enrolment(meter, nonce_of(client), key=meter.key)) == "BAD_REQUEST"

    @pytest.mark.parametrize("made_at_s", [-1, START_S - 10_000, int(time.time()) + 1_000_000])
    def test_a_manufacture_outside_of_its_authorities_times_is_refused(self, client, new_meter, made_at_s):
        request = enrolment(new_meter(), nonce_of(client), made_at_s=made_at_s)
        assert code_of(client, request) in ("BAD_REQUEST", "CERTIFICATE_NOT_YET_VALID")

    def test_a_chain_of_another_length_is_refused(self, client, new_meter):
        meter = new_meter()
        for chain in ([], meter.chain[:2], [*meter.chain, meter.chain[2]]):
            request = enrolment(meter, nonce_of(client), chain=chain)
            assert code_of(client, request) in ("BAD_REQUEST", "CERTIFICATE_LIMIT")

    def test_what_is_signed_in_one_field_is_not_moved_to_another(self, client, new_meter):
        request = enrolment(new_meter(), nonce_of(client))
        for field, value in (
            ("nonce", nonce_of(client)),
            ("manufactured_at_s", MADE_AT_S + 1),
            ("public_key", SigningKey.generate().public_key.spki),
        ):
            changed = wire.EnrolRequest()
            changed.CopyFrom(request)
            setattr(changed, field, value)
            assert code_of(client, changed) == "NOT_POSSESSED"

    def test_one_meter_cannot_fill_the_log(self, make_folder, new_meter):
        folder = make_folder("strict", certificates_per_day=2)
        meter = new_meter()
        with IdentityThread(folder) as service, connected(service, folder) as client:
            enrolled(client, meter)
            enrolled(client, meter)
            with pytest.raises(NotAnswered, match="2 certificates of one meter in a day"):
                enrolled(client, meter)
            enrolled(client, new_meter())

    def test_one_address_cannot_take_all_calls(self, make_folder, new_meter):
        folder = make_folder("strict", calls_per_second=0.01, burst=3)
        with IdentityThread(folder) as service, connected(service, folder) as client:
            enrolled(client, new_meter())
            nonce_of(client)
            with pytest.raises(NotAnswered, match=r"more than 0\.01 calls a second"):
                nonce_of(client)
            client.call(client.stub.GetLogRoot, wire.GetLogRootRequest())

    def test_an_answer_that_the_log_does_not_hold_is_not_believed(self, client, folder, new_meter):
        request = enrolment(new_meter(), nonce_of(client))
        issued = client.call(client.stub.Enrol, request).issued
        log_key = folder.log_key().public_key
        verify_issued(issued, log_key)
        with pytest.raises(IdentityRejected):
            verify_issued(issued, SigningKey.generate().public_key)
        issued.chain[0] = issued.chain[1]
        with pytest.raises(IdentityRejected):
            verify_issued(issued, log_key)


@pytest.fixture(scope="module")
def sound(new_meter):
    """Return a meter, a request of it that would be granted, and the challenges that it answers."""
    meter, challenges = new_meter(), Challenges(bytes(32))
    nonce, _ = challenges.make(now_s=int(time.time()))
    return meter, enrolment(meter, nonce).SerializeToString(), challenges


class TestNoise:
    """Whatever arrives is answered in our own words."""

    @settings(max_examples=150, deadline=None)
    @given(data=st.data())
    def test_a_mutilated_request_is_our_refusal_and_never_another_meters_certificate(
        self, data, sound, maker
    ):
        meter, whole, challenges = sound
        raw = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(0, len(whole) - 10))
            raw[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
        try:
            order = judge_enrolment(
                wire.EnrolRequest.FromString(bytes(raw)),
                challenges,
                {"acme": maker.certificate},
                now_s=int(time.time()),
            )
        except (DecodeError, IdentityError):
            return
        assert order.meter.lfdi == meter.lfdi

    @settings(max_examples=100, deadline=None)
    @given(
        nonce=st.binary(max_size=80),
        chain=st.lists(st.binary(max_size=100), max_size=4),
        made_at_s=st.integers(-(2**63), 2**63 - 1),
        key=st.binary(max_size=100),
    )
    def test_noise_in_every_field_is_our_refusal(self, maker, nonce, chain, made_at_s, key):
        request = wire.EnrolRequest(
            nonce=nonce,
            manufacturer_chain=chain,
            manufactured_at_s=made_at_s,
            public_key=key,
            manufacturer_signature=key,
            possession_signature=nonce,
        )
        with pytest.raises(IdentityError):
            judge_enrolment(request, Challenges(bytes(32)), {"acme": maker.certificate}, now_s=1_000)
