"""A witness works its letters off in batches; what it does not sign keeps nobody waiting."""

from types import SimpleNamespace

import pytest

from tests.chaincode.existence import world
from wattloom.identity.errors import Code, IdentityRejected
from wattloom.identity.wire import identity_pb2 as wire
from wattloom.market.meter import letters
from wattloom.market.meter.errors import NotVouched

WITNESS = world.meter(1)


class LetterBox:
    """The identity service's part of it, in memory: at most two letters at a time."""

    def __init__(self, trees):
        self.waiting = {tree: _letter(tree) for tree in trees}
        self.answers = {}
        self.stub = SimpleNamespace(Challenge=self._challenge, SignExistence=self._sign)

    def call(self, method, request):
        return method(request)

    def _challenge(self, _):
        return wire.ChallengeResponse(nonce=bytes(64))

    def _sign(self, request):
        for signed in request.signed:
            self.answers[signed.tree] = signed.blind_signature
            del self.waiting[signed.tree]
        return wire.SignExistenceResponse(asked=list(self.waiting.values())[:2])


def _letter(tree):
    names = {"lfdi": bytes(20), "witness": bytes.fromhex(WITNESS.lfdi)}
    return wire.RequestExistenceRequest(
        epoch=1, tree=tree, blinded=b"\x01" * 256, signature=bytes(64), **names
    )


def sign(question):
    if question.tree == 1:
        raise NotVouched("not asked")
    if question.tree == 2:
        raise IdentityRejected(Code.SIGNATURE_INVALID, "forged")
    return bytes([question.tree]) * 256


def test_letters_are_answered_until_none_is_left():
    box = LetterBox([3, 1, 2, 4, 5])
    assert letters.serve(WITNESS, sign, box) == (3, ["not asked", "forged"])
    assert box.answers == {1: b"", 2: b"", **{tree: bytes([tree]) * 256 for tree in (3, 4, 5)}}
    assert box.waiting == {}


def test_what_may_be_signed_later_stays(monkeypatch):
    def early(_):
        raise NotVouched("not drawn yet", final=False)

    box = LetterBox([1, 2])
    assert letters.serve(WITNESS, early, box) == (0, ["not drawn yet"] * 2)
    assert set(box.waiting) == {1, 2}


@pytest.mark.parametrize("wrong", [bytes(256), b"\xff" * 256])
def test_a_wrong_answer_is_no_answer(wrong):
    taken = []

    class Asking:
        def take_answer(self, question, answer):
            taken.append(answer)
            raise IdentityRejected(Code.SIGNATURE_INVALID, "no signature")

    def answering(request):
        return wire.RequestExistenceResponse(blind_signature=wrong)

    service = SimpleNamespace(
        stub=SimpleNamespace(RequestExistence=answering), call=lambda method, request: method(request)
    )
    question = letters._question(_letter(3))
    assert letters.exchange(Asking(), [question], service) == 1
    assert taken == [wrong]
