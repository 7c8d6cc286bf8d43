"""Members and manufacturers added by one organisation: where it alone has a vote, else governance decides."""

from wattloom.chaincode.api import Context
from wattloom.chaincode.governance.electorate import require_sole_elector
from wattloom.chaincode.registry import roll
from wattloom.chaincode.registry.records import Manufacturer, Organisation


def add_organisation(ctx: Context, request: Organisation) -> None:
    """Admit an organisation to the consortium, where the caller's organisation alone has a vote.

    Raises
    ------
    NeedsVote : others have a vote too, or they alone: propose it to them
    AlreadyExists : the name is taken
    CertificateRefused : the certificate is no CA of this organisation, not valid now, or not the one it had
    """
    require_sole_elector(ctx)
    roll.add_organisation(ctx, request)


def add_manufacturer(ctx: Context, request: Manufacturer) -> None:
    """Trust a manufacturer's root certificate, where the caller's organisation alone has a vote.

    The certificate may have expired, because meters outlive it.

    Raises
    ------
    NeedsVote : others have a vote too, or they alone: propose it to them
    AlreadyExists : the name is taken
    CertificateRefused : the certificate is no root of this manufacturer
    """
    require_sole_elector(ctx)
    roll.add_manufacturer(ctx, request)
