"""The roll of members and manufacturers: what governance may change of it, once the consortium has agreed.

Each function takes the calling contract's context and refuses before it writes.
"""

from wattloom.chaincode.api import AlreadyExists, Context, NotFound
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.anchors import check_anchor
from wattloom.chaincode.registry.errors import CertificateRefused
from wattloom.chaincode.registry.records import Manufacturer, Organisation
from wattloom.identity.errors import Code

REGISTRY = "registry"


def add_organisation(ctx: Context, request: Organisation) -> None:
    """Admit an organisation, or one that has left, with the CA that it had.

    Raises
    ------
    AlreadyExists : the name is taken
    CertificateRefused : the certificate is no CA of this organisation, not valid now, or not the one it had
    """
    # READ
    registry = ctx.within(REGISTRY)
    key, former_key = keys.organisation(request.organisation), keys.former(request.organisation)
    former = registry.state.find(former_key, Organisation)
    # CHECK
    if registry.state.exists(key):
        raise AlreadyExists(key=f"{REGISTRY}:{key}")
    if former is not None and former != request:  # the accounts of its parties are still theirs
        sentence = f"{request.organisation} has left with another CA: choose another name"
        raise CertificateRefused(reason=Code.CERTIFICATE_UNTRUSTED, sentence=sentence)
    check_anchor(request.ca_certificate, organisation=request.organisation, at_s=ctx.block_time_s)
    # WRITE
    if former is not None:
        registry.state.delete(former_key)
    registry.state.put(key, request)
    registry.emit("organisation_added", request)


def remove_organisation(ctx: Context, name: str) -> None:
    """Dismiss an organisation: its clients are refused from now on, its records stay.

    Raises
    ------
    NotFound : it is no member
    """
    # READ
    registry, key = ctx.within(REGISTRY), keys.organisation(name)
    organisation = registry.state.get(key, Organisation)
    # WRITE
    former = Organisation(organisation=name, ca_certificate=organisation.ca_certificate)
    registry.state.delete(key)
    registry.state.put(keys.former(name), former)
    registry.emit("organisation_removed", former)


def add_manufacturer(ctx: Context, request: Manufacturer) -> None:
    """Trust a manufacturer's root certificate; it may have expired, because meters outlive it.

    Raises
    ------
    AlreadyExists : the name is taken
    CertificateRefused : the certificate is no root of this manufacturer
    """
    # READ
    registry, key = ctx.within(REGISTRY), keys.manufacturer(request.manufacturer)
    # CHECK
    if registry.state.exists(key):
        raise AlreadyExists(key=f"{REGISTRY}:{key}")
    check_anchor(request.root_certificate, organisation=request.manufacturer)
    # WRITE
    registry.state.put(key, request)
    registry.emit("manufacturer_added", request)


def require_member(ctx: Context, name: str) -> None:
    """Raise `NotFound` unless the organisation is on the ledger."""
    if not ctx.within(REGISTRY).state.exists(keys.organisation(name)):
        raise NotFound(key=f"{REGISTRY}:{keys.organisation(name)}")
