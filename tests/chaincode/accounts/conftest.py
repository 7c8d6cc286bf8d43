import pytest

from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.accounts.records import Account, Amount, Party, Supply
from wattloom.chaincode.api import Caller
from wattloom.chaincode.testing import MemoryLedger, caller

ALICE, BOB, CAROL = (caller(f"north.{name}", "home") for name in ("alice", "bob", "carol"))
AGENT = caller("north.bank", "settlement-agent")
AUDITOR = caller("south.audit", "auditor")


class Bank(MemoryLedger):
    """A ledger with the accounts contract alone, spoken to in short."""

    def __init__(self) -> None:
        super().__init__([accounts])

    def open(self, who: Caller, amount_nano: int = 0) -> None:
        self.submit(who, "accounts:open", Party(party_id=who.party_id))
        if amount_nano:
            self.mint(who, amount_nano)

    def mint(self, who: Caller, amount_nano: int) -> None:
        self.submit(AGENT, "accounts:mint", Amount(party_id=who.party_id, amount_nano=amount_nano))

    def account(self, who: Caller) -> Account:
        return self.evaluate(who, "accounts:statement", Party(party_id=who.party_id), Account)

    def total_nano(self) -> int:
        return self.evaluate(AUDITOR, "accounts:total", None, Supply).total_nano

    def contract_state(self) -> dict[str, bytes]:
        return dict(self.committed.values.get("accounts", {}))


@pytest.fixture
def bank() -> Bank:
    """Alice with 1000 nano, Bob with none, Carol without an account."""
    it = Bank()
    it.open(ALICE, 1_000)
    it.open(BOB)
    return it
