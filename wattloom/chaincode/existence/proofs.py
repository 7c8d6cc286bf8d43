"""The border with the identity room: its rejections become refusals, meters' signatures are checked."""

from collections.abc import Iterator
from contextlib import contextmanager

from wattloom.chaincode.api import Context
from wattloom.chaincode.existence import keys
from wattloom.chaincode.existence.errors import MeterRevoked, ProofRefused
from wattloom.chaincode.registry import keys as registry_keys
from wattloom.chaincode.registry.records import Meter, MeterCertificate
from wattloom.identity.errors import IdentityRejected
from wattloom.identity.signatures import VerifyingKey


@contextmanager
def rejections_refused() -> Iterator[None]:
    """Turn `IdentityRejected` into `ProofRefused` with the same reason."""
    try:
        yield
    except IdentityRejected as error:
        raise ProofRefused(reason=error.code, sentence=error.message) from None


def meter_of(ctx: Context, lfdi: str) -> Meter:
    """Return a registered meter; raise `NotFound`."""
    return ctx.within("registry").state.get(registry_keys.meter(lfdi), Meter)


def is_revoked(ctx: Context, lfdi: str) -> bool:
    """Tell whether a meter is revoked here, or the certificate that it acts through is."""
    if ctx.state.exists(keys.revoked(lfdi)):
        return True
    registry = ctx.within("registry").state
    certificate = registry.find(registry_keys.meter_certificate(lfdi), MeterCertificate)
    if certificate is None:
        return False
    return registry.exists(registry_keys.revocation(meter_of(ctx, lfdi).organisation, certificate.client_id))


def check_meter(ctx: Context, meter: Meter, signature: bytes, statement: bytes) -> None:
    """Raise `MeterRevoked`, or `ProofRefused` unless the meter has signed the statement."""
    if is_revoked(ctx, meter.lfdi):
        raise MeterRevoked(lfdi=meter.lfdi)
    with rejections_refused():
        VerifyingKey(meter.public_key).verify(signature, statement)
