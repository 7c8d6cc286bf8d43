"""A node of another make: `python -m tests.network.faults.patched_node [OPTION...] FOLDER`.

It runs as the product's does, but for what the options say.
"""

import argparse
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from tests.network.notes import WITH_NOTES
from wattloom.chaincode.accounts import keys
from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.accounts.records import Account, Transfer
from wattloom.chaincode.api import Context, Contract
from wattloom.chaincode.installed import CONTRACTS, RULES
from wattloom.network.abci import abci_pb2 as wire
from wattloom.network.consortium import node as product
from wattloom.network.consortium.config_toml import write_config
from wattloom.network.consortium.engine_settings import ENGINE_SETTINGS
from wattloom.network.consortium.layout import NodeFolder

THIS = "tests.network.faults.patched_node"

generous = Contract(accounts.name, summary=accounts.summary)
generous.functions.update(accounts.functions)


@generous.transaction()
def transfer(ctx: Context, request: Transfer) -> None:
    """Transfer as always, and add a nano-unit from nowhere."""
    accounts.functions["transfer"].call(ctx, request)
    key = keys.account(request.payee)
    ctx.state.put(key, ctx.state.get(key, Account).credit(1))


GENEROUS = {1: {**CONTRACTS, accounts.name: generous}}
UPGRADED = {**RULES, 2: WITH_NOTES[1]}
"""The next version of the rules has a contract more."""


def propose(path: Path) -> type[product.NodeApplication]:
    """Return an application whose proposals are those of a file in turn: name to transactions in hexadecimal.

    What it has proposed it writes, one name a line, beside the file.
    """
    proposals = {
        name: [bytes.fromhex(raw) for raw in raws] for name, raws in json.loads(path.read_text()).items()
    }
    turns: Iterator[str] = itertools.cycle(proposals)

    class Proposer(product.NodeApplication):
        def prepare_proposal(self, request: wire.RequestPrepareProposal) -> wire.ResponsePrepareProposal:
            turn = next(turns)
            with path.with_suffix(".proposed").open("a") as said:
                said.write(f"{turn} {request.height}\n")
            return wire.ResponsePrepareProposal(txs=proposals[turn])

    return Proposer


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--generous", action="store_true", help="execute transfers by other rules")
    parser.add_argument("--upgraded", action="store_true", help="know the next version of the rules, too")
    parser.add_argument("--proposals", type=Path, help="propose what this file holds")
    parser.add_argument("--mempool", type=int, help="how many transactions its mempool takes")
    parser.add_argument("--engine", type=Path, help="run this program in place of the stock engine")
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    if asked.mempool:
        ENGINE_SETTINGS["mempool_transactions"] = asked.mempool
    if asked.engine:
        product.find_engine = lambda: asked.engine
    if asked.proposals:
        product.NodeApplication = propose(asked.proposals)
    folder = NodeFolder(asked.folder)
    write_config(folder)
    product.run_node(folder, rules=GENEROUS if asked.generous else UPGRADED if asked.upgraded else RULES)


if __name__ == "__main__":
    main()
