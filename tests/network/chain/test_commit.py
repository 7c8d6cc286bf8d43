import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.chain.golden import golden_validators, vectors
from wattloom.network.chain.commit import ABSENT, Commit, Flag, median_time, precommit_sign_bytes, vote_time
from wattloom.network.chain.encoding import parse
from wattloom.network.chain.errors import ChainRejected, MalformedRecord
from wattloom.network.chain.header import BlockID
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.chain.verify import verify_commit
from wattloom.network.wire import cometbft_pb2 as wire

CASES = vectors("commits")
FLAGS = {"c": Flag.COMMIT, "n": Flag.NIL, "-": Flag.ABSENT}


@pytest.mark.parametrize("case", vectors("votes"))
def test_what_a_vote_signs_is_what_cometbft_signs(case):
    block_id = BlockID.from_message(parse(wire.BlockID, bytes.fromhex(case["block_id"])))
    moment = Timestamp(case["seconds"], case["nanos"])
    signed = precommit_sign_bytes(case["chain_id"], case["height"], case["round"], block_id, moment)
    assert signed.hex() == case["sign_bytes"]


@pytest.mark.parametrize("case", CASES)
def test_encoding_hash_and_median_are_those_of_cometbft(case):
    encoded = bytes.fromhex(case["encoded"])
    commit = Commit.decode(encoded)
    assert [each.flag for each in commit.signatures] == [FLAGS[letter] for letter in case["votes"]]
    assert commit.encode() == encoded
    assert commit.hash.hex() == case["hash"]
    assert median_time(commit, golden_validators(case["powers"])).to_rfc3339() == case["median"]


@pytest.mark.parametrize("case", CASES)
def test_we_accept_the_commits_that_cometbft_accepts(case):
    commit, validators = Commit.decode(bytes.fromhex(case["encoded"])), golden_validators(case["powers"])
    try:
        verify_commit(commit, commit.block_id, commit.height, case["chain_id"], validators)
    except ChainRejected:
        assert not case["accepted"]
    else:
        assert case["accepted"]


def test_a_commit_with_every_kind_of_vote_has_been_seen():
    assert {case["accepted"] for case in CASES} == {True, False}
    assert set("".join(case["votes"] for case in CASES)) == set(FLAGS)


def test_an_unknown_flag_is_refused():
    message = Commit(1, 0, BlockID(), (ABSENT,)).to_message()
    message.signatures[0].block_id_flag = 4  # type: ignore[assignment]
    with pytest.raises(MalformedRecord, match="unknown flag 4"):
        Commit.decode(message.SerializeToString())


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_a_vote_is_later_than_its_block_and_not_before_now(block_ns, now_ns):
    voted = vote_time(Timestamp.of_ns(block_ns), Timestamp.of_ns(now_ns))
    assert voted.ns >= max(block_ns + 1_000_000, now_ns)
    assert voted.ns in {block_ns + 1_000_000, now_ns}
