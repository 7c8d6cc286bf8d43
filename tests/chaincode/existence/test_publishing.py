import pytest
from msgspec.structs import replace

from tests.chaincode.existence.test_roll import refused
from tests.chaincode.existence.world import (
    DESK,
    HOME,
    PLANT,
    RELAYER,
    RULES,
    T0,
    World,
    asking,
    meter,
    publication,
    signed,
    voucher,
)
from tests.identity.existence import samples
from wattloom.chaincode.api import AlreadyExists, Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.existence.errors import (
    EpochFull,
    EpochNotDrawn,
    EpochNotRunning,
    MeterRevoked,
    ProofRefused,
    RequestsClosed,
    TooFewWitnesses,
    TooManyTrees,
)
from wattloom.chaincode.existence.messages import Asked, AskedOf, Publish, TreeOf
from wattloom.chaincode.existence.records import Tally, VouchedTree
from wattloom.identity.errors import Code

ROOT, OTHER = samples.tree().root, samples.tree(seed=1).root


def ask_refused(world, request, kind):
    return refused(world, RELAYER, "ask_for_trees", request, kind)


def publish_refused(world, request, kind):
    return refused(world, RELAYER, "publish", request, kind)


class TestAsking:
    def test_a_meter_asks_under_its_own_name_and_says_nothing_of_its_trees(self, world):
        world.open()
        world.ask(0, 2)
        asked = world.evaluate(HOME, "existence:read_asked", AskedOf(epoch=1, lfdi=meter(0).lfdi), Asked)
        assert (asked.trees, asked.public_key) == (2, meter(0).public_key.spki)
        assert world.tally() == Tally(requested=2)

    def test_a_meter_asks_once_in_an_epoch(self, world):
        world.open()
        world.ask(0)
        ask_refused(world, asking(0, 2), AlreadyExists)

    def test_requests_end_before_witnesses_are_drawn(self, world):
        epoch = world.open()
        world.advance_to(epoch.requests_until_s)
        world.ask(0)
        world.advance_to(epoch.requests_until_s + 1)
        assert ask_refused(world, asking(1), RequestsClosed).details == {
            "epoch": 1,
            "closed_s": epoch.requests_until_s,
        }

    def test_an_unknown_epoch_or_meter_is_refused(self, world):
        ask_refused(world, asking(0), NotFound)
        world.open()
        stranger = PLANT.issue_meter("m-9", manufactured_at_s=T0)
        ask_refused(world, replace(asking(0), lfdi=stranger.lfdi), NotFound)

    def test_a_meter_has_no_more_trees_than_the_rules_allow(self, world):
        world.open()
        refusal = ask_refused(world, asking(0, RULES.trees_per_meter + 1), TooManyTrees)
        assert refusal.details == {"epoch": 1, "limit": RULES.trees_per_meter}

    def test_no_witness_is_asked_for_more_than_its_limit(self, world):
        world.open()
        world.ask(0, 4)
        world.ask(1, 3)
        assert ask_refused(world, asking(2, 2), EpochFull).details == {"epoch": 1, "limit": RULES.trees}
        world.ask(2, 1)

    def test_a_request_is_of_the_meter_that_it_names(self, world):
        world.open()
        for forged in (
            replace(asking(0), signature=asking(1).signature),
            replace(asking(0, 1), trees=2),
            replace(asking(0, epoch=2), epoch=1),
        ):
            assert ask_refused(world, forged, ProofRefused).details == {"reason": Code.SIGNATURE_INVALID}

    def test_a_revoked_meter_asks_no_more(self, world):
        world.open()
        world.ask(0)
        world.revoke(meter(0).lfdi)
        world.revoke(meter(1).lfdi)
        ask_refused(world, asking(1), MeterRevoked)
        with pytest.raises(MeterRevoked):
            world.evaluate(HOME, "existence:read_asked", AskedOf(epoch=1, lfdi=meter(0).lfdi), Asked)


class TestPublishing:
    def test_a_tree_that_enough_witnesses_signed_is_taken(self, world):
        epoch = world.drawn()
        world.submit(RELAYER, "existence:publish", publication(epoch, ROOT))
        tree = world.evaluate(HOME, "existence:read_tree", TreeOf(epoch=1, root=ROOT.hex()), VouchedTree)
        assert tree == VouchedTree(epoch=1, root=ROOT.hex(), witnesses=[0, 1])
        assert world.tally() == Tally(requested=1, published=1)

    def test_any_of_the_drawn_witnesses_will_do(self, world):
        epoch = world.drawn()
        request = Publish(epoch=1, trees=[signed(epoch, ROOT, by=[0, 2])])
        world.submit(RELAYER, "existence:publish", request)

    def test_one_witness_is_enough_where_the_rules_say_so(self):
        world = World(rules=replace(RULES, witnesses=1, needed=1))
        world.running(ROOT)

    def test_homes_cannot_publish_even_by_mistake(self, world):
        epoch = world.drawn()
        refused(world, HOME, "publish", publication(epoch, ROOT), Forbidden)
        refused(world, DESK, "publish", publication(epoch, ROOT), Forbidden)

    def test_nothing_is_published_before_the_draw_or_after_the_epoch(self, world):
        other = World()
        drawn = other.drawn()
        request = publication(drawn, ROOT)
        world.open()
        world.ask(0)
        publish_refused(world, request, EpochNotDrawn)
        other.advance_to(drawn.ends_at_s + 1)
        publish_refused(other, request, EpochNotRunning)

    def test_fewer_witnesses_than_needed_are_refused(self, world):
        epoch = world.drawn()
        request = Publish(epoch=1, trees=[signed(epoch, ROOT, by=[1])])
        assert publish_refused(world, request, TooFewWitnesses).details == {"needed": 2, "signed": 1}

    def test_a_witness_counts_once(self, world):
        epoch = world.drawn()
        tree = signed(epoch, ROOT, by=[1])
        for vouchers in (tree.vouchers * 2, signed(epoch, ROOT, by=[1, 0]).vouchers):
            publish_refused(
                world, Publish(epoch=1, trees=[replace(tree, vouchers=vouchers)]), InvalidArgument
            )

    def test_who_was_not_drawn_does_not_vouch(self, world):
        epoch = world.drawn()
        tree = signed(epoch, ROOT)
        beyond = [tree.vouchers[0], replace(tree.vouchers[1], witness=3)]
        publish_refused(world, Publish(epoch=1, trees=[replace(tree, vouchers=beyond)]), InvalidArgument)

    def test_a_revoked_witness_counts_no_more(self, world):
        epoch = world.drawn()
        world.revoke(epoch.witnesses[0].lfdi)
        refusal = publish_refused(world, publication(epoch, ROOT), TooFewWitnesses)
        assert refusal.details == {"needed": 2, "signed": 1}
        world.submit(
            RELAYER, "existence:publish", Publish(epoch=1, trees=[signed(epoch, ROOT, by=[0, 1, 2])])
        )

    def test_a_signature_over_another_tree_or_by_another_witness_is_refused(self, world):
        epoch = world.drawn(asked=2)
        tree, other = signed(epoch, ROOT), signed(epoch, OTHER)
        swapped = [replace(tree.vouchers[1], witness=0), replace(tree.vouchers[0], witness=1)]
        for vouchers in (other.vouchers, swapped, [tree.vouchers[0], other.vouchers[1]]):
            refusal = publish_refused(
                world, Publish(epoch=1, trees=[replace(tree, vouchers=vouchers)]), ProofRefused
            )
            assert refusal.details == {"reason": Code.SIGNATURE_INVALID}

    def test_a_signature_for_another_epoch_is_refused(self, world):
        epoch = world.drawn()
        earlier = replace(epoch, number=2)
        tree = signed(epoch, ROOT)
        stale = replace(tree, vouchers=[voucher(earlier, 0, ROOT), tree.vouchers[1]])
        publish_refused(world, Publish(epoch=1, trees=[stale]), ProofRefused)

    def test_no_more_trees_are_published_than_were_asked_for(self, world):
        epoch = world.drawn(asked=1)
        assert publish_refused(world, publication(epoch, ROOT, OTHER), TooManyTrees).details == {
            "epoch": 1,
            "limit": 1,
        }
        world.submit(RELAYER, "existence:publish", publication(epoch, ROOT))
        publish_refused(world, publication(epoch, OTHER), TooManyTrees)

    @pytest.mark.parametrize("asked", [1, 2])
    def test_a_tree_is_published_once(self, world, asked):
        epoch = world.drawn(asked=asked)
        world.submit(RELAYER, "existence:publish", publication(epoch, ROOT))
        publish_refused(world, publication(epoch, ROOT), AlreadyExists)

    def test_the_order_of_trees_tells_nothing(self, world):
        epoch = world.drawn(asked=2)
        trees = publication(epoch, ROOT, OTHER).trees
        for disordered in (trees[::-1], [trees[0], trees[0]]):
            publish_refused(world, Publish(epoch=1, trees=disordered), InvalidArgument)
        world.submit(RELAYER, "existence:publish", Publish(epoch=1, trees=trees))

    def test_one_bad_tree_keeps_the_others_of_its_batch_out(self, world):
        epoch = world.drawn(asked=2)
        trees = publication(epoch, ROOT, OTHER).trees
        bad = replace(trees[1], vouchers=trees[0].vouchers)
        publish_refused(world, Publish(epoch=1, trees=[trees[0], bad]), ProofRefused)
