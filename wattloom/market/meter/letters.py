"""The letters between meters and witnesses, by way of the identity service."""

from collections.abc import Callable, Iterable
from typing import Final

from wattloom.identity.certificates import MeterIdentity
from wattloom.identity.client import IdentityClient
from wattloom.identity.errors import IdentityRejected
from wattloom.identity.service.statements import answering
from wattloom.identity.wire import identity_pb2 as wire
from wattloom.market.meter.errors import NotVouched
from wattloom.market.meter.meter import BlindQuestion, Meter

ANSWERS_AT_ONCE: Final = 100


def exchange(meter: Meter, questions: Iterable[BlindQuestion], service: IdentityClient) -> int:
    """Ask every question, take the answers that are there, and return how many are still awaited."""
    awaited = 0
    for question in questions:
        answer = service.call(service.stub.RequestExistence, _letter(question)).blind_signature
        if answer:
            try:
                meter.take_answer(question, answer)
                continue
            except IdentityRejected:  # a witness that answers wrongly is one that does not answer
                pass
        awaited += 1
    return awaited


def serve(
    identity: MeterIdentity, sign: Callable[[BlindQuestion], bytes], service: IdentityClient
) -> tuple[int, list[str]]:
    """Answer what a witness is asked, once; return how many were answered, and why others were not."""
    signed: list[wire.BlindSigned] = []
    refused: list[str] = []
    for letter in _fetch(identity, [], service):
        try:
            answer = sign(_question(letter))
        except (NotVouched, IdentityRejected) as error:
            refused.append(str(error))
            continue
        signed.append(
            wire.BlindSigned(epoch=letter.epoch, lfdi=letter.lfdi, tree=letter.tree, blind_signature=answer)
        )
    if signed:
        _fetch(identity, signed, service)
    return len(signed), refused


def _fetch(
    identity: MeterIdentity, signed: list[wire.BlindSigned], service: IdentityClient
) -> list[wire.RequestExistenceRequest]:
    nonce = service.call(service.stub.Challenge, wire.ChallengeRequest()).nonce
    request = wire.SignExistenceRequest(nonce=nonce, lfdi=bytes.fromhex(identity.lfdi), signed=signed)
    request.signature = identity.sign(answering(nonce, request))
    return list(service.call(service.stub.SignExistence, request).asked)


def _letter(question: BlindQuestion) -> wire.RequestExistenceRequest:
    return wire.RequestExistenceRequest(
        epoch=question.epoch,
        lfdi=bytes.fromhex(question.lfdi),
        witness=bytes.fromhex(question.witness),
        tree=question.tree,
        blinded=question.blinded,
        signature=question.signature,
    )


def _question(letter: wire.RequestExistenceRequest) -> BlindQuestion:
    return BlindQuestion(
        letter.epoch, letter.lfdi.hex(), letter.witness.hex(), letter.tree, letter.blinded, letter.signature
    )
