"""What was called and refused on each engine, so that nothing can be left out unnoticed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from wattloom.chaincode.existence.records import Epoch
from wattloom.chaincode.governance.messages import Proposal
from wattloom.chaincode.metering.records import Period
from wattloom.network.client import Description, Refused


@dataclass
class Exercised:
    """One engine's share of the suite.

    `installed` are the functions of all contracts by the ledger's own word, `functions` those that came to a
    result and the timers that were seen to run, `codes` what was refused with; `story` is what
    `scenario.play` told, `expiring` a proposal that nobody decides, `metered` a period that passes meanwhile,
    `epoch` one of certificates of existence that nobody asks for a tree of.
    """

    engine: str
    installed: set[str]
    functions: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    story: list[tuple[object, ...]] = field(default_factory=list)
    expiring: Proposal | None = None
    metered: Period | None = None
    epoch: Epoch | None = None

    @classmethod
    def of(cls, ledger: Description) -> "Exercised":
        """Begin with what a ledger says of itself."""
        functions = {each["name"] for contract in ledger.contracts for each in contract["functions"]}
        return cls(engine=ledger.engine, installed=functions)

    @contextmanager
    def noting(self, function: str) -> Iterator[None]:
        """Note how one call ends."""
        try:
            yield
        except Refused as refusal:
            self.codes.add(refusal.code)
            raise
        self.functions.add(function)
