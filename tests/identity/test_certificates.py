import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from wattloom.identity.certificates import Authority
from wattloom.identity.errors import IdentityRejected, InvalidRequest
from wattloom.identity.keys import SigningKey
from wattloom.identity.signatures import HALF_ORDER
from wattloom.identity.verify import verify_anchor, verify_client, verify_meter

from .flaws import DAY_S, NOW_S


def test_a_client_that_we_issue_is_verified(organisation):
    issued = organisation.issue_client(
        "home-1", role="participant", attributes={"k": "v"}, not_before_s=NOW_S
    )
    member = verify_client(issued.chain, organisation.certificate, at_s=NOW_S)
    assert (member.client_id, member.name, member.role) == (issued.client_id, "home-1", "participant")
    assert (member.attributes, member.organisation) == ({"k": "v"}, "harbour")
    assert member.public_key == issued.public_key.spki


def test_a_key_made_elsewhere_is_certified_without_leaving_there(organisation):
    key = SigningKey.generate()
    chain = organisation.certify_client(key.public_key, "browser", role="participant", not_before_s=NOW_S)
    assert verify_client(chain, organisation.certificate, at_s=NOW_S).public_key == key.public_key.spki


def test_an_intermediate_issues_clients_too(organisation):
    intermediate = organisation.issue_intermediate("Desk", not_before_s=NOW_S)
    issued = intermediate.issue_client("home-9", role="participant", not_before_s=NOW_S)
    assert verify_client(issued.chain, organisation.certificate, at_s=NOW_S).name == "home-9"


def test_a_meter_that_we_issue_is_verified(organisation):
    meter = organisation.issue_intermediate("Meters", not_before_s=NOW_S).issue_meter(
        "m-1", manufactured_at_s=NOW_S
    )
    assert len(meter.chain) == 3
    assert verify_meter(meter.chain, organisation.certificate, manufactured_at_s=NOW_S).lfdi == meter.lfdi


def test_a_client_is_no_meter_and_a_meter_no_client(organisation):
    desk = organisation.issue_intermediate("Desk", not_before_s=NOW_S)
    issued = desk.issue_client("home-9", role="participant", not_before_s=NOW_S)
    meter = desk.issue_meter("m-1", manufactured_at_s=NOW_S)
    with pytest.raises(IdentityRejected):
        verify_meter(issued.chain, organisation.certificate, manufactured_at_s=NOW_S)
    with pytest.raises(IdentityRejected):
        verify_client(meter.chain, organisation.certificate, at_s=NOW_S)


def test_a_root_that_we_make_can_be_an_anchor(organisation):
    assert (
        verify_anchor(organisation.certificate, at_s=NOW_S).organisation
        == organisation.organisation
        == "harbour"
    )


def test_every_certificate_has_low_s_and_its_own_serial_number(organisation):
    loaded = [
        x509.load_der_x509_certificate(
            organisation.issue_client("a", role="a", not_before_s=NOW_S).certificate
        )
        for _ in range(20)
    ]
    assert all(decode_dss_signature(certificate.signature)[1] <= HALF_ORDER for certificate in loaded)
    assert len({certificate.serial_number for certificate in loaded}) == 20


def test_a_client_ends_with_its_authority_at_the_latest():
    short = Authority.create("CA", organisation="o", not_before_s=NOW_S, days=10)
    issued = short.issue_client("a", role="a", not_before_s=NOW_S, days=365)
    assert (
        verify_client(issued.chain, short.certificate, at_s=NOW_S + 10 * DAY_S).not_after_s
        == NOW_S + 10 * DAY_S
    )


def create(**changes):
    return Authority.create(**{"common_name": "CA", "organisation": "o", "not_before_s": NOW_S, **changes})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation": "Harbour Energy"}, "organisation"),
        ({"common_name": ""}, "common name"),
        ({"common_name": "é"}, "common name"),
        ({"common_name": "a" * 65}, "common name"),
        ({"days": 0}, "days"),
        ({"path_length": -1}, "path length"),
        ({"days": 10**9}, "validity"),
        ({"days": 10**30}, "validity"),
        ({"not_before_s": -(10**12)}, "validity"),
    ],
)
def test_an_authority_that_cannot_be_is_not_made(changes, field):
    with pytest.raises(InvalidRequest, match=f"^{field}:"):
        create(**changes)


def test_what_an_authority_cannot_issue_is_told(organisation):
    with pytest.raises(InvalidRequest, match=r"^name:"):
        organisation.issue_client("Home 1", role="a", not_before_s=NOW_S)
    with pytest.raises(InvalidRequest, match=r"^issuer:"):
        organisation.issue_meter("m-1", manufactured_at_s=NOW_S)
    with pytest.raises(InvalidRequest, match=r"^path length:"):
        create().issue_intermediate("I", not_before_s=NOW_S)
    with pytest.raises(InvalidRequest, match=r"^validity:"):
        organisation.issue_client("a", role="a", not_before_s=NOW_S - 1)
