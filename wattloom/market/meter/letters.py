"""The letters between meters and witnesses, by way of the identity service."""

from collections.abc import Callable, Iterable

from wattloom.identity.certificates import MeterIdentity
from wattloom.identity.client import IdentityClient
from wattloom.identity.errors import IdentityRejected
from wattloom.identity.service.statements import answering
from wattloom.identity.wire import identity_pb2 as wire
from wattloom.market.meter.errors import NotVouched
from wattloom.market.meter.meter import BlindQuestion, Meter


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
    """Answer all that a witness is asked; return how many trees it signed, and why it did not sign others."""
    signed, refused = 0, []
    asked = _fetch(identity, [], service)
    while asked:
        answers: list[wire.BlindSigned] = []
        for letter in asked:
            try:
                answers.append(_answer(letter, sign(_question(letter))))
                signed += 1
            except IdentityRejected as error:
                answers.append(_answer(letter, b""))
                refused.append(str(error))
            except NotVouched as error:
                answers += [_answer(letter, b"")] if error.final else []
                refused.append(str(error))
        asked = _fetch(identity, answers, service) if answers else []
    return signed, refused


def _answer(letter: wire.RequestExistenceRequest, blind_signature: bytes) -> wire.BlindSigned:
    return wire.BlindSigned(
        epoch=letter.epoch, lfdi=letter.lfdi, tree=letter.tree, blind_signature=blind_signature
    )


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
