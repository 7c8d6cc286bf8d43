"""Devices: meters, which their manufacturers vouch for."""

from wattloom.chaincode.api import AlreadyExists, Context
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.access import require_overseer, require_own
from wattloom.chaincode.registry.anchors import claimed_organisation, rejections_refused
from wattloom.chaincode.registry.clients import bind, check_bindable
from wattloom.chaincode.registry.errors import ClientRevoked
from wattloom.chaincode.registry.records import (
    Announced,
    Binding,
    ClientIds,
    Manufacturer,
    Meter,
    MeterCertificate,
    MeterChain,
    MeterChains,
    MeterId,
)
from wattloom.identity.verify import verify_meter


def register_meter(ctx: Context, request: MeterChain) -> Meter:
    """Register a genuine meter for the caller's organisation, and the certificate it acts through, if any.

    Raises
    ------
    NotFound : its manufacturer is not on the ledger
    CertificateRefused : its chain does not hold at its manufacture
    AlreadyExists : it is registered already
    ClientRevoked, InvalidArgument : as of `certify_meter`
    """
    meter = _genuine(ctx, request)
    key = keys.meter(meter.lfdi)
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"registry:{key}")
    _register(ctx, meter, request.client_id)
    return meter


def enrol_meters(ctx: Context, request: MeterChains) -> None:
    """Register meters, or certify those that are registered already: the same call again changes nothing.

    Raises
    ------
    Forbidden : a meter is another organisation's
    NotFound, CertificateRefused, ClientRevoked, InvalidArgument : as of `register_meter`, for any of them
    """
    for each in request.meters:
        meter = _genuine(ctx, each)
        known = ctx.state.find(keys.meter(meter.lfdi), Meter)
        if known is None:
            _register(ctx, meter, each.client_id)
        elif each.client_id is not None:
            require_own(ctx, known.organisation)
            certificate = MeterCertificate(lfdi=known.lfdi, client_id=each.client_id)
            if ctx.state.find(keys.meter_certificate(known.lfdi), MeterCertificate) != certificate:
                check_bindable(ctx, _binding(known, each.client_id))
                _certify(ctx, known, certificate)


def certify_meter(ctx: Context, request: MeterCertificate) -> None:
    """Let a meter act through the certificate that follows its present one.

    None follows a revoked one, because whoever has a stolen key could renew it; such a meter enrols again, by
    its manufacturer's key.

    Raises
    ------
    NotFound : no such meter
    AlreadyExists : it acts through this certificate already
    ClientRevoked : this certificate, or the one that it follows, is revoked
    InvalidArgument : the certificate is another party's
    """
    # READ
    meter = ctx.state.get(keys.meter(request.lfdi), Meter)
    before = ctx.state.find(keys.meter_certificate(request.lfdi), MeterCertificate)
    # CHECK
    require_own(ctx, meter.organisation)
    if before == request:
        raise AlreadyExists(key=f"registry:{keys.meter_certificate(request.lfdi)}")
    check_bindable(ctx, _binding(meter, request.client_id))
    if before is not None and ctx.state.exists(keys.revocation(meter.organisation, before.client_id)):
        raise ClientRevoked(client_id=before.client_id)
    # WRITE
    _certify(ctx, meter, request)


def read_meter(ctx: Context, request: MeterId) -> Meter:
    """Show a meter to its organisation's registrar or to an auditor.

    Raises
    ------
    NotFound : no such meter
    """
    meter = ctx.state.get(keys.meter(request.lfdi), Meter)
    require_overseer(ctx, meter.organisation)
    return meter


def find_announced(ctx: Context, request: ClientIds) -> Announced:
    """Show which of these certificates were ever announced as a meter's, for monitors of the log."""
    found = (ctx.state.find(keys.announced(each), MeterCertificate) for each in request.client_ids)
    return Announced(certificates=[each for each in found if each is not None])


def _genuine(ctx: Context, request: MeterChain) -> Meter:
    """Return what the chain says; raise `NotFound` or `CertificateRefused`."""
    manufacturer = claimed_organisation(request.chain[0])
    root = ctx.state.get(keys.manufacturer(manufacturer), Manufacturer).root_certificate
    with rejections_refused():
        genuine = verify_meter(request.chain, root, manufactured_at_s=request.manufactured_at_s)
    return Meter(
        lfdi=genuine.lfdi,
        manufacturer=manufacturer,
        serial=genuine.serial,
        organisation=ctx.caller.organisation,
        manufactured_at_s=request.manufactured_at_s,
        public_key=genuine.public_key,
    )


def _register(ctx: Context, meter: Meter, client_id: str | None) -> None:
    if client_id is not None:
        check_bindable(ctx, _binding(meter, client_id))
    ctx.state.put(keys.meter(meter.lfdi), meter)
    ctx.emit("meter_registered", meter)
    if client_id is not None:
        _certify(ctx, meter, MeterCertificate(lfdi=meter.lfdi, client_id=client_id))


def _binding(meter: Meter, client_id: str) -> Binding:
    return Binding(party_id=f"{meter.organisation}.meter-{meter.lfdi}", client_id=client_id)


def _certify(ctx: Context, meter: Meter, certificate: MeterCertificate) -> None:
    bind(ctx, _binding(meter, certificate.client_id))
    ctx.state.put(keys.meter_certificate(meter.lfdi), certificate)
    ctx.state.put(keys.announced(certificate.client_id), certificate)
    ctx.emit("meter_certified", certificate)
