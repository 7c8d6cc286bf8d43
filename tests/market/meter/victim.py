"""A process that signs receipts until it is killed: FOLDER EPOCH FIRST [STEP].

With a step it kills itself there, at the first receipt: `anchor` when the key is used up in the folder and
the anchor does not know it yet, `sign` when both know and the key is about to sign.
"""

import os
import signal
import sys
from hashlib import sha256
from itertools import count
from pathlib import Path

from wattloom.identity.existence import openssl
from wattloom.market.meter.anchor import Anchor
from wattloom.market.meter.meter import Meter


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    folder, epoch, first, *step = sys.argv[1:]
    with Meter(Path(folder)) as meter:
        if step == ["anchor"]:
            Anchor.write = die
        if step == ["sign"]:
            openssl.Signer.sign = die
        for number in count(int(first)):
            subject = sha256(str(number).encode()).digest()
            receipt = meter.receipt(epoch=int(epoch), subject=subject, energy_wh=number)
            sys.stdout.write(f"{sha256(receipt.public_key).hexdigest()} {number}\n")
            sys.stdout.flush()


main()
