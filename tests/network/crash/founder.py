"""The process that makes a new ledger, acknowledges its first transaction, and is killed at once."""

import os
import signal
import sys
from pathlib import Path

from tests.network.community import Community, submit
from tests.network.crash.victim import say
from wattloom.chaincode.accounts.records import Transfer
from wattloom.network.solo import SoloEngine


def main() -> None:
    community = Community()
    folder = community.create_ledger(Path(sys.argv[1]), accounts=("ann", "bob"))
    with SoloEngine(folder) as engine:
        wish = Transfer(payee=community.party("bob"), amount_nano=1)
        committed = submit(engine, community.sign("ann", "accounts:transfer", wish))
        say(f"ack {committed.tx_id.hex()} {committed.height} {committed.index} {committed.status}")
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
