"""The process that reads ledgers with damaged data files: whatever becomes of it, it must not call one clean.

It flips one bit per line of its input, `BYTE BIT`, verifies, puts the bit back, and answers with the name of
the error, or with what it calls clean: `same` where every row reads as before, `shorter` where the chain ends
earlier and says so, `different` for anything else.
"""

import logging
import sys
from pathlib import Path

import structlog

from tests.network.application.trials import WITH_TRIALS
from wattloom.chaincode.api.errors import MachineFault
from wattloom.network.replay import LedgerRejected
from wattloom.network.solo import LedgerFolder
from wattloom.network.solo.blocks import TABLES
from wattloom.network.solo.verify import verify_ledger
from wattloom.network.state import BUCKETS, META, STATE, UNDO, Store


def rows(folder: LedgerFolder) -> list[list[tuple[bytes, bytes]]]:
    with Store(folder.data_path, tables=TABLES, read_only=True) as store, store.snapshot() as view:
        return [list(view.items(table)) for table in (*TABLES, STATE, BUCKETS, UNDO, META)]


def flip(path: Path, at: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (old,) = file.read(1)
        file.seek(at)
        file.write(bytes([old ^ 1 << bit]))


def judge(folder: LedgerFolder, original: list[list[tuple[bytes, bytes]]]) -> str:
    try:
        height = verify_ledger(folder, rules=WITH_TRIALS).height
        found = rows(folder)
        if found == original:
            return "same"
        return "shorter" if height == len(found[0]) < len(original[0]) else "different"
    except (LedgerRejected, MachineFault) as error:
        return type(error).__name__


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    folder = LedgerFolder(Path(sys.argv[1]))
    original = rows(folder)
    for line in sys.stdin:
        at, bit = map(int, line.split())
        flip(folder.data_path / "data.mdb", at, bit)
        sys.stdout.write(f"{judge(folder, original)}\n")
        sys.stdout.flush()
        flip(folder.data_path / "data.mdb", at, bit)


if __name__ == "__main__":
    main()
