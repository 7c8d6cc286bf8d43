"""Renewing, revoking, listing, and what others see of it."""

import time
from hashlib import sha256

import pytest
from cryptography import x509

from wattloom.identity.certificates import Authority
from wattloom.identity.client import Refused
from wattloom.identity.keys import SigningKey
from wattloom.identity.log.proofs import verify_consistency
from wattloom.identity.service import statements
from wattloom.identity.service.crls import VALID_FOR_S, CrlKeeper
from wattloom.identity.service.issuers import issuer_id
from wattloom.identity.service.server import IdentityThread
from wattloom.identity.verify import verify_client
from wattloom.identity.wire import identity_pb2 as wire

from .conftest import MADE_AT_S, START_S, connected
from .requests import enrolled, nonce_of

COMPROMISE = wire.REASON_KEY_COMPROMISE


def id_of(identity):
    return sha256(identity.certificate).digest()


def serial_of(identity):
    return x509.load_der_x509_certificate(identity.certificate).serial_number


def refusal(call, *arguments, **options):
    with pytest.raises(Refused) as refused:
        call(*arguments, **options)
    return refused.value.code


def crl_of(client, issuer=b""):
    return x509.load_der_x509_crl(client.crl(issuer))


@pytest.mark.usefixtures("on_each_database")
class TestOnEachDatabase:
    def test_a_renewed_certificate_follows_and_the_one_before_ends(self, client, new_meter, utility):
        first = enrolled(client, new_meter())
        renewed = client.renew(first, key=SigningKey.generate())
        member = verify_client(renewed.chain, utility.certificate, at_s=int(time.time()))
        assert member.name == f"meter-{member.attributes['lfdi']}"
        assert renewed.public_key.spki != first.public_key.spki
        assert refusal(client.renew, first, key=SigningKey.generate()) == "NOT_VALID"
        assert serial_of(first) in {each.serial_number for each in crl_of(client)}

    def test_a_registrar_revokes_and_the_list_says_so_at_once(self, client, new_meter, registrar, folder):
        kept, lost = enrolled(client, new_meter()), enrolled(client, new_meter())
        assert len(crl_of(client)) == 0
        client.revoke(registrar, id_of(lost), reason=COMPROMISE)
        found = crl_of(client)
        assert [each.serial_number for each in found] == [serial_of(lost)]
        entry = found.get_revoked_certificate_by_serial_number(serial_of(lost))
        assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.name == "key_compromise"
        issuing = x509.load_der_x509_certificate(folder.issuers().current.certificate)
        assert found.is_signature_valid(issuing.public_key())
        assert found.issuer == issuing.subject
        assert (found.next_update_utc - found.last_update_utc).total_seconds() == VALID_FOR_S
        assert refusal(client.renew, lost, key=SigningKey.generate()) == "NOT_VALID"
        client.renew(kept, key=SigningKey.generate())

    def test_what_is_revoked_stays_so(self, client, new_meter, registrar):
        lost = enrolled(client, new_meter())
        client.revoke(registrar, id_of(lost), reason=COMPROMISE)
        assert refusal(client.revoke, registrar, id_of(lost), reason=COMPROMISE) == "NOT_VALID"
        assert refusal(client.revoke, registrar, bytes(32), reason=COMPROMISE) == "NOT_FOUND"

    def test_pages_of_the_list_leave_nothing_out(self, client, new_meter, registrar):
        made = [enrolled(client, new_meter()) for _ in range(5)]
        client.revoke(registrar, id_of(made[1]), reason=COMPROMISE)
        found, after = [], 0
        while True:
            nonce = nonce_of(client)
            statement = statements.listing(nonce, after, 2, only_valid=False)
            operator = wire.Operator(nonce=nonce, chain=registrar.chain, signature=registrar.sign(statement))
            page = client.call(
                client.stub.List, wire.ListRequest(operator=operator, limit=2, after_index=after)
            )
            found += page.records
            if not page.next_index:
                break
            after = page.next_index
        assert [each.certificate_id for each in found] == [id_of(identity) for identity in made]
        assert [bool(each.revoked_at_s) for each in found] == [False, True, False, False, False]
        assert len(list(client.list(registrar, only_valid=True))) == 4
        assert not any(each.on_ledger for each in found)  # no ledger is told

    def test_the_log_only_grows_and_proves_it(self, client, new_meter):
        heads = [client.call(client.stub.GetLogRoot, wire.GetLogRootRequest()).tree_head]
        for _ in range(5):
            enrolled(client, new_meter())
            heads.append(client.call(client.stub.GetLogRoot, wire.GetLogRootRequest()).tree_head)
        assert [head.tree_size for head in heads] == list(range(6))
        for first in heads:
            for second in heads[first.tree_size :]:
                asked = wire.ProveConsistencyRequest(first_size=first.tree_size, second_size=second.tree_size)
                path = client.call(client.stub.ProveConsistency, asked).path if second.tree_size else ()
                verify_consistency(first.tree_size, first.root_hash, second.tree_size, second.root_hash, path)


class TestOperators:
    def test_only_a_registrar_of_the_organisation_revokes_and_lists(self, client, new_meter, utility, maker):
        identity = enrolled(client, new_meter())
        home = utility.issue_client("home-1", role="home", not_before_s=START_S)
        other = type(utility).create("north CA", organisation="north", not_before_s=START_S)
        forged = other.issue_client("office", role="registrar", not_before_s=START_S)
        for operator, code in ((home, "NOT_ALLOWED"), (forged, "CERTIFICATE_UNTRUSTED")):
            assert refusal(client.revoke, operator, id_of(identity), reason=COMPROMISE) == code
            assert refusal(lambda by=operator: list(client.list(by))) == code
        assert refusal(client.revoke, identity, id_of(identity), reason=COMPROMISE) == "NOT_ALLOWED"

    def test_a_replayed_or_altered_revocation_is_refused(self, client, new_meter, registrar):
        one, other = enrolled(client, new_meter()), enrolled(client, new_meter())
        nonce = nonce_of(client)
        statement = statements.revocation(nonce, id_of(one), COMPROMISE)
        operator = wire.Operator(nonce=nonce, chain=registrar.chain, signature=registrar.sign(statement))
        request = wire.RevokeRequest(operator=operator, certificate_id=id_of(one), reason=COMPROMISE)
        altered = wire.RevokeRequest(operator=operator, certificate_id=id_of(other), reason=COMPROMISE)
        assert refusal(client.call, client.stub.Revoke, altered) == "NOT_POSSESSED"
        client.call(client.stub.Revoke, request)
        assert refusal(client.call, client.stub.Revoke, request) == "NONCE_REFUSED"

    @pytest.mark.parametrize(
        ("method", "request_"),
        [
            ("Revoke", wire.RevokeRequest(certificate_id=b"x")),
            ("Renew", wire.RenewRequest(certificate_id=b"x")),
            ("Revoke", wire.RevokeRequest(certificate_id=bytes(32), reason=77)),
            ("List", wire.ListRequest(after_index=2**63)),
            ("GetEntries", wire.GetEntriesRequest(limit=1_001)),
            ("GetEntries", wire.GetEntriesRequest(first_index=2**63)),
            ("ProveInclusion", wire.ProveInclusionRequest(certificate_id=b"x")),
            ("ProveConsistency", wire.ProveConsistencyRequest(first_size=5, second_size=2)),
            ("ProveConsistency", wire.ProveConsistencyRequest(first_size=2**63, second_size=2**63)),
            ("GetCRL", wire.GetCRLRequest(issuer_id=b"x")),
        ],
    )
    def test_a_field_that_does_not_fit_is_said_to(self, client, method, request_):
        assert refusal(client.call, getattr(client.stub, method), request_) == "BAD_REQUEST"

    @pytest.mark.parametrize(
        ("method", "request_"),
        [
            ("Renew", wire.RenewRequest(certificate_id=bytes(32))),
            ("ProveInclusion", wire.ProveInclusionRequest(certificate_id=bytes(32))),
            ("GetCRL", wire.GetCRLRequest(issuer_id=bytes(32))),
        ],
    )
    def test_what_is_not_there_is_said_not_to_be(self, client, method, request_):
        assert refusal(client.call, getattr(client.stub, method), request_) == "NOT_FOUND"


class TestRotation:
    def test_an_issuing_ca_takes_over_while_the_service_answers(self, folder, new_meter, utility, registrar):
        with IdentityThread(folder) as service, connected(service, folder) as client:
            before = enrolled(client, new_meter())
            folder.rotate(utility)
            service.server.reload()
            after = client.renew(before, key=SigningKey.generate())
            former, present = (issuer_id(each) for each in (_authority(folder, 1), _authority(folder, 2)))
            assert [sha256(each.chain[1]).digest() for each in (before, after)] == [former, present]
            for identity in (before, after):
                verify_client(identity.chain, utility.certificate, at_s=int(time.time()))
            client.revoke(registrar, id_of(after), reason=COMPROMISE)
            for issuer, identity in ((former, before), (present, after)):
                revoked = crl_of(client, issuer)
                assert [each.serial_number for each in revoked] == [serial_of(identity)]

    def test_another_root_takes_over_and_registrars_of_both_are_heard(
        self, folder, new_meter, utility, registrar
    ):
        successor = type(utility).create(
            "north CA 2", organisation="north", not_before_s=START_S, path_length=1
        )
        with IdentityThread(folder) as service, connected(service, folder) as client:
            first = enrolled(client, new_meter())
            folder.rotate(successor)
            service.server.reload()
            renewed = client.renew(first, key=SigningKey.generate())
            assert renewed.chain[-1] == successor.certificate
            other = successor.issue_client("desk", role="registrar", not_before_s=START_S)
            for operator in (registrar, other):
                assert len(list(client.list(operator))) == 2

    def test_a_manufacturer_is_trusted_while_the_service_answers(self, folder):
        other = Authority.create("Zeta root", organisation="zeta", not_before_s=START_S, path_length=1)
        line = other.issue_intermediate("Zeta meters", not_before_s=START_S)
        meter = line.issue_meter("z-1", manufactured_at_s=MADE_AT_S)
        with IdentityThread(folder) as service, connected(service, folder) as client:
            with pytest.raises(Refused, match="'zeta' is no manufacturer trusted here"):
                enrolled(client, meter)
            folder.trust(other.certificate)
            service.server.reload()
            enrolled(client, meter)

    def test_a_folder_that_cannot_be_read_leaves_the_present_ca_at_work(self, folder, new_meter, utility):
        with IdentityThread(folder) as service, connected(service, folder) as client:
            (folder.rotate(utility) / "ca.pem").unlink()
            service.server.reload()
            enrolled(client, new_meter())

    def test_a_list_is_signed_anew_before_it_is_old(self, service, client, new_meter):
        enrolled(client, new_meter())
        keeper, issuer = CrlKeeper(service.server.register), service.server.register.issuers.current_id
        now_s = int(time.time())
        first, _ = keeper.newest(issuer, now_s=now_s)
        assert keeper.newest(issuer, now_s=now_s + 60)[0] == first
        later, next_update_s = keeper.newest(issuer, now_s=now_s + VALID_FOR_S)
        assert next_update_s == now_s + 2 * VALID_FOR_S
        numbers = [
            x509.load_der_x509_crl(each).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
            for each in (first, later)
        ]
        assert numbers == [1, 2]


def _authority(folder, number):
    return folder.issuers().find(folder.issuers().ids()[number - 1])
