import pytest
from msgspec.structs import replace

from tests.chaincode.existence import world
from tests.chaincode.existence.world import RELAYER, World
from tests.market.meter.fleet import InMemory, prepared
from wattloom.chaincode.existence.messages import Asked, AskedOf, MeterOf
from wattloom.chaincode.existence.records import Drawn
from wattloom.identity.errors import IdentityRejected, KeyFileError
from wattloom.identity.existence.blind_keys import modulus
from wattloom.market.meter.errors import NotVouched
from wattloom.market.meter.meter import Meter
from wattloom.market.meter.witness import Witness
from wattloom.network.client import NotAnswered

ALONE = replace(world.RULES, witnesses=1, needed=1)


@pytest.fixture
def ledger():
    return World(witnesses=0, rules=ALONE)


@pytest.fixture
def witness(tmp_path, ledger):
    """Meter 1, which is on the roll alone and so is drawn."""
    folder = prepared(tmp_path / "witness", 1)
    witness = Witness(folder, world.meter(1).lfdi)
    with Meter(folder) as meter:
        ledger.submit(RELAYER, "existence:enlist", meter.enlist(witness.new_key().blind_key, version=1))
    yield witness
    witness.close()


@pytest.fixture
def meter(folder):
    with Meter(folder) as meter:
        yield meter


@pytest.fixture
def epoch(ledger, witness, meter):
    opened = ledger.open()
    ledger.submit(RELAYER, "existence:ask_for_trees", meter.ask(1, 2))
    ledger.advance_to(opened.requests_until_s + 1)
    return ledger.epoch()


@pytest.fixture
def asked(ledger, epoch, meter):
    return ledger.evaluate(RELAYER, "existence:read_asked", AskedOf(epoch=1, lfdi=meter.lfdi), Asked)


@pytest.fixture
def question(meter, epoch):
    return next(iter(meter.questions(epoch, 2)))


def signed_again(question, number=0, **changes):
    """Return the question with other words, signed by a meter."""
    changed = question._replace(**changes)
    return changed._replace(signature=world.meter(number).sign(changed.statement))


def test_what_a_witness_signs_becomes_a_signature_over_the_tree(witness, meter, epoch, asked, question):
    for each in meter.questions(epoch, 2):
        meter.take_answer(each, witness.answer(each, asked, epoch))
    assert len(meter.signed_trees(epoch)) == 2
    assert list(meter.questions(epoch, 2)) == []


def test_the_same_question_has_the_same_answer(witness, epoch, asked, question):
    assert witness.answer(question, asked, epoch) == witness.answer(question, asked, epoch)


def test_a_second_tree_in_the_place_of_the_first_is_not_signed(tmp_path, witness, epoch, asked, question):
    witness.answer(question, asked, epoch)
    other = signed_again(question, blinded=b"\x01" * 256)
    with pytest.raises(NotVouched, match="another tree 0"):
        witness.answer(other, asked, epoch)
    witness.close()
    again = Witness(tmp_path / "witness", world.meter(1).lfdi)
    with pytest.raises(NotVouched, match="another tree 0"):
        again.answer(other, asked, epoch)
    again.close()


def test_no_more_trees_are_signed_than_were_asked_for(witness, epoch, asked, question):
    with pytest.raises(NotVouched, match="asked for 2 trees, not for number 2"):
        witness.answer(signed_again(question, tree=2), asked, epoch)


def test_a_meter_that_has_not_asked_is_not_vouched_for(witness, epoch, asked, question):
    stranger = signed_again(question, number=2, lfdi=world.meter(2).lfdi)
    with pytest.raises(NotVouched, match="has not asked"):
        witness.answer(stranger, asked, epoch)


def test_a_question_before_the_draw_may_be_asked_again(witness, epoch, asked, question):
    early = replace(epoch, drawn_height=0, witnesses=[])
    with pytest.raises(NotVouched, match="not drawn yet") as refused:
        witness.answer(question, asked, early)
    assert not refused.value.final
    witness.answer(question, asked, epoch)


def test_a_question_that_its_meter_has_not_signed_is_refused(witness, epoch, asked, question):
    for forged in (question._replace(tree=1), signed_again(question, number=2)):
        with pytest.raises(IdentityRejected):
            witness.answer(forged, asked, epoch)


def test_who_was_not_drawn_does_not_sign(witness, epoch, asked, question):
    for other in (
        signed_again(question, witness=world.meter(3).lfdi),
        signed_again(question, epoch=2),
    ):
        with pytest.raises(NotVouched, match="not among its witnesses"):
            witness.answer(other, asked, epoch)
    stranger = Drawn(lfdi=world.meter(3).lfdi, blind_key=b"\xff" * 256)
    elsewhere = replace(epoch, witnesses=[stranger])
    with pytest.raises(NotVouched, match="not among its witnesses"):
        witness.answer(question, asked, elsewhere)


def test_a_witness_that_has_lost_its_key_says_so(tmp_path, witness, epoch, asked, question):
    for path in (tmp_path / "witness").glob("witness-*.key"):
        path.unlink()
    with pytest.raises(KeyFileError):
        witness.answer(question, asked, epoch)


def test_the_key_that_was_drawn_signs_and_not_a_newer_one(witness, meter, epoch, asked, question):
    witness.new_key()
    answer = witness.answer(question, asked, epoch)
    n = modulus(epoch.witnesses[0].blind_key)
    assert pow(int.from_bytes(answer, "big"), 65_537, n) == int.from_bytes(question.blinded, "big")


class TestOnTheRoll:
    @pytest.fixture
    def client(self, ledger):
        return InMemory(ledger)

    @pytest.fixture
    def own(self, tmp_path, witness):
        with Meter(tmp_path / "witness") as own:
            yield own

    def test_a_key_that_waits_to_be_drawn_stays(self, witness, own, client):
        assert not witness.enlist(own, client)
        assert client.calls == []

    def test_a_key_that_was_drawn_is_followed_by_another(self, witness, own, client, epoch):
        """Under the same key a signature of one epoch would do in the next: nobody sees what it is."""
        assert witness.enlist(own, client)
        ((_, request),) = client.calls
        assert request.blind_key != epoch.witnesses[0].blind_key
        assert not witness.enlist(own, client)

    def test_who_was_dismissed_enlists_again(self, witness, own, client, ledger):
        ledger.submit(world.DESK, "existence:dismiss", MeterOf(lfdi=own.lfdi))
        assert witness.enlist(own, client)
        assert ledger.roll() == [own.lfdi]

    def test_an_enlistment_that_did_not_arrive_is_tried_again(self, witness, own, client, ledger, epoch):
        def lost(*_):
            raise NotAnswered("gone")

        working, client.submit = client.submit, lost
        with pytest.raises(NotAnswered):
            witness.enlist(own, client)
        client.submit = working
        assert witness.enlist(own, client)

    def test_a_witness_whose_folder_was_emptied_enlists_again(self, tmp_path, witness, own, client):
        for path in (tmp_path / "witness").glob("witness-*.key"):
            path.unlink()
        assert witness.enlist(own, client)
