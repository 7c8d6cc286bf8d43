from hashlib import sha256

import pytest
from msgspec.structs import replace

from tests.chaincode.existence.test_roll import refused
from tests.chaincode.existence.world import (
    DESK,
    HOME,
    RELAYER,
    RULES,
    World,
    chain_of,
    meter,
    publication,
    signed,
    spending,
)
from tests.identity.existence import samples
from wattloom.chaincode.api import Context, Contract, Forbidden, NotFound
from wattloom.chaincode.api.codec import encode
from wattloom.chaincode.existence import house
from wattloom.chaincode.existence.errors import EpochNotRunning, KeySpent, ProofRefused, TreeNotVouched
from wattloom.chaincode.existence.messages import Publish, Received, Spend
from wattloom.chaincode.registry.records import ClientId, MeterCertificate, MeterChains
from wattloom.identity.errors import Code
from wattloom.identity.existence import statements
from wattloom.identity.existence.receipts import Receipt
from wattloom.identity.existence.trees import Tree

ROOT = samples.tree().root


@pytest.fixture
def running(world):
    world.running(ROOT)
    return world


def spend_refused(world, request, kind):
    return refused(world, RELAYER, "spend", request, kind)


def spend(world, receipt, **where):
    world.submit(RELAYER, "existence:spend", spending(receipt, **where))


def test_a_receipt_under_a_published_tree_is_taken_and_told(running):
    spend(running, samples.receipt())
    assert running.events[-1].name == "received"
    told = Received(epoch=1, root=ROOT.hex(), subject=samples.SUBJECT.hex(), energy_wh=1_200)
    assert running.events[-1].payload == encode(told)


def test_every_key_of_a_tree_is_taken_once(running):
    for index in range(16):
        spend(running, samples.receipt(index))
    for index in (0, 15):
        spend_refused(running, spending(samples.receipt(index)), KeySpent)


def test_a_key_is_not_taken_again_for_something_else(running):
    spend(running, samples.receipt())
    again = samples.receipt(subject=sha256(b"another").digest(), energy_wh=5)
    refusal = spend_refused(running, spending(again), KeySpent)
    assert refusal.details == {"epoch": 1, "key_hash": sha256(again.public_key).hexdigest()}


def test_a_key_that_stands_twice_in_a_tree_is_taken_once(world):
    key = samples.one_time_keys()[0]
    tree = Tree([key.spki] * 16)

    def receipt(index):
        signature = key.sign(
            statements.receipt(samples.CHAIN, root=tree.root, subject=samples.SUBJECT, energy_wh=1)
        )
        return Receipt(tree.root, index, tree.path(index), key.spki, samples.SUBJECT, 1, signature)

    world.running(tree.root)
    spend(world, receipt(0))
    spend_refused(world, spending(receipt(1)), KeySpent)


def test_only_relayers_hand_receipts_in(running):
    for who in (HOME, DESK):
        refused(running, who, "spend", spending(samples.receipt()), Forbidden)


def test_a_tree_that_nobody_published_is_refused(running):
    spend_refused(running, spending(samples.receipt(seed=1)), NotFound)
    spend_refused(running, replace(spending(samples.receipt()), epoch=2), NotFound)


def test_receipts_count_from_the_start_of_their_epoch_to_its_end_and_a_little_longer(world):
    epoch = world.drawn()
    world.submit(RELAYER, "existence:publish", publication(epoch, ROOT))
    refusal = spend_refused(world, spending(samples.receipt()), EpochNotRunning)
    until_s = epoch.ends_at_s + RULES.grace_s
    assert refusal.details == {
        "epoch": 1,
        "starts_at_s": epoch.starts_at_s,
        "until_s": until_s,
        "block_time_s": epoch.requests_until_s + 1,
    }
    world.advance_to(until_s)
    spend(world, samples.receipt(0))
    world.advance_to(until_s + 1)
    spend_refused(world, spending(samples.receipt(1)), EpochNotRunning)


class TestRevocation:
    def vouched_by(self, *positions, needed):
        """Return a world with a tree signed by these of the drawn, and the draw."""
        world = World(rules=replace(RULES, needed=needed))
        epoch = world.drawn()
        request = Publish(epoch=1, trees=[signed(epoch, ROOT, by=positions)])
        world.submit(RELAYER, "existence:publish", request)
        world.advance_to(epoch.starts_at_s)
        return world, epoch

    def test_what_a_revoked_meter_alone_vouched_for_counts_no_more(self):
        world, epoch = self.vouched_by(0, needed=1)
        spend(world, samples.receipt(0))
        world.revoke(epoch.witnesses[0].lfdi)
        refusal = spend_refused(world, spending(samples.receipt(1)), TreeNotVouched)
        assert refusal.details == {"epoch": 1, "root": ROOT.hex()}

    def test_what_others_vouched_for_too_still_counts(self):
        world, epoch = self.vouched_by(0, 2, needed=2)
        world.revoke(epoch.witnesses[0].lfdi)
        spend(world, samples.receipt(0))
        world.revoke(epoch.witnesses[2].lfdi)
        spend_refused(world, spending(samples.receipt(1)), TreeNotVouched)

    def test_a_meter_whose_certificate_is_revoked_counts_as_revoked(self):
        world, epoch = self.vouched_by(0, needed=1)
        vouched = epoch.witnesses[0].lfdi
        world.submit(DESK, "registry:certify_meter", MeterCertificate(lfdi=vouched, client_id="ab" * 32))
        spend(world, samples.receipt(0))
        world.submit(DESK, "registry:revoke_client", ClientId(client_id="ab" * 32))
        spend_refused(world, spending(samples.receipt(1)), TreeNotVouched)
        again = replace(chain_of(vouched), client_id="cd" * 32)
        world.submit(DESK, "registry:enrol_meters", MeterChains(meters=[again]))
        spend(world, samples.receipt(1))

    def test_who_did_not_vouch_can_be_revoked_without_effect(self):
        world, epoch = self.vouched_by(0, needed=1)
        world.revoke(epoch.witnesses[1].lfdi)
        spend(world, samples.receipt(0))

    def test_the_meter_that_asked_is_not_known_by_its_receipts(self):
        world, epoch = self.vouched_by(*range(3), needed=3)
        asked = meter(0).lfdi
        if asked not in {drawn.lfdi for drawn in epoch.witnesses}:
            world.revoke(asked)
        spend(world, samples.receipt(0))


def turned(value):
    return bytes([value[0] ^ 1]) + value[1:]


@pytest.mark.parametrize("field", ["path", "public_key", "signature", "subject"])
def test_no_receipt_is_taken_with_a_byte_changed(running, field):
    good = spending(samples.receipt())
    value = getattr(good, field)
    if field == "subject":
        wrong = [f"{int(value[0], 16) ^ 1:x}" + value[1:]]
    elif field == "path":
        wrong = [
            [bytes([each[0] ^ 1]) + each[1:] if at == n else each for n, each in enumerate(value)]
            for at in range(4)
        ]
    else:
        wrong = [turned(value), turned(value[::-1])[::-1]]
    for each in wrong:
        spend_refused(running, replace(good, **{field: each}), ProofRefused)


def test_depth_is_the_epochs_and_not_the_proofs(running):
    good = spending(samples.receipt())
    for path in ([], good.path[:-1], [*good.path, bytes(32)]):
        refusal = spend_refused(running, replace(good, path=path), ProofRefused)
        assert refusal.details == {"reason": Code.EXISTENCE_PATH}


def test_another_contract_takes_a_receipt_in_its_own_transaction():
    shop = Contract("shop", summary="Pays for what meters have received.")

    @shop.transaction()
    def settle(ctx: Context, request: Spend) -> None:
        """Settle."""
        house.spend(ctx, request)
        if request.energy_wh == 13:
            raise NotFound(key="shop:luck")

    world = World()
    world.contracts["shop"] = shop
    world.running(ROOT)
    before = world.contract_state()
    with pytest.raises(NotFound):
        world.submit(HOME, "shop:settle", spending(samples.receipt(0, energy_wh=13)))
    assert world.contract_state() == before
    world.submit(HOME, "shop:settle", spending(samples.receipt(0)))
    with pytest.raises(KeySpent):
        world.submit(HOME, "shop:settle", spending(samples.receipt(0)))
