"""From one machine to many: the state of a solo ledger becomes the genesis of a network.

Money, ids, registry, open sessions and the transaction ids seen are the same; the chain's id stays, because
members sign it. Blocks begin anew at height 1: the old ledger stays as the record of what was before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattloom.chaincode.api.codec import decode, encode
from wattloom.chaincode.api.timers import LEDGER
from wattloom.chaincode.genesis import GenesisEntry
from wattloom.chaincode.governance import keys as governance_keys
from wattloom.chaincode.governance.consensus import rules_at
from wattloom.chaincode.governance.records import Rules
from wattloom.chaincode.governance.seats import GOVERNANCE
from wattloom.chaincode.installed import RULES
from wattloom.chaincode.registry.records import Organisation
from wattloom.identity.certificates import Authority
from wattloom.network.application.rules import RuleBook
from wattloom.network.chain.genesis import Genesis
from wattloom.network.consortium.create import Origin, Progress, create_network
from wattloom.network.consortium.errors import FolderError, SpecError
from wattloom.network.consortium.layout import NetworkFolder
from wattloom.network.consortium.spec import NetworkSpec
from wattloom.network.solo import LedgerFolder
from wattloom.network.state import WorldState

FACTS = "facts"
"""The ledger's record of itself, which each chain writes for its own."""


@dataclass(frozen=True, slots=True)
class SoloState:
    """A solo ledger's state, and the organisations in it with their CA certificates."""

    genesis: Genesis
    height: int
    entries: list[GenesisEntry]
    organisations: Mapping[str, bytes]


def read_solo(folder: LedgerFolder) -> SoloState:
    """Read the whole state of a solo ledger that is not served now, after checking every hash in it.

    Raises
    ------
    LedgerFolderError : there is no ledger, or no block yet
    MachineFault : it is being served, or its state is damaged
    """
    genesis = folder.genesis()
    folder.read_store().close()  # says what to do where there are no blocks
    with folder.open_store() as store:
        world = WorldState(store, RuleBook(RULES).stores)
        world.check()
        with store.snapshot() as snapshot:
            rules = rules_at(world.reader(snapshot), world.height + 1)
            everything = list(world.export(snapshot))
        height = world.height
    return SoloState(
        genesis=genesis,
        height=height,
        entries=[*_carried(everything), *_rules_in_force(rules)],
        organisations=dict(_organisations(everything)),
    )


def network_from_solo(
    solo: SoloState,
    path: Path,
    *,
    spec: NetworkSpec | None = None,
    authorities: Sequence[Authority] = (),
    tell: Progress = lambda _: None,
) -> NetworkFolder:
    """Make the folder of a network that goes on from a solo ledger.

    Without a spec each of the ledger's organisations has one validator. `authorities` are CAs of its
    organisations whose keys are at hand: they get their folders, and administrators.

    Raises
    ------
    SpecError : the spec names another chain, or opens accounts again
    FolderError : an authority is not the ledger's
    """
    chain_id = solo.genesis.chain_id
    wanted = spec or NetworkSpec(chain_id=chain_id, organisations=[*sorted(solo.organisations)])
    if wanted.chain_id != chain_id:
        raise SpecError(
            "chain_id",
            f"is {wanted.chain_id} and the ledger's is {chain_id}: write that, its members sign it",
        )
    for authority in authorities:
        if solo.organisations.get(authority.organisation) != authority.certificate:
            raise FolderError(
                f"the CA of {authority.organisation} is not one of the ledger's: its organisations are "
                f"{', '.join(sorted(solo.organisations))}"
            )
    origin = Origin(
        carried=solo.entries,
        organisations=frozenset(solo.organisations),
        authorities={authority.organisation: authority for authority in authorities},
    )
    return create_network(wanted, path, origin=origin, tell=tell)


def _carried(everything: Sequence[tuple[str, str, bytes]]) -> Iterator[GenesisEntry]:
    for contract, key, value in everything:
        of_this_chain = (contract == LEDGER and key == FACTS) or (
            contract == GOVERNANCE and key.startswith("rules/")
        )
        if not of_this_chain:
            yield GenesisEntry(contract=contract, key=key, value=value)


def _rules_in_force(version: int) -> list[GenesisEntry]:
    """Let the new chain begin under the version that is in force, whatever height it came into force at."""
    if version == 1:
        return []
    rules = Rules(version=version, from_height=0)
    return [GenesisEntry(contract=GOVERNANCE, key=governance_keys.rules(0), value=encode(rules))]


def _organisations(everything: Sequence[tuple[str, str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for contract, key, value in everything:
        if contract == "registry" and key.startswith("organisation/"):
            organisation = decode(value, Organisation)
            yield organisation.organisation, organisation.ca_certificate
