"""What a block came to, in ABCI's form: results, indexed events, and what the engine must change."""

from collections.abc import Iterable

import msgspec

from wattloom.chaincode.api.execution import Outcome, Status
from wattloom.chaincode.governance.consensus import ConsensusLimits
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.application import Executed, Happened

TRANSACTION = "wattloom.transaction"
"""Event that each transaction has; its attribute `id` is our own id, which the engine's hash is not."""

MAX_INDEXED_CHARS = 128
"""Longer strings are found by no one, and would fill the index."""


def finalized(executed: Executed, *, rules_before: int, with_events: bool) -> wire.ResponseFinalizeBlock:
    """Return the answer to FinalizeBlock; events are not hashed, so a node may leave them out."""
    by_transaction: dict[bytes, list[wire.Event]] = {}
    for happened in executed.events if with_events else ():
        by_transaction.setdefault(happened.tx_id, []).append(_event(happened))
    return wire.ResponseFinalizeBlock(
        events=by_transaction.pop(b"", ()),
        tx_results=[
            _result(tx_id, outcome, by_transaction.get(tx_id, ()), with_events=with_events)
            for tx_id, outcome in zip(executed.tx_ids, executed.outcomes, strict=True)
        ],
        validator_updates=[
            wire.ValidatorUpdate(pub_key=wire.PublicKey(ed25519=key), power=power)
            for key, power in executed.validator_updates.items()
        ],
        consensus_param_updates=_params(executed, rules_before),
        app_hash=executed.app_hash,
    )


def _result(
    tx_id: bytes, outcome: Outcome, events: Iterable[wire.Event], *, with_events: bool
) -> wire.ExecTxResult:
    result = wire.ExecTxResult(
        code=outcome.status,
        data=outcome.data,
        log=outcome.log if outcome.status is Status.REFUSED else "",
        codespace=outcome.code,
    )
    if with_events:
        result.events.append(_identity(tx_id))
        result.events.extend(events)
    return result


def _identity(tx_id: bytes) -> wire.Event:
    identity = wire.EventAttribute(key="id", value=tx_id.hex(), index=True)
    return wire.Event(type=TRANSACTION, attributes=[identity])


def _event(happened: Happened) -> wire.Event:
    """Return an event as `contract.name`: one indexed attribute per plain field, and its payload whole."""
    event = happened.event
    fields = msgspec.json.decode(event.payload, type=dict[str, object])
    attributes = [
        wire.EventAttribute(key=name, value=str(value), index=True)
        for name, value in fields.items()
        if isinstance(value, str | int) and len(str(value)) <= MAX_INDEXED_CHARS
    ]
    payload = wire.EventAttribute(key="payload", value=event.payload.decode(), index=False)
    return wire.Event(type=f"{event.contract}.{event.name}", attributes=[*attributes, payload])


def _params(executed: Executed, rules_before: int) -> wire.ConsensusParams | None:
    """Return what the engine's parameters become, where they change."""
    if executed.limits is None and executed.rules_version == rules_before:
        return None
    params = wire.ConsensusParams()
    if executed.rules_version != rules_before:
        params.version.app = executed.rules_version
    if executed.limits is not None:
        _set_limits(params, executed.limits)
    return params


def _set_limits(params: wire.ConsensusParams, limits: ConsensusLimits) -> None:
    params.block.max_bytes = limits.block_max_bytes
    params.block.max_gas = -1
    params.evidence.max_age_num_blocks = limits.evidence_max_age_blocks
    params.evidence.max_age_duration.seconds = limits.evidence_max_age_s
    params.evidence.max_bytes = limits.evidence_max_bytes
