"""Who may change or see an organisation's records."""

from wattloom.chaincode.api import Context, Forbidden


def organisation_of(party_id: str) -> str:
    """Return the organisation of a party (organisation.name)."""
    return party_id.partition(".")[0]


def require_own(ctx: Context, organisation: str) -> None:
    """Raise `Forbidden` unless the caller is of the organisation."""
    if ctx.caller.organisation != organisation:
        raise Forbidden(needed=f"a caller of {organisation}")


def require_overseer(ctx: Context, organisation: str) -> None:
    """Raise `Forbidden` unless the caller is an auditor, or a registrar of the organisation."""
    ctx.require_role("registrar", "auditor")
    if ctx.caller.role == "registrar":
        require_own(ctx, organisation)
