"""Which rules a block is executed under: the ledger's state says so, and the software knows some versions."""

from collections.abc import Mapping

from wattloom.chaincode.api.contract import Contract
from wattloom.chaincode.api.errors import MachineFault
from wattloom.chaincode.api.overlay import Reader
from wattloom.chaincode.api.timers import LEDGER
from wattloom.chaincode.governance.consensus import rules_at
from wattloom.chaincode.installed import Rules


class WrongRules(MachineFault):
    """The ledger is under rules that this software does not know; another version must execute it."""

    def __init__(self, *, needed: int, known: Rules) -> None:
        versions = ", ".join(str(version) for version in sorted(known))
        super().__init__(
            f"the ledger's next block is under rules {needed}, this software knows {versions}: "
            "install a version that knows them and start again"
        )
        self.needed = needed


class RuleBook:
    """The versions of the rules that this software can execute."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @property
    def versions(self) -> list[int]:
        """Every version, oldest first."""
        return sorted(self._rules)

    @property
    def stores(self) -> list[str]:
        """Every part of the state that any version has."""
        return sorted({LEDGER, *(name for contracts in self._rules.values() for name in contracts)})

    def version(self, reader: Reader, height: int) -> int:
        """Return the version that a block of this height is executed under; raise `WrongRules`."""
        version = rules_at(reader, height)
        self.contracts(version)
        return version

    def contracts(self, version: int) -> Mapping[str, Contract]:
        """Return the contracts of a version; raise `WrongRules`."""
        if version not in self._rules:
            raise WrongRules(needed=version, known=self._rules)
        return self._rules[version]

    def stores_of(self, version: int) -> list[str]:
        """Return the parts of the state that stand under the root of a block of this version."""
        return sorted({LEDGER, *self._rules[version]})
