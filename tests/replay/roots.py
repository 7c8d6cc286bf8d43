"""State roots of a ledger whose blocks are executed again: `python -m tests.replay.roots FOLDER SET`."""

import sys
import tempfile
from pathlib import Path

from tests.network.application.trials import WITH_TRIALS
from wattloom.chaincode.installed import RULES
from wattloom.network import logs
from wattloom.network.application import Application, BlockToExecute
from wattloom.network.chain.block import Block
from wattloom.network.solo import LedgerFolder
from wattloom.network.solo.blocks import TABLES, read_block
from wattloom.network.solo.resume import start_application
from wattloom.network.state import Store

RULE_SETS = {"installed": RULES, "trials": WITH_TRIALS}


def replay(folder: LedgerFolder, rules: str) -> list[str]:
    """Return the state roots of heights 0, 1, ... as execution under a set of `RULE_SETS` gives them."""
    genesis = folder.genesis()
    with (
        folder.read_store() as stored,
        stored.snapshot() as snapshot,
        tempfile.TemporaryDirectory() as scratch,
        Store(Path(scratch) / "data", tables=TABLES, durable=False) as store,
    ):
        application = Application(store, rules=RULE_SETS[rules])
        start_application(store, application, genesis)
        roots = [application.info().app_hash.hex()]
        while (record := read_block(snapshot, len(roots))) is not None:
            block = Block.decode(record.block)
            executed = application.finalize(
                BlockToExecute(
                    height=len(roots),
                    time_s=block.header.time.seconds,
                    hash=block.header.hash,
                    transactions=block.txs,
                )
            )
            with store.batch() as batch:
                application.commit(batch)
            roots.append(executed.app_hash.hex())
    return roots


if __name__ == "__main__":
    logs.configure()  # to stderr: the bug of that day is logged loudly
    sys.stdout.write("\n".join(replay(LedgerFolder(Path(sys.argv[1])), sys.argv[2])))
