import stat

import pytest

from tests.network.community import CHAIN_ID, ORGANISATION, WEALTH_NANO, Community
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.genesis import GenesisState
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.solo import LedgerFolder, LedgerFolderError, SoloEngine


@pytest.fixture(scope="module")
def community():
    return Community()


@pytest.fixture
def folder(tmp_path, community):
    return community.create_ledger(tmp_path / "ledger", accounts=("ann",))


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_ledger_s_genesis_names_its_chain_validator_organisations_and_accounts(folder):
    genesis = folder.genesis()
    state = decode(genesis.app_state, GenesisState)
    assert genesis.chain_id == CHAIN_ID
    assert [each.public_key for each in genesis.validators] == [folder.validator_key().public_key]
    assert [each.organisation for each in state.organisations] == [ORGANISATION]
    assert [(each.party_id, each.free_nano) for each in state.accounts] == [("hills.ann", WEALTH_NANO)]


def test_what_is_secret_is_its_owner_s_alone_also_after_blocks_were_made(folder):
    with SoloEngine(folder):
        pass
    assert mode(folder.path) == mode(folder.data_path) == 0o700
    secret = [folder.genesis_path, folder.validator_key_path, folder.tls_path / "tls.key"]
    assert {mode(path) for path in (*secret, *folder.data_path.iterdir())} == {0o600}


def test_no_ledger_is_made_where_anything_stands(folder, community):
    before = sorted(folder.path.rglob("*"))
    with pytest.raises(LedgerFolderError, match="choose a new folder"):
        community.create_ledger(folder.path)
    assert sorted(folder.path.rglob("*")) == before


def test_a_folder_without_a_ledger_and_one_without_blocks_say_what_to_do(tmp_path, folder):
    with pytest.raises(LedgerFolderError, match="wattloom ledger init"):
        SoloEngine(LedgerFolder(tmp_path))
    with pytest.raises(LedgerFolderError, match="wattloom ledger serve"):
        folder.read_store()


def test_a_key_that_the_genesis_does_not_name_signs_no_block(folder):
    folder.validator_key_path.unlink()
    ValidatorKey.generate().save(folder.validator_key_path)
    with pytest.raises(LedgerFolderError, match="not the key of this ledger's validator"):
        SoloEngine(folder)
    assert not folder.data_path.exists()
