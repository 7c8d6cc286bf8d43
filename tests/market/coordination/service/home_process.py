"""One home in a process of its own, which is killed while it answers its second question."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.market.coordination.service.samples import PARTIES, SESSION, SLOTS, Linear, linear
from wattloom.identity.credentials import ClientIdentity
from wattloom.market.coordination.service.taking_part import Meeting, take_part


class Killed(Linear):
    def answer(self, question):
        if self.asked:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().answer(question)


def main(address, folder, index):
    """Take part under the identity and with the trusted certificates in `folder`."""
    side = linear(index)
    meeting = Meeting(
        address=address,
        ca_certificate=(folder / "tls.pem").read_bytes(),
        roots={"community": (folder / "community.der").read_bytes()},
    )
    part = take_part(
        meeting,
        ClientIdentity.load(folder / "home"),
        party_id=PARTIES[index],
        session_id=SESSION,
        slots=SLOTS,
        side=Killed(a=side.a, b=side.b),
    )
    asyncio.run(part)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
