from itertools import pairwise

import msgspec
import pytest

from tests.network.application.trials import WITH_TRIALS, Note
from tests.network.community import Community, running, submit
from wattloom.chaincode.api.codec import decode, encode
from wattloom.chaincode.genesis import GenesisState
from wattloom.network.chain.block import Block
from wattloom.network.chain.timestamp import Timestamp
from wattloom.network.solo import LedgerFolderError, SoloEngine
from wattloom.network.solo.resume import GenesisStateRejected
from wattloom.network.solo.verify import verify_ledger


@pytest.fixture(scope="module")
def community():
    return Community()


@pytest.fixture
def folder(tmp_path, community):
    return community.create_ledger(tmp_path / "ledger", accounts=("ann",))


def test_a_chain_goes_on_over_restarts_without_a_seam(folder, community):
    last = 0
    for number in range(4):
        with running(folder, rules=WITH_TRIALS) as engine:
            assert engine.latest()[0] >= last
            for _ in range(number):
                submit(engine, community.sign("ann", "trials:write", Note(name="a")))
            last = engine.latest()[0]
    with running(folder, rules=WITH_TRIALS) as engine:
        headers = [Block.decode(engine.block(height).block).header for height in range(1, last + 1)]
    assert [header.height for header in headers] == list(range(1, last + 1))
    assert all(one.time < following.time for one, following in pairwise(headers))
    assert verify_ledger(folder, rules=WITH_TRIALS).transactions == 6


@pytest.mark.parametrize("app_state", [b'{"else":1}', b'{"organisations":[]}'])
def test_a_genesis_state_that_is_not_this_application_s_is_refused(folder, app_state):
    genesis = folder.genesis()
    folder.genesis_path.write_bytes(msgspec.structs.replace(genesis, app_state=app_state).encode())
    with pytest.raises(GenesisStateRejected, match="app_state"), running(folder):
        pass


def other_accounts(genesis):
    state = msgspec.structs.replace(decode(genesis.app_state, GenesisState), accounts=[])
    return msgspec.structs.replace(genesis, app_state=encode(state))


def other_chain(genesis):
    return msgspec.structs.replace(genesis, chain_id="other")


def later(genesis):
    return msgspec.structs.replace(genesis, genesis_time=Timestamp.of_ns(genesis.genesis_time.ns + 1))


@pytest.mark.parametrize("alter", [other_accounts, other_chain, later])
@pytest.mark.parametrize("blocks", [0, 2])
def test_no_block_is_made_under_another_genesis_than_the_first(folder, community, alter, blocks):
    with running(folder, rules=WITH_TRIALS) as engine:
        for _ in range(blocks):
            submit(engine, community.sign("ann", "trials:write", Note(name="a")))
        height = engine.latest()[0]
    ours = folder.genesis()
    folder.genesis_path.write_bytes(alter(ours).encode())
    with pytest.raises(LedgerFolderError, match="not the one of the stored blocks"):
        SoloEngine(folder, rules=WITH_TRIALS)
    folder.genesis_path.write_bytes(ours.encode())
    assert verify_ledger(folder, rules=WITH_TRIALS).height >= height
