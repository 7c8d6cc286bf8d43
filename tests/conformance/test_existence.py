"""Meters vouch for trees that they do not see, and each one-time key is taken once, alike on every engine."""

from functools import partial

import pytest
from msgspec.structs import replace

from tests.conformance.assembly import Assembly
from tests.conformance.existing import USUAL, Fleet, OneTimeTree, open_epoch
from tests.conformance.town import Town, together
from wattloom.chaincode.api import Page
from wattloom.chaincode.existence.messages import (
    Asked,
    AskedOf,
    EpochOf,
    MeterOf,
    PageOfRoll,
    Publish,
    Received,
    TreeOf,
)
from wattloom.chaincode.existence.records import Epoch, Place, RevokedMeter, Tally, VouchedTree, Witness
from wattloom.identity.existence.drawing import draw, seed_of


@pytest.fixture(scope="module")
def village(ledger, exercised):
    """A town in which an epoch runs: meters 0, 1 and 2 vouch, and two trees are asked for."""
    town = Town(ledger, exercised)
    yield town
    town.close()


@pytest.fixture(scope="module")
def assembly(village):
    return Assembly(village)


@pytest.fixture(scope="module")
def fleet(village, assembly):
    fleet = Fleet(village, assembly, 4)
    for number in range(3):
        fleet.enlist(number, fleet.relayer)
    fleet.registrar.submit("existence:dismiss", MeterOf(lfdi=fleet.meters[2].lfdi))
    fleet.enlist(2, fleet.registrar)
    return fleet


@pytest.fixture(scope="module")
def roll(village, fleet, exercised):
    """The roll that the second epoch draws from: three meters, whose keys have not served before."""
    await_told(village, "witnesses_drawn", exercised.epoch.number)
    for number in range(3):
        fleet.enlist(number, fleet.relayer)
    page = village.member("reader").query("existence:list_roll", PageOfRoll(limit=1_000), Page[Place])
    return [place.lfdi for place in page.items]


@pytest.fixture(scope="module")
def opened(village, assembly, fleet, roll):
    epoch = open_epoch(village, assembly, USUAL)
    askers = [village.member(f"asker{number}") for number in range(4)]
    together(
        partial(askers[at].submit, "existence:ask_for_trees", fleet.asking(at, epoch.number, trees))
        for at, trees in ((0, 2), (1, 1))
    )
    wrong = (
        fleet.asking(3, epoch.number),
        fleet.asking(3, epoch.number, 3),
        replace(fleet.asking(2, epoch.number), lfdi=fleet.meters[3].lfdi),
    )
    codes = together(
        [
            *(
                partial(_code, asker, "existence:ask_for_trees", request)
                for asker, request in zip(askers, wrong, strict=False)
            ),
            partial(_code, fleet.registrar, "existence:open_epoch"),
        ]
    )
    return epoch, codes


def _code(member, function, argument=None):
    return member.refusal(function, argument).code


@pytest.fixture(scope="module")
def epoch(village, opened):
    number = opened[0].number
    await_told(village, "witnesses_drawn", number)
    epoch = village.member("reader").query("existence:read_epoch", EpochOf(number=number), Epoch)
    village.saw(await_time(village, epoch.starts_at_s - 1))
    return epoch


def await_told(town, name, number):
    """Wait until the ledger's own timer has told of an epoch, and note that it ran."""
    told = town.events(1, contract="existence", name=name)
    ours = next(event for event in told if event.read(dict)["number"] == number)
    town.exercised.functions.add({"witnesses_drawn": "existence:draw"}.get(name, "existence:prune"))
    town.saw(ours.height)


def await_time(town, time_s):
    """Wait for the first block past a time, and return its height."""
    blocks = town.client().blocks(max(town.height, 1))
    height = next(block.height for block in blocks if block.block_time_s > time_s)
    blocks.close()
    return height


def test_requests_are_taken_within_the_rules(opened, village, fleet):
    epoch, codes = opened
    assert codes == ["EPOCH_FULL", "TOO_MANY_TREES", "EPOCH_FULL", "EPOCH_NOT_DRAWN"]
    witness = village.member("witness")
    wanted = AskedOf(epoch=epoch.number, lfdi=fleet.meters[0].lfdi)
    asked = witness.query("existence:read_asked", wanted, Asked)
    assert (asked.trees, asked.public_key) == (2, fleet.meters[0].public_key.spki)


def test_witnesses_are_those_that_anybody_draws_again(epoch, village, fleet, roll):
    reader = village.member("reader")
    seed = seed_of(fleet.chain_id, epoch=epoch.number, block_hash=epoch.block_hash)
    places = draw(seed, places=epoch.places, number=USUAL.witnesses)
    assert [roll[place] for place in places] == [drawn.lfdi for drawn in epoch.witnesses]
    drawn = epoch.witnesses[0]
    shown = reader.query("existence:read_witness", MeterOf(lfdi=drawn.lfdi), Witness)
    assert shown.blind_key == drawn.blind_key
    assert reader.query("existence:newest_epoch", None, Epoch) == epoch
    late = fleet.relayer.refusal("existence:ask_for_trees", fleet.asking(3, epoch.number))
    assert late.code == "REQUESTS_CLOSED"


def test_a_tree_is_published_and_each_of_its_keys_taken_once(epoch, village, fleet):
    tree, home = OneTimeTree(fleet.chain_id, 1), village.member("home")
    assert home.refusal("existence:publish", tree.published(epoch, 0)).code == "FORBIDDEN"
    receipt = fleet.relayer.submit("existence:publish", tree.published(epoch, 0, 1))
    wanted = TreeOf(epoch=epoch.number, root=tree.root)
    published = home.query("existence:read_tree", wanted, VouchedTree)
    assert published == VouchedTree(epoch=epoch.number, root=tree.root, witnesses=[0, 1])
    tally = home.query("existence:read_tally", EpochOf(number=epoch.number), Tally)
    assert (tally.requested, tally.published) == (3, 1)
    fleet.relayer.submit("existence:spend", tree.receipt(epoch, 3))
    told = next(village.events(receipt.height, contract="existence", name="received"))
    assert told.read(Received).root == tree.root
    again = tree.receipt(epoch, 3, energy_wh=1)
    assert fleet.relayer.refusal("existence:spend", again).code == "KEY_SPENT"
    forged = replace(tree.receipt(epoch, 4), energy_wh=1)
    assert fleet.relayer.refusal("existence:spend", forged).code == "PROOF_REFUSED"


def test_what_is_not_vouched_for_is_refused(epoch, village, fleet):
    lone, more = OneTimeTree(fleet.chain_id, 2), OneTimeTree(fleet.chain_id, 3)
    fleet.relayer.submit("existence:publish", lone.published(epoch, 0))
    fleet.relayer.submit("existence:spend", lone.receipt(epoch, 0))
    lfdi = epoch.witnesses[0].lfdi
    revoked = fleet.registrar.submit("existence:revoke_meter", MeterOf(lfdi=lfdi), RevokedMeter).result
    assert revoked.lfdi == lfdi
    assert fleet.relayer.refusal("existence:spend", lone.receipt(epoch, 1)).code == "TREE_NOT_VOUCHED"
    assert fleet.relayer.refusal("existence:publish", more.published(epoch, 0)).code == ("TOO_FEW_WITNESSES")
    number = [meter.lfdi for meter in fleet.meters].index(lfdi)
    assert fleet.relayer.refusal("existence:enlist", fleet.enlistment(number)).code == "METER_REVOKED"
    both = [OneTimeTree(fleet.chain_id, seed).signed(epoch, 1) for seed in (3, 4)]
    many = Publish(epoch=epoch.number, trees=sorted(both, key=lambda tree: tree.root))
    assert fleet.relayer.refusal("existence:publish", many).code == "TOO_MANY_TREES"


def test_an_epoch_that_is_over_is_forgotten(village, fleet, exercised):
    number = exercised.epoch.number
    await_told(village, "epoch_forgotten", number)
    over = village.member("reader").query("existence:read_epoch", EpochOf(number=number), Epoch)
    receipt = OneTimeTree(fleet.chain_id, 1).receipt(over, 0)
    assert fleet.relayer.refusal("existence:spend", receipt).code == "EPOCH_NOT_RUNNING"
