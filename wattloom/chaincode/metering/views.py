"""What may be read: periods by every member, readings and bills by those whom they concern."""

from wattloom.chaincode.api import Context, Page
from wattloom.chaincode.metering import keys
from wattloom.chaincode.metering.messages import HomePeriod, PageOfBills, PageOfPeriods, PeriodOf
from wattloom.chaincode.metering.records import DeviationBill, Period, Reading
from wattloom.chaincode.registry.access import organisation_of, require_own

OVERSEERS = ["utility", "meter-agent"]
"""Roles that see an organisation's homes, each its own organisation's."""


def read_period(ctx: Context, request: PeriodOf) -> Period:
    """Show a period: its slots, prices and deadlines.

    Raises
    ------
    NotFound : no such period
    """
    return ctx.state.get(keys.period(request.organisation, request.slot_start_s), Period)


def list_periods(ctx: Context, request: PageOfPeriods) -> Page[Period]:
    """Show an organisation's periods, page by page."""
    return ctx.state.page(
        Period, "period", request.organisation, limit=request.limit, bookmark=request.bookmark
    )


def read_reading(ctx: Context, request: HomePeriod) -> Reading:
    """Show a reading to its home, to its organisation's utility and metering agent, or to an auditor.

    Raises
    ------
    NotFound : no such reading
    """
    _require_concerned(ctx, request.party_id)
    return ctx.state.get(keys.reading(request.party_id, request.slot_start_s), Reading)


def read_bill(ctx: Context, request: HomePeriod) -> DeviationBill:
    """Show a bill to its home, to its organisation's utility and metering agent, or to an auditor.

    Raises
    ------
    NotFound : no such bill
    """
    _require_concerned(ctx, request.party_id)
    return ctx.state.get(keys.bill(request.party_id, request.slot_start_s), DeviationBill)


def list_bills(ctx: Context, request: PageOfBills) -> Page[DeviationBill]:
    """Show a period's bills, page by page, to its organisation's utility, or to an auditor."""
    ctx.require_role("utility", "auditor")
    if ctx.caller.role == "utility":
        require_own(ctx, request.organisation)
    start = f"{request.slot_start_s:010d}"
    return ctx.state.page(
        DeviationBill, "bill", request.organisation, start, limit=request.limit, bookmark=request.bookmark
    )


def _require_concerned(ctx: Context, party_id: str) -> None:
    if ctx.caller.party_id == party_id:
        return
    ctx.require_role(*OVERSEERS, "auditor")
    if ctx.caller.role in OVERSEERS:
        require_own(ctx, organisation_of(party_id))
