"""Clients: how an organisation takes a certificate back, or moves a party to another."""

from msgspec.structs import replace

from wattloom.chaincode.api import AlreadyExists, Context, InvalidArgument
from wattloom.chaincode.registry import keys
from wattloom.chaincode.registry.access import organisation_of, require_own
from wattloom.chaincode.registry.errors import ClientRevoked
from wattloom.chaincode.registry.records import (
    Binding,
    Client,
    ClientId,
    ClientStatus,
    Revocation,
    Standing,
)


def acting_client(ctx: Context, party_id: str) -> Client | None:
    """Return the client that a party is bound to, or None where the ledger has not seen it yet."""
    binding = ctx.state.find(keys.party(party_id), Binding)
    return None if binding is None else ctx.state.find(keys.client(binding.client_id), Client)


def replace_client(ctx: Context, request: Binding) -> None:
    """Let a party act through another certificate, known already or yet to come; the one before is refused.

    Raises
    ------
    NotFound : the party has never acted
    AlreadyExists : it acts through this certificate already
    ClientRevoked : the certificate is revoked
    InvalidArgument : the certificate is another party's
    """
    # READ
    key = keys.party(request.party_id)
    before = ctx.state.get(key, Binding)
    # CHECK
    require_own(ctx, organisation_of(request.party_id))
    if before == request:
        raise AlreadyExists(key=f"registry:{key}")
    check_bindable(ctx, request)
    # WRITE
    bind(ctx, request)
    ctx.emit("client_replaced", request)


def check_bindable(ctx: Context, request: Binding) -> None:
    """Raise `ClientRevoked` or `InvalidArgument` unless the party may act through this certificate."""
    if ctx.state.exists(keys.revocation(organisation_of(request.party_id), request.client_id)):
        raise ClientRevoked(client_id=request.client_id)
    new = ctx.state.find(keys.client(request.client_id), Client)
    if new is not None and new.party_id != request.party_id:
        raise InvalidArgument(reason=f"client_id is a certificate of {new.party_id}")


def bind(ctx: Context, request: Binding) -> None:
    """Let the party act through this certificate from now on, and through no other."""
    unbind(ctx, request.party_id)
    new = ctx.state.find(keys.client(request.client_id), Client)
    if new is not None:
        ctx.state.put(keys.client(new.client_id), replace(new, status=ClientStatus.ACTIVE))
    ctx.state.put(keys.party(request.party_id), request)


def read_standing(ctx: Context, request: Binding) -> Standing:
    """Show whether a party may act through a certificate: it is not taken back, and the party has no other.

    For who judges a member's certificate away from the ledger; that the certificate is genuine, they see.
    """
    revocation = keys.revocation(organisation_of(request.party_id), request.client_id)
    bound = ctx.state.find(keys.party(request.party_id), Binding)
    return Standing(accepted=not ctx.state.exists(revocation) and bound in (None, request))


def unbind(ctx: Context, party_id: str) -> None:
    """Refuse the certificate through which a party acts, if there is one, until it is bound again."""
    old = acting_client(ctx, party_id)
    if old is not None and old.status is ClientStatus.ACTIVE:
        ctx.state.put(keys.client(old.client_id), replace(old, status=ClientStatus.REPLACED))


def revoke_client(ctx: Context, request: ClientId) -> None:
    """Take a certificate of the caller's organisation back for ever, even one that has not been used yet.

    Raises
    ------
    AlreadyExists : it is revoked already
    """
    # READ
    organisation = ctx.caller.organisation
    key = keys.revocation(organisation, request.client_id)
    client = ctx.state.find(keys.client(request.client_id), Client)
    # CHECK
    if client is not None:
        require_own(ctx, client.organisation)
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"registry:{key}")
    # WRITE
    revocation = Revocation(
        client_id=request.client_id, organisation=organisation, revoked_at_s=ctx.block_time_s
    )
    if client is not None:
        ctx.state.put(keys.client(client.client_id), replace(client, status=ClientStatus.REVOKED))
    ctx.state.put(key, revocation)
    ctx.emit("client_revoked", revocation)
