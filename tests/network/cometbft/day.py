"""One short day of a running network: trade and bills, refusals, votes that change validators and limits."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.assembly import Assembly
from tests.conformance.coverage import Exercised
from tests.conformance.ledgers import Ledger, cometbft
from tests.conformance.town import Member, Town
from tests.conformance.trading import Trading
from wattloom.chaincode.accounts.records import Transfer
from wattloom.chaincode.governance.actions import AddValidator, RemoveValidator, SetParameters
from wattloom.chaincode.governance.records import ConsensusLimits
from wattloom.chaincode.transactive.records import Phase
from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.consortium import processes
from wattloom.network.consortium.layout import NetworkFolder, NodeFolder

ABSENT = ValidatorKey.of_seed(bytes(range(32))).public_key
"""A validator that is voted in and never runs."""

CHANGES_AFTER = 2
"""A block's change of validators signs from so many blocks after it."""


@dataclass
class Day:
    """What stands after the day, while the network goes on with its heartbeat.

    `changed_height` has the validators and limits that the last vote left, as every height after it.
    """

    ledger: Ledger
    network: NetworkFolder
    town: Town
    homes: list[Member]
    session_id: str
    changed_height: int

    def rpc(self, number: int = 0) -> str:
        """Return the RPC address of a node for programs of this machine."""
        return self.network.nodes()[number].settings().rpc_url


@contextmanager
def running_day(path: Path) -> Iterator[Day]:
    """Run a network and let its members have their day."""
    with cometbft(path) as ledger:
        with ledger.client() as client:
            town = Town(ledger, Exercised.of(client.describe()))
        try:
            homes = town.homes(2)
            session_id = _trade(Trading(town, homes, max_iterations=2))
            homes[0].submit("accounts:transfer", Transfer(payee=homes[1].party_id, amount_nano=5))
            too_much = Transfer(payee=homes[1].party_id, amount_nano=10**18)
            homes[0].refusal("accounts:transfer", too_much)
            _vote(Assembly(town))
            last = town.height + CHANGES_AFTER
            list(town.client().blocks(last, to_height=last))
            yield Day(ledger, NetworkFolder(path / "network"), town, homes, session_id, last)
        finally:
            town.close()


def _trade(trading: Trading) -> str:
    trading.begin()
    first, second = trading.homes
    for iteration in (1, 2):
        trading.decide(first, 300, iteration=iteration)
        trading.decide(second, -300, iteration=iteration)
    trading.answer(first)
    assert trading.answer(second).phase is Phase.SETTLED
    return trading.session_id


def _vote(assembly: Assembly) -> None:
    assembly.carry(AddValidator(organisation="west", node="west-9", public_key=ABSENT))
    assembly.carry(SetParameters(consensus=ConsensusLimits(block_max_bytes=2 << 20)))
    assembly.carry(RemoveValidator(node="west-9"))


def copied(node: NodeFolder, target: Path) -> NodeFolder:
    """Stop a node, copy its folder without what is for a running one, and start it again."""
    processes.stop([node])
    try:
        shutil.copytree(node.path, target, ignore=shutil.ignore_patterns("run"))
    finally:
        processes.start([node])
    return NodeFolder(target)
