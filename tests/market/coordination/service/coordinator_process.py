"""A coordinator in a process of its own, which is killed once its first question has been answered.

Prints its address. Homes trust it by the TLS identity and the community's certificate in the folder given.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.market.coordination.service.samples import METHOD, PARTIES, SESSION
from wattloom.identity.tls import TlsIdentity
from wattloom.market.coordination.service.coordinator import CoordinationServer
from wattloom.market.coordination.service.method import Method


def killed(homes):
    yield next(METHOD.begin(homes))
    os.kill(os.getpid(), signal.SIGKILL)


async def main(folder, homes):
    server = CoordinationServer(
        SESSION,
        invited=PARTIES[:homes],
        roots={"community": (folder / "community.der").read_bytes()},
        method=Method(begin=killed, shape=METHOD.shape),
        tls=TlsIdentity.load(folder / "server"),
    )
    async with server:
        sys.stdout.write(f"{server.address}\n")
        sys.stdout.flush()
        await server.lead()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
