"""Readings of what went through a home's connection: as values or as a hash, and corrected where wrong."""

from hashlib import sha256

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import Context, Forbidden, Int64Array
from wattloom.chaincode.metering import keys, settling
from wattloom.chaincode.metering.errors import (
    AgentHasReported,
    AlreadyMeasured,
    CommitmentMismatch,
    MisshapenReading,
    NotYetDelivered,
    ReadingTooLarge,
    WindowClosed,
)
from wattloom.chaincode.metering.messages import CommitReading, Report, Reported
from wattloom.chaincode.metering.records import Commitment, DeviationBill, Period, Quality, Reading
from wattloom.chaincode.metering.units import MAX_READING_WH
from wattloom.chaincode.registry import keys as registry_keys
from wattloom.chaincode.registry.access import organisation_of, require_own
from wattloom.chaincode.registry.records import Home

METER_AGENT = "meter-agent"


def digest_of(net_wh: Int64Array, salt: str) -> str:
    """Return the hash that commits to a reading: SHA-256 of salt, a colon and the packed numbers, in hex."""
    return sha256(f"{salt}:{net_wh.pack()}".encode("ascii")).hexdigest()


def commit_reading(ctx: Context, request: CommitReading) -> Commitment:
    """Put the hash of a reading on the ledger, or correct it; the same reporter's next values must match it.

    Raises
    ------
    Forbidden : the caller is neither the home nor a metering agent of its organisation
    NotFound : no such home or period
    NotYetDelivered, WindowClosed : it is too early or too late for readings
    AgentHasReported : the metering agent has, and the caller is the home
    """
    # READ
    key = keys.commitment(request.party_id, request.slot_start_s)
    period, commitment = _period(ctx, request), ctx.state.find(key, Commitment)
    # CHECK
    by_agent = _require_reporter(ctx, request.party_id, commitment, _reading(ctx, request))
    _check_time(ctx, period)
    # WRITE
    version = 1 if commitment is None else commitment.version + 1
    commitment = Commitment(digest=request.digest, by_agent=by_agent, version=version)
    ctx.state.put(key, commitment)
    said = Reported(party_id=request.party_id, slot_start_s=period.slot_start_s, version=0)
    ctx.emit("reported", said)
    return commitment


def report(ctx: Context, request: Report) -> DeviationBill:
    """Record a reading and its bill; the ledger moves the money when readings have been awaited long enough.

    Raises
    ------
    Forbidden : the caller is neither the home nor a metering agent of its organisation
    NotFound : no such home or period, or the home has no account
    NotYetDelivered, WindowClosed : it is too early or too late for readings
    AgentHasReported : the metering agent has, and the caller is the home
    AlreadyMeasured : it is an estimate, and there is a measurement
    MisshapenReading, ReadingTooLarge : not T numbers, or one passes `MAX_READING_WH`
    CommitmentMismatch : the reporter has put the hash of another reading on the ledger
    AmountTooLarge : the bill passes what an account can hold
    """
    # READ
    period, before = _period(ctx, request), _reading(ctx, request)
    key = keys.commitment(request.party_id, request.slot_start_s)
    commitment = ctx.state.find(key, Commitment)
    # CHECK
    by_agent = _require_reporter(ctx, request.party_id, commitment, before)
    _check_time(ctx, period)
    if before is not None and before.quality is Quality.MEASURED and request.quality is Quality.ESTIMATED:
        raise AlreadyMeasured(party_id=request.party_id)
    _check_values(request.net_wh, period)
    if commitment is not None and commitment.by_agent == by_agent:
        _check_commitment(commitment, request)
    book.free_nano(ctx, request.party_id)
    # WRITE
    if commitment is not None:
        ctx.state.delete(key)
    reading = Reading(
        party_id=request.party_id,
        net_wh=request.net_wh,
        quality=request.quality,
        by_agent=by_agent,
        version=1 if before is None else before.version + 1,
        reported_at_s=ctx.block_time_s,
    )
    ctx.state.put(keys.reading(request.party_id, period.slot_start_s), reading)
    said = Reported(party_id=request.party_id, slot_start_s=period.slot_start_s, version=reading.version)
    ctx.emit("reported", said)
    return settling.bill(ctx, period, reading)


def _period(ctx: Context, request: CommitReading | Report) -> Period:
    ctx.within("registry").state.get(registry_keys.home(request.party_id), Home)
    return ctx.state.get(keys.period(organisation_of(request.party_id), request.slot_start_s), Period)


def _reading(ctx: Context, request: CommitReading | Report) -> Reading | None:
    return ctx.state.find(keys.reading(request.party_id, request.slot_start_s), Reading)


def _require_reporter(ctx: Context, party_id: str, *said: Commitment | Reading | None) -> bool:
    """Tell whether the caller reports as metering agent; raise unless it may report for the home."""
    if ctx.caller.role == METER_AGENT:
        require_own(ctx, organisation_of(party_id))
        return True
    if ctx.caller.party_id != party_id:
        raise Forbidden(needed="the home itself, or a metering agent of its organisation")
    if any(before is not None and before.by_agent for before in said):
        raise AgentHasReported(party_id=party_id)
    return False


def _check_time(ctx: Context, period: Period) -> None:
    if ctx.block_time_s < period.end_s:
        raise NotYetDelivered(end_s=period.end_s, block_time_s=ctx.block_time_s)
    if ctx.block_time_s > period.end_s + period.correct_s:
        raise WindowClosed(closed_s=period.end_s + period.correct_s)


def _check_values(net_wh: Int64Array, period: Period) -> None:
    if len(net_wh) != period.slots:
        raise MisshapenReading(length=len(net_wh), needed=period.slots)
    for slot, energy_wh in enumerate(net_wh):
        if abs(energy_wh) > MAX_READING_WH:
            raise ReadingTooLarge(slot=slot, limit_wh=MAX_READING_WH)


def _check_commitment(commitment: Commitment, request: Report) -> None:
    if commitment.digest != digest_of(request.net_wh, request.salt):
        raise CommitmentMismatch(digest=commitment.digest)
