"""Between the wire's messages and the rooms' records; whatever comes from outside is checked here."""

from collections.abc import Sequence

import numpy as np

from wattloom.market.coordination.masking.masker import Masked
from wattloom.market.coordination.masking.roster import Roster
from wattloom.market.coordination.masking.session_keys import (
    KEY_BYTES,
    NONCE_BYTES,
    SessionName,
    SignedKey,
    digest,
)
from wattloom.market.coordination.second_order.messages import Kind, Question
from wattloom.market.coordination.service import coordination_pb2 as wire
from wattloom.market.coordination.service.errors import Malformed, OutOfTurn
from wattloom.market.coordination.service.records import Found

MAX_CERTIFICATES = 2


def session_to_wire(session: SessionName) -> wire.Session:
    """Return the coordinator's first message."""
    return wire.Session(session_id=session.session_id, nonce=session.nonce)


def session_from_wire(told: wire.Session) -> SessionName:
    """Read it; raise `OutOfTurn` unless its nonce has its length."""
    if len(told.nonce) != NONCE_BYTES:
        raise OutOfTurn(f"the session's nonce has {len(told.nonce)} bytes, must have {NONCE_BYTES}")
    return SessionName(told.session_id, told.nonce)


def key_to_wire(key: SignedKey) -> wire.SignedKey:
    """Return a home's signed key as it travels."""
    return wire.SignedKey(chain=key.chain, public_key=key.public_key, signature=key.signature)


def key_from_wire(said: wire.SignedKey) -> SignedKey:
    """Read it; its signature is not judged here. Raise `Malformed` on sizes that no key has."""
    if not 1 <= len(said.chain) <= MAX_CERTIFICATES or len(said.public_key) != KEY_BYTES:
        raise Malformed(
            f"a key comes with 1 or {MAX_CERTIFICATES} certificates (not the organisation's own) "
            f"and has {KEY_BYTES} bytes"
        )
    return SignedKey(chain=tuple(said.chain), public_key=said.public_key, signature=said.signature)


def roster_to_wire(roster: Roster) -> wire.Roster:
    """Return a roster as it travels."""
    return wire.Roster(keys=[key_to_wire(key) for key in roster.keys.values()])


def question_to_wire(number: int, question: Question) -> wire.Question:
    """Return a question as it travels."""
    return wire.Question(number=number, kind=question.kind, values=question.values.astype("<f8").tobytes())


def question_from_wire(told: wire.Question) -> Question:
    """Read a question; raise `OutOfTurn` unless its values are whole float64 and `BadQuestion` as it does."""
    if len(told.values) % 8:
        raise OutOfTurn(f"question {told.number}: {len(told.values)} bytes are no float64 numbers")
    return Question(kind=Kind(told.kind), values=np.frombuffer(told.values, dtype="<f8"))


def heard(told: wire.Question) -> bytes:
    """Return what masks are bound to of a question: all but its number, which is checked to be the next."""
    return digest(b"wattloom coordination question v1", told.kind.encode(), told.values)


def answer_to_wire(number: int, answer: Masked) -> wire.Answer:
    """Return a masked answer as it travels."""
    return wire.Answer(number=number, numbers=answer.numbers, votes=answer.votes)


def found_to_wire(found: Found) -> wire.Found:
    """Return the result as it travels."""
    return wire.Found(
        prices_per_kwh=found.prices_per_kwh,
        rho=found.rho,
        homes=found.homes,
        rounds=found.rounds,
        exchanges=found.exchanges,
        drop_outs=found.drop_outs,
        bytes_received=found.bytes_received,
        bytes_sent=found.bytes_sent,
    )


def found_from_wire(told: wire.Found, *, slots: int) -> Found:
    """Read the result; raise `OutOfTurn` unless it has a finite price per slot and a positive rho."""
    prices: Sequence[float] = told.prices_per_kwh
    if len(prices) != slots or not np.all(np.isfinite([*prices, told.rho])) or told.rho <= 0:
        raise OutOfTurn(f"the result must have {slots} finite prices and a positive rho")
    return Found(
        prices_per_kwh=np.array(prices),
        rho=told.rho,
        homes=told.homes,
        rounds=told.rounds,
        exchanges=told.exchanges,
        drop_outs=told.drop_outs,
        bytes_received=told.bytes_received,
        bytes_sent=told.bytes_sent,
    )
