"""Devices: meters, which their manufacturers vouch for."""

from wattloom.chaincode.api import AlreadyExists, Context
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.access import require_overseer
from wattloom.chaincode.registry.anchors import claimed_organisation, rejections_refused
from wattloom.chaincode.registry.records import Manufacturer, Meter, MeterChain, MeterId
from wattloom.identity.verify import verify_meter


def register_meter(ctx: Context, request: MeterChain) -> Meter:
    """Register a genuine meter for the caller's organisation.

    Raises
    ------
    NotFound : its manufacturer is not on the ledger
    CertificateRefused : its chain does not hold at its manufacture
    AlreadyExists : it is registered already
    """
    # READ
    manufacturer = claimed_organisation(request.chain[0])
    root = ctx.state.get(keys.manufacturer(manufacturer), Manufacturer).root_certificate
    # CHECK
    with rejections_refused():
        genuine = verify_meter(request.chain, root, manufactured_at_s=request.manufactured_at_s)
    key = keys.meter(genuine.lfdi)
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"registry:{key}")
    # WRITE
    meter = Meter(
        lfdi=genuine.lfdi,
        manufacturer=manufacturer,
        serial=genuine.serial,
        organisation=ctx.caller.organisation,
        manufactured_at_s=request.manufactured_at_s,
        public_key=genuine.public_key,
    )
    ctx.state.put(key, meter)
    ctx.emit("meter_registered", meter)
    return meter


def read_meter(ctx: Context, request: MeterId) -> Meter:
    """Show a meter to its organisation's registrar or to an auditor.

    Raises
    ------
    NotFound : no such meter
    """
    meter = ctx.state.get(keys.meter(request.lfdi), Meter)
    require_overseer(ctx, meter.organisation)
    return meter
