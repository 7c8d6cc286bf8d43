"""An organisation's CA takes over from the one before, while everybody goes on acting.

Clients that the ledger knows are untouched. Certificates of the old CA that it has not seen yet are still
introduced until a stated time, so that none has to be exchanged on one day.
"""

from wattloom.chaincode.api import Context, InvalidArgument
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.anchors import check_anchor, rejections_refused
from wattloom.chaincode.registry.errors import CertificateRefused
from wattloom.chaincode.registry.records import FormerAuthority, Organisation, Succession
from wattloom.identity.errors import Code
from wattloom.identity.handles import client_id
from wattloom.identity.signatures import VerifyingKey
from wattloom.identity.succession import succession_statement


def rotate_authority(ctx: Context, request: Succession) -> None:
    """Let another CA vouch for the caller's organisation, as its present one has signed.

    Raises
    ------
    CertificateRefused : it is no CA of this organisation, not valid now, had before, or not signed for
    InvalidArgument : the end of the overlap has passed
    """
    # READ
    name = ctx.caller.organisation
    present = ctx.state.get(keys.organisation(name), Organisation).ca_certificate
    # CHECK
    if request.accept_until_s < ctx.block_time_s:
        raise InvalidArgument(reason="accept_until_s has passed")
    check_anchor(request.ca_certificate, organisation=name, at_s=ctx.block_time_s)
    if request.ca_certificate == present or ctx.state.exists(_key(name, request.ca_certificate)):
        sentence = "the organisation has, or has had, this CA: make a new one"
        raise CertificateRefused(reason=Code.CERTIFICATE_UNTRUSTED, sentence=sentence)
    with rejections_refused():
        statement = succession_statement(request.ca_certificate)
        VerifyingKey.from_certificate(present).verify(request.signature, statement)
    # WRITE
    former = FormerAuthority(organisation=name, ca_certificate=present, accept_until_s=request.accept_until_s)
    ctx.state.put(_key(name, present), former)
    organisation = Organisation(organisation=name, ca_certificate=request.ca_certificate)
    ctx.state.put(keys.organisation(name), organisation)
    ctx.emit("authority_rotated", organisation)


def _key(organisation: str, certificate: bytes) -> str:
    return keys.former_authority(organisation, client_id(certificate))
