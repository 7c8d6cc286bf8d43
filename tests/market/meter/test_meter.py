from hashlib import sha256

import pytest

from tests.chaincode.existence import world
from tests.chaincode.existence.world import CHAIN, HOME, RELAYER, key_of
from tests.market.meter.fleet import publish, vouched
from wattloom.chaincode.existence.errors import KeySpent
from wattloom.identity.errors import IdentityRejected, KeyFileError
from wattloom.identity.existence import statements
from wattloom.identity.signatures import VerifyingKey
from wattloom.market.meter.errors import AlreadyReceipted, MeterUnusable, NoKeyLeft
from wattloom.market.meter.meter import Meter


def subject(number):
    return sha256(bytes([number])).digest()


@pytest.fixture
def meter(folder):
    with Meter(folder) as meter:
        yield meter


@pytest.fixture
def epoch(meter, ledger):
    return vouched(meter, ledger, trees=2)


def test_every_receipt_of_all_trees_is_taken_by_the_ledger(meter, ledger, epoch):
    for number in range(32):
        receipt = meter.receipt(epoch=epoch.number, subject=subject(number), energy_wh=number)
        ledger.submit(RELAYER, "existence:spend", receipt)
    with pytest.raises(NoKeyLeft) as ended:
        meter.receipt(epoch=epoch.number, subject=subject(32), energy_wh=1)
    assert (ended.value.epoch, ended.value.discarded) == (1, 0)


def test_a_subject_has_one_receipt_however_often_it_is_asked_for(meter, ledger, epoch):
    first = meter.receipt(epoch=epoch.number, subject=subject(1), energy_wh=5)
    assert meter.receipt(epoch=epoch.number, subject=subject(1), energy_wh=5) == first
    assert meter.left(epoch.number) == 31
    ledger.submit(RELAYER, "existence:spend", first)
    with pytest.raises(KeySpent):
        ledger.submit(RELAYER, "existence:spend", first)


def test_a_subject_has_no_second_receipt_over_another_amount(meter, epoch):
    meter.receipt(epoch=epoch.number, subject=subject(1), energy_wh=5)
    with pytest.raises(AlreadyReceipted) as refused:
        meter.receipt(epoch=epoch.number, subject=subject(1), energy_wh=6)
    assert refused.value.energy_wh == 5


def test_keys_and_trees_are_taken_in_no_order(meter, epoch):
    used = [meter.receipt(epoch=epoch.number, subject=subject(n), energy_wh=1) for n in range(16)]
    assert [receipt.index for receipt in used] != sorted(receipt.index for receipt in used)
    assert len({receipt.root for receipt in used}) == 2


def test_a_tree_signs_nothing_before_it_is_published(meter, ledger):
    ledger.open()
    ledger.submit(RELAYER, "existence:ask_for_trees", meter.ask(1, 1))
    ledger.advance_to(ledger.epoch().requests_until_s + 1)
    list(meter.questions(ledger.epoch(), 1))
    with pytest.raises(NoKeyLeft):
        meter.receipt(epoch=1, subject=subject(1), energy_wh=1)


def test_questions_stay_the_same_until_they_are_answered(meter, ledger):
    ledger.open()
    ledger.submit(RELAYER, "existence:ask_for_trees", meter.ask(1, 2))
    ledger.advance_to(ledger.epoch().requests_until_s + 1)
    epoch = ledger.epoch()
    asked = list(meter.questions(epoch, 2))
    assert [(each.tree, each.witness) for each in asked] == [
        (tree, drawn.lfdi) for tree in (0, 1) for drawn in epoch.witnesses
    ]
    assert {each.blinded for each in meter.questions(epoch, 2)} == {each.blinded for each in asked}
    assert meter.signed_trees(epoch) == []
    for question in asked[:2]:
        meter.take_answer(question, key_of(epoch, question.witness).blind_sign(question.blinded))
    assert len(list(meter.questions(epoch, 2))) == 4
    assert len(meter.signed_trees(epoch)) == 1
    publish(meter, ledger, epoch)


def test_what_a_witness_sees_is_nothing_that_is_ever_published(meter, ledger):
    ledger.open()
    ledger.submit(RELAYER, "existence:ask_for_trees", meter.ask(1, 1))
    ledger.advance_to(ledger.epoch().requests_until_s + 1)
    epoch = ledger.epoch()
    asked = list(meter.questions(epoch, 1))
    for question in asked:
        meter.take_answer(question, key_of(epoch, question.witness).blind_sign(question.blinded))
    (tree,) = meter.signed_trees(epoch)
    publish(meter, ledger, epoch)
    published = b"".join(ledger.contract_state().values())
    for question in asked:
        assert bytes.fromhex(tree.root) not in question.blinded
        assert question.blinded not in {voucher.signature for voucher in tree.vouchers}
    assert meter.lfdi.encode() not in b"".join(
        value for key, value in ledger.contract_state().items() if key.startswith("tree/")
    )
    assert tree.root.encode() in published


def test_a_witness_that_answers_wrongly_is_not_believed(meter, ledger):
    ledger.open()
    ledger.submit(RELAYER, "existence:ask_for_trees", meter.ask(1, 1))
    ledger.advance_to(ledger.epoch().requests_until_s + 1)
    question = next(iter(meter.questions(ledger.epoch(), 1)))
    with pytest.raises(IdentityRejected):
        meter.take_answer(question, bytes(255) + b"\x02")
    assert len(list(meter.questions(ledger.epoch(), 1))) == 3


def test_a_question_is_signed_by_the_meter_that_it_names(meter, ledger):
    ledger.open()
    ledger.submit(RELAYER, "existence:ask_for_trees", meter.ask(1, 1))
    ledger.advance_to(ledger.epoch().requests_until_s + 1)
    question = next(iter(meter.questions(ledger.epoch(), 1)))
    VerifyingKey(world.meter(0).public_key.spki).verify(question.signature, question.statement)


def test_a_reading_is_signed_under_the_meters_own_name(meter):
    reading = meter.read(slot_start_s=900, slot_s=1_800, net_wh=-250)
    signed = statements.reading(CHAIN, lfdi=meter.lfdi, slot_start_s=900, slot_s=1_800, net_wh=-250)
    VerifyingKey(world.meter(0).public_key.spki).verify(reading.signature, signed)


def test_a_meter_can_vouch_itself(meter, ledger):
    key = world.samples.witness_key(7)
    ledger.submit(HOME, "existence:enlist", meter.enlist(key.blind_key, version=10**15))


def test_one_process_at_a_time_has_a_meter(folder, meter):
    with pytest.raises(MeterUnusable, match="another process"):
        Meter(folder)


def test_a_folder_is_prepared_once_and_needs_a_key(tmp_path, folder):
    with pytest.raises(MeterUnusable, match="prepared already"):
        Meter.prepare(folder, chain_id=CHAIN)
    with pytest.raises(MeterUnusable, match="issue-meter"):
        Meter.prepare(tmp_path / "nothing", chain_id=CHAIN)
    with pytest.raises(MeterUnusable, match="wattloom meter prepare"):
        Meter(tmp_path / "nothing")


def test_files_are_for_their_owner_alone(folder, meter):
    for path in (folder / "meter.db", folder / "meter.key", folder.with_name("meter.anchor")):
        assert path.stat().st_mode & 0o077 == 0


def test_a_key_that_others_may_read_is_refused(folder):
    (folder / "meter.key").chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        Meter(folder)


def test_an_encrypted_meter_opens_with_its_password(tmp_path):
    folder = tmp_path / "locked"
    world.meter(1).save(folder, password="secret")
    Meter.prepare(folder, chain_id=CHAIN)
    with Meter(folder, password="secret") as meter:
        assert meter.lfdi == world.meter(1).lfdi
    with pytest.raises(KeyFileError, match="password"):
        Meter(folder)
