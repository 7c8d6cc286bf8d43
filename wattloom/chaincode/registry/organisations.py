"""Organisations: the consortium's members, each with the CA that vouches for its clients."""

from wattloom.chaincode.api import AlreadyExists, Context
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.anchors import check_anchor
from wattloom.chaincode.registry.records import Organisation


def add_organisation(ctx: Context, request: Organisation) -> None:
    """Admit an organisation to the consortium.

    Raises
    ------
    AlreadyExists : the name is taken
    CertificateRefused : the certificate is no CA of this organisation, or not valid now
    """
    # READ
    key = keys.organisation(request.organisation)
    # CHECK
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"registry:{key}")
    check_anchor(request.ca_certificate, organisation=request.organisation, at_s=ctx.block_time_s)
    # WRITE
    ctx.state.put(key, request)
    ctx.emit("organisation_added", request)
