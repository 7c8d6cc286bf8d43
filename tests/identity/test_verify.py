import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.identity import handles
from wattloom.identity.errors import Code, IdentityError, IdentityRejected
from wattloom.identity.verify import unsafe_organisation, verify_anchor, verify_client, verify_meter

from . import flaws
from .flaws import CLIENT_DER, DAY_S, INTERMEDIATE_DER, NOW_S, ROOT_DER


def test_a_client_is_who_its_certificate_says():
    member = verify_client([CLIENT_DER, ROOT_DER], ROOT_DER, at_s=NOW_S)
    assert (member.organisation, member.name, member.role) == ("harbour", "home-1", "participant")
    assert member.attributes == {"home": "h-1"}
    assert member.client_id == handles.client_id(CLIENT_DER)
    assert (member.not_before_s, member.not_after_s) == (NOW_S - DAY_S, NOW_S + DAY_S)


def test_a_client_may_stand_below_an_intermediate():
    chain = [flaws.CLIENT_BELOW.make(), INTERMEDIATE_DER, ROOT_DER]
    assert verify_client(chain, ROOT_DER, at_s=NOW_S).name == "home-1"


def test_a_member_is_valid_no_longer_than_its_whole_chain():
    root = flaws.ROOT.but(not_before_s=NOW_S - 5, not_after_s=NOW_S + 5).make()
    member = verify_client([CLIENT_DER, root], root, at_s=NOW_S)
    assert (member.not_before_s, member.not_after_s) == (NOW_S - 5, NOW_S + 5)


@pytest.mark.parametrize("at_s", [NOW_S - DAY_S, NOW_S + DAY_S])
def test_both_bounds_of_the_validity_belong_to_it(at_s):
    verify_client([CLIENT_DER, ROOT_DER], ROOT_DER, at_s=at_s)


@pytest.mark.parametrize("flaw", flaws.CLIENT_FLAWS, ids=lambda flaw: flaw.title)
def test_a_client_is_refused_for(flaw):
    chain, trusted = flaw.chain(), flaw.trusted()
    with pytest.raises(IdentityRejected) as refusal:
        verify_client(chain, trusted, at_s=NOW_S)
    assert refusal.value.code == flaw.code, str(refusal.value)


@pytest.mark.parametrize("flaw", flaws.METER_FLAWS, ids=lambda flaw: flaw.title)
def test_a_meter_is_refused_for(flaw):
    chain, trusted = flaw.chain(), flaw.trusted()
    with pytest.raises(IdentityRejected) as refusal:
        verify_meter(chain, trusted, manufactured_at_s=NOW_S)
    assert refusal.value.code == flaw.code, str(refusal.value)


def test_a_meter_is_judged_at_its_manufacture_and_outlives_its_authorities():
    der = flaws.METER.but(not_after_s=NOW_S + 10_000 * DAY_S).make()
    meter = verify_meter([der, INTERMEDIATE_DER, ROOT_DER], ROOT_DER, manufactured_at_s=NOW_S)
    assert (meter.manufacturer, meter.serial) == ("harbour", "meter-1")
    assert meter.lfdi == handles.lfdi(der)
    assert meter.not_after_s == NOW_S + 10_000 * DAY_S


def test_every_flipped_byte_of_a_leaf_is_refused():
    for place in range(len(CLIENT_DER)):
        flawed = bytearray(CLIENT_DER)
        flawed[place] ^= 1
        with pytest.raises(IdentityRejected):
            verify_client([bytes(flawed), ROOT_DER], ROOT_DER, at_s=NOW_S)


@given(st.binary(max_size=600))
def test_bytes_that_are_no_certificate_are_always_our_error(noise):
    with pytest.raises(IdentityError):
        verify_client([noise, ROOT_DER], ROOT_DER, at_s=NOW_S)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(0, len(CLIENT_DER) - 1), st.integers(0, 3), st.binary(max_size=3)),
        min_size=1,
        max_size=4,
    )
)
def test_a_mutilated_certificate_is_our_error_or_unchanged(cuts):
    flawed = CLIENT_DER
    for place, removed, inserted in cuts:
        flawed = flawed[:place] + inserted + flawed[place + removed :]
    try:
        verify_client([flawed, ROOT_DER], ROOT_DER, at_s=NOW_S)
    except IdentityError:
        return
    assert flawed == CLIENT_DER


@settings(max_examples=200)
@given(st.integers(0, 2**64), st.binary(min_size=1, max_size=6))
def test_what_an_authority_signed_out_of_profile_is_refused_in_our_words(seed, inserted):
    """Sign the mutilated contents properly, so that parsing alone stands in the way."""
    tbs = flaws.x509.load_der_x509_certificate(CLIENT_DER).tbs_certificate_bytes
    place = 4 + seed % (len(tbs) - 4)
    mutilated = tbs[:place] + inserted + tbs[place + len(inserted) :]
    chain = [flaws.assemble(mutilated, *flaws.sign(mutilated, flaws.ROOT_KEY)), ROOT_DER]
    try:
        member = verify_client(chain, ROOT_DER, at_s=NOW_S)
    except IdentityError:
        return
    assert member.organisation == "harbour"


def test_an_anchor_is_read_before_it_is_trusted():
    anchor = verify_anchor(ROOT_DER, at_s=NOW_S)
    assert (anchor.organisation, anchor.common_name, anchor.path_length) == ("harbour", "Root", 1)
    assert anchor.certificate_id == handles.client_id(ROOT_DER)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (flaws.INTERMEDIATE, Code.CERTIFICATE_UNTRUSTED),
        (flaws.ROOT.but(issuer_key=flaws.OTHER_KEY), Code.CERTIFICATE_UNTRUSTED),
        (flaws.CLIENT.but(issuer=flaws.CLIENT.subject, issuer_key=flaws.LEAF_KEY), Code.CERTIFICATE_PATH),
        (flaws.ROOT.but(not_after_s=NOW_S - 1), Code.CERTIFICATE_EXPIRED),
    ],
)
def test_what_is_no_root_is_no_anchor(plan, code):
    certificate = plan.make()
    with pytest.raises(IdentityRejected) as refusal:
        verify_anchor(certificate, at_s=NOW_S)
    assert refusal.value.code == code


def test_the_claimed_organisation_finds_the_authority_to_verify_with():
    assert unsafe_organisation(CLIENT_DER) == "harbour"


def test_a_verdict_does_not_depend_on_locale_time_zone_hash_seed_or_warnings():
    program = (
        "import sys, time\n"
        "from wattloom.identity.verify import verify_client\n"
        "time.time = None\n"
        "chain = [bytes.fromhex(part) for part in sys.argv[1:]]\n"
        f"print(verify_client(chain, chain[-1], at_s={NOW_S}))\n"
    )
    arguments = [CLIENT_DER.hex(), ROOT_DER.hex()]
    settings_tried = [
        {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
        {"TZ": "Australia/Sydney", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "PYTHONWARNINGS": "error"},
    ]
    verdicts = {
        subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env={**os.environ, **environment},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for environment in settings_tried
    }
    assert len(verdicts) == 1
