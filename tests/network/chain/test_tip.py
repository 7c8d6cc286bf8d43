from tests.network.chain.sample_chain import KEYS, START
from wattloom.network.chain.merkle import EMPTY_ROOT
from wattloom.network.chain.validators import Validator, ValidatorSet


def test_the_initial_block_has_the_genesis_time_and_stands_on_nothing(solo):
    header = solo.blocks[0].header
    assert header.time == START
    assert header.last_commit_hash == header.last_results_hash == EMPTY_ROOT


def test_a_later_block_has_the_time_of_the_vote_before_it(solo):
    assert solo.blocks[1].header.time == solo.commits[0].signatures[0].timestamp


def test_results_stand_in_the_next_header(solo):
    assert solo.blocks[1].header.last_results_hash == solo.tips[1].last_results_hash != EMPTY_ROOT


def test_a_change_of_validators_takes_effect_two_heights_later(network):
    changed = ValidatorSet.of(Validator(key.public_key, 5) for key in KEYS.values())
    hashes = [block.header.validators_hash for block in network.blocks]
    assert hashes[2] != changed.hash  # left by the block at height 2
    assert hashes[3] == hashes[4] == changed.hash
    assert network.blocks[2].header.next_validators_hash == changed.hash
