"""A small ledger on which everything has happened once, for tests that tamper with it or execute it again."""

import time
from pathlib import Path

from tests.network.application.trials import WITH_TRIALS, Alarm, Note
from tests.network.community import Community, Waiter, submit
from wattloom.chaincode.accounts.records import Party, Transfer
from wattloom.network.solo import LedgerFolder, SoloEngine


def make_day(path: Path, community: Community) -> LedgerFolder:
    """Make a ledger with first uses of certificates, refusals, a bug, events, timers and empty blocks."""
    folder = community.create_ledger(path, accounts=("ann", "bob"))
    with SoloEngine(folder, rules=WITH_TRIALS) as engine:
        to_bob, to_cleo = (Transfer(payee=community.party(name), amount_nano=7) for name in ("bob", "cleo"))

        def send(name: str, function: str, argument: object, *, introduce: bool = True) -> int:
            return submit(engine, community.sign(name, function, argument, introduce=introduce)).status  # type: ignore[arg-type]

        assert send("ann", "accounts:transfer", to_bob) == 0
        assert send("ann", "accounts:transfer", to_cleo, introduce=False) == 1
        assert send("cleo", "accounts:open", Party(party_id=community.party("cleo"))) == 0
        assert send("ann", "trials:fail", Note(name="bug"), introduce=False) == 2
        assert send("bob", "trials:set_alarm", Alarm(name="past", at_s=1)) == 0
        assert send("bob", "trials:set_alarm", Alarm(name="to come", at_s=int(time.time()) + 10**6)) == 0
        assert send("bob", "trials:write", Note(name="bob", text="was here"), introduce=False) == 0
        waiter = Waiter(engine)
        waiter.block_where(lambda block: not block.record.results)
        waiter.end()
        assert send("ann", "accounts:transfer", to_cleo, introduce=False) == 0
    return folder
