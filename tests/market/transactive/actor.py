"""A coordinator or a home's agent in a process of its own, which knows its key and where the ledger is.

Run as `python -m tests.market.transactive.actor WHO ADDRESS CA_FILE KEY_FOLDER [HOME]`. It tells each step on
stdout, a line each, so that a test can kill it there.
"""

import asyncio
import sys
from pathlib import Path

from tests.market.transactive.marketplace import small_community
from wattloom.chaincode.api.codec import decode
from wattloom.chaincode.transactive.messages import OpenSession
from wattloom.identity.credentials import ClientIdentity
from wattloom.market.day.trading import SESSION, Way
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.agent import HomeAgent
from wattloom.market.transactive.coordinator import Coordinator


def tell(step):
    print(step, flush=True)  # noqa: T201 - the test reads it


class TellingAgent(HomeAgent):
    """Tells what it is about to do, or has done."""

    async def _act(self):
        view = await super()._act()
        tell(f"{view.progress.phase} {view.progress.iteration}")
        return view


async def coordinate(client, invitation):
    coordinator = Coordinator(client)
    await coordinator.open(SESSION, homes=invitation.homes, terms=invitation.terms)
    tell("opened 0")
    async for view in coordinator.follow(SESSION):
        tell(f"{view.progress.phase} {view.progress.iteration}")


async def trade(client, index):
    solver = HomeSolver(small_community().homes[index])
    party_id = f"community.home{index + 1:04d}"
    await TellingAgent(solver, client, party_id=party_id, session_id=SESSION).run()


async def main(who, address, ca_file, folder, *index):
    identity = ClientIdentity.load(Path(folder))
    async with Way([address], Path(ca_file).read_bytes()).client(identity) as client:
        if who == "coordinator":
            await coordinate(client, decode((Path(folder) / "invitation.json").read_bytes(), OpenSession))
        else:
            await trade(client, int(index[0]))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
