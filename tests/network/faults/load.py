"""Members who send without pause, and keep book of how each of their transactions ended."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from tests.network.faults.network import ACCOUNTS, Network
from tests.network.faults.nodes import Node
from wattloom.network.client import Client, CommitUnknown, NotSubmitted, Refused
from wattloom.network.transactions import SignedTransaction

VALID_FOR_S = 500
PATIENCE_S = 30.0
WAIT_S = 60.0


class End(StrEnum):
    """How a submit ended for whoever made it."""

    COMMITTED = "committed"
    REFUSED = "refused"
    """By a block that records it, or before any block."""
    NOT_TAKEN = "not taken"
    UNKNOWN = "unknown"


@dataclass
class Sent:
    """A transaction that was handed to a client, and what the client said; the height is 0 for no block."""

    tx: SignedTransaction
    end: End | None = None
    height: int = 0
    code: str = ""
    at_s: float = field(default_factory=time.monotonic)

    @property
    def is_acknowledged(self) -> bool:
        """Whether a block was named."""
        return self.height > 0


def send(client: Client, sent: Sent) -> Sent:
    """Send, and note the end; anything but the ends that are promised is raised."""
    try:
        sent.end, sent.height, sent.code = End.COMMITTED, client.send(sent.tx.raw).height, ""
    except Refused as refused:
        sent.end, sent.height, sent.code = End.REFUSED, refused.height or 0, refused.code
    except NotSubmitted as error:
        sent.end, sent.code = End.NOT_TAKEN, str(error)
    except CommitUnknown as unknown:
        sent.end, sent.code = End.UNKNOWN, unknown.tx_id
    sent.at_s = time.monotonic()
    return sent


class Load:
    """`with Load(network, seed) as load:` keeps every payer sending; leaving waits for what is under way.

    Each payer has a client that prefers another of the gateways.
    """

    def __init__(
        self,
        network: Network,
        seed: int,
        *,
        payers: Sequence[str] = ACCOUNTS[:4],
        gateways: Sequence[Node] = (),
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.network = network
        self.sent: list[Sent] = []
        self._news = threading.Condition()
        self._stop = threading.Event()
        self._failures: list[BaseException] = []
        gateways = gateways or network.nodes
        self._threads = [
            threading.Thread(
                target=self._pay,
                args=(
                    payer,
                    random.Random(f"{seed} {payer}"),
                    network.client(*_turned(gateways, at), patience_s=patience_s),
                ),
                name=f"load-{payer}",
            )
            for at, payer in enumerate(payers)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        assert not self._failures, self._failures

    def wait_acknowledged(self, more: int) -> None:
        """Wait until so many more transactions than now stand in blocks."""
        self._wait(lambda: sum(sent.is_acknowledged for sent in self.sent), more)

    def wait_ended(self, more: int, *ends: End) -> None:
        """Wait until so many more submits than now have ended, in one of these ways if any are named."""
        self._wait(lambda: len(self.ended(*ends or End)), more)

    def _wait(self, count: Callable[[], int], more: int) -> None:
        with self._news:
            wanted = count() + more
            assert self._news.wait_for(lambda: count() >= wanted or self._failures, WAIT_S), (
                f"{more} more did not come within {WAIT_S:g} s, {wanted - count()} are missing"
            )

    def longest_pause_s(self, begin_s: float, end_s: float) -> float:
        """Return the longest time between two acknowledgements from one instant to another."""
        instants = [sent.at_s for sent in self.sent if sent.is_acknowledged]
        marks = [begin_s, *sorted(at_s for at_s in instants if begin_s < at_s < end_s), end_s]
        return max(after - before for before, after in pairwise(marks))

    def ended(self, *ends: End) -> list[Sent]:
        return [sent for sent in self.sent if sent.end in ends]

    def _pay(self, payer: str, draw: random.Random, client: Client) -> None:
        try:
            with client:
                while not self._stop.is_set():
                    self._send_one(client, payer, draw)
        except BaseException as failure:
            self._failures.append(failure)
            raise

    def _send_one(self, client: Client, payer: str, draw: random.Random) -> None:
        tx = self.network.community.draw_transfer(draw, payer, ACCOUNTS, valid_for_s=VALID_FOR_S)
        sent = Sent(tx)
        self.sent.append(sent)
        send(client, sent)
        with self._news:
            self._news.notify_all()


def _turned(nodes: Sequence[Node], by: int) -> Sequence[Node]:
    at = by % len(nodes)
    return (*nodes[at:], *nodes[:at])
