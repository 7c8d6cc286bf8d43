"""The service as a letter box between meters that ask for blind signatures and witnesses that give them.

It passes on what it cannot read. Whether a meter may ask, and whether this witness was drawn, both sides look
up on the ledger; here a letter must only be from a meter that is enrolled, to another one.
"""

from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from wattloom.identity.existence import statements
from wattloom.identity.existence.blind_keys import MODULUS_BYTES
from wattloom.identity.handles import LFDI_BYTES
from wattloom.identity.parsing import parse
from wattloom.identity.service.applying import prove, use
from wattloom.identity.service.batch import known_meters
from wattloom.identity.service.challenges import Challenges
from wattloom.identity.service.errors import BadRequest, NonceRefused, NotFound
from wattloom.identity.service.orders import UsedNonce
from wattloom.identity.service.statements import answering
from wattloom.identity.store import Database
from wattloom.identity.store.schema import existence_questions as questions
from wattloom.identity.store.schema import used_nonces
from wattloom.identity.wire import identity_pb2 as wire

KEPT_S: Final = 60 * 86_400
"""How long a letter is kept: longer than any epoch's time to ask and to publish."""

ASKED_AT_ONCE: Final = 100
MAX_TREE: Final = 999
_MAX_NUMBER: Final = 10**10


def ask(database: Database, request: wire.RequestExistenceRequest, *, now_s: int) -> bytes:
    """Take a question, or find it again, and return its answer (empty until there is one).

    Raises
    ------
    BadRequest : a field has not its length, or the question was asked with other words before
    NotFound : one of the two meters is not enrolled
    NotPossessed : it is not signed by the meter that it names
    """
    _check_form(request)
    with database.writing() as connection:
        # READ
        keys = _keys(connection, request.lfdi.hex(), request.witness.hex())
        before = connection.execute(select(questions).where(*_meant(request))).one_or_none()
        # CHECK
        prove(keys[request.lfdi.hex()], request.signature, _statement(request), "signature")
        if before is not None:
            if before.blinded != request.blinded:
                raise BadRequest(field="blinded", reason="is not what was asked for this tree before")
            return before.blind_signature or b""
        # WRITE
        connection.execute(delete(questions).where(questions.c.asked_at_s < now_s - KEPT_S))
        connection.execute(
            insert(questions).values(
                epoch=request.epoch,
                lfdi=request.lfdi.hex(),
                witness=request.witness.hex(),
                tree=request.tree,
                blinded=request.blinded,
                signature=request.signature,
                asked_at_s=now_s,
            )
        )
        return b""


def answer(
    database: Database, request: wire.SignExistenceRequest, challenges: Challenges, *, now_s: int
) -> list[wire.RequestExistenceRequest]:
    """Take a witness's answers, and return what is still asked of it, oldest first.

    An empty answer says that the witness does not sign; it is not asked again, so that nobody can keep others
    waiting behind what it will never sign.

    Raises
    ------
    BadRequest : a field has not its length
    NonceRefused, NotFound, NotPossessed : it is not a call of this witness
    """
    _check_length("lfdi", request.lfdi, LFDI_BYTES)
    witness = request.lfdi.hex()
    nonce = use(challenges, request.nonce, now_s=now_s)
    with database.writing() as connection:
        # CHECK
        key = _keys(connection, witness)[witness]
        prove(key, request.signature, answering(request.nonce, request), "signature")
        for signed in request.signed:
            if signed.blind_signature:
                _check_length("blind_signature", signed.blind_signature, MODULUS_BYTES)
            _check_numbers(signed.epoch, signed.tree)
        # WRITE
        _remember(connection, nonce)
        for signed in request.signed:
            meant = _meant(signed, witness=witness)
            connection.execute(update(questions).where(*meant).values(blind_signature=signed.blind_signature))
        waiting = select(questions).where(
            questions.c.witness == witness, questions.c.blind_signature.is_(None)
        )
        ordered = waiting.order_by(questions.c.asked_at_s, questions.c.lfdi, questions.c.tree)
        found = connection.execute(ordered.limit(ASKED_AT_ONCE)).all()
    return [
        wire.RequestExistenceRequest(
            epoch=row.epoch,
            lfdi=bytes.fromhex(row.lfdi),
            witness=request.lfdi,
            tree=row.tree,
            blinded=row.blinded,
            signature=row.signature,
        )
        for row in found
    ]


def _statement(request: wire.RequestExistenceRequest) -> bytes:
    return statements.question(
        epoch=request.epoch,
        lfdi=request.lfdi.hex(),
        witness=request.witness.hex(),
        tree=request.tree,
        blinded=request.blinded,
    )


def _meant(
    named: wire.RequestExistenceRequest | wire.BlindSigned, *, witness: str | None = None
) -> tuple[ColumnElement[bool], ...]:
    if isinstance(named, wire.RequestExistenceRequest):
        witness = named.witness.hex()
    return (
        questions.c.epoch == named.epoch,
        questions.c.lfdi == named.lfdi.hex(),
        questions.c.tree == named.tree,
        questions.c.witness == witness,
    )


def _keys(connection: Connection, *lfdis: str) -> dict[str, bytes]:
    """Return the manufacturer keys of enrolled meters (SubjectPublicKeyInfo); raise `NotFound`."""
    known = known_meters(connection, lfdis)
    for lfdi in lfdis:
        if lfdi not in known:
            raise NotFound(what=f"enrolled meter {lfdi}")
    return {lfdi: parse(meter.facts.chain[0]).spki for lfdi, meter in known.items()}


def _remember(connection: Connection, nonce: UsedNonce) -> None:
    used = select(used_nonces).where(used_nonces.c.nonce == nonce.nonce)
    if connection.execute(used).one_or_none() is not None:
        raise NonceRefused(reason="was used already")
    connection.execute(insert(used_nonces).values(nonce=nonce.nonce, expires_at_s=nonce.expires_at_s))


def _check_form(request: wire.RequestExistenceRequest) -> None:
    _check_length("lfdi", request.lfdi, LFDI_BYTES)
    _check_length("witness", request.witness, LFDI_BYTES)
    _check_length("blinded", request.blinded, MODULUS_BYTES)
    _check_numbers(request.epoch, request.tree)


def _check_length(field: str, value: bytes, length: int) -> None:
    if len(value) != length:
        raise BadRequest(field=field, reason=f"has {len(value)} bytes, must have {length}")


def _check_numbers(epoch: int, tree: int) -> None:
    if not 1 <= epoch < _MAX_NUMBER:
        raise BadRequest(field="epoch", reason="is none")
    if tree > MAX_TREE:
        raise BadRequest(field="tree", reason=f"is above {MAX_TREE}")
