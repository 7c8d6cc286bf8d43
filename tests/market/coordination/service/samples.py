"""A small method of sums, homes that answer it, and a coordinator that leads them over the network."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np

from wattloom.identity.certificates import Authority
from wattloom.identity.tls import TlsAuthority
from wattloom.market.coordination.second_order.messages import Answer, Kind, Question
from wattloom.market.coordination.service.coordinator import CoordinationServer
from wattloom.market.coordination.service.method import Conclusion, Method
from wattloom.market.coordination.service.records import Bounds
from wattloom.market.coordination.service.taking_part import Meeting, take_part

START_S = int(time.time()) - 3_600
AUTHORITY = Authority.create("CA", organisation="community", not_before_s=START_S)
TLS = TlsAuthority.create("test TLS", not_before_s=START_S)
SERVER_TLS = TLS.issue_server(not_before_s=START_S)
ROOTS = {"community": AUTHORITY.certificate}
SESSION = "day-1"
SLOTS, ROUNDS = 2, 3
ADDENDS, VETOES = 2 * SLOTS, 1
IDENTITIES = [
    AUTHORITY.issue_client(f"home{number:04d}", role="home", not_before_s=START_S) for number in range(1, 6)
]
PARTIES = [f"community.home{number:04d}" for number in range(1, 6)]


def clearing(homes):
    """Find the prices at which homes that take x = a - b price take nothing altogether.

    The first price depends on how many homes there are, so that none is asked again.
    """
    prices = np.full(SLOTS, float(homes))
    for _ in range(ROUNDS):
        totals = yield Question(kind=Kind.CHECK, values=prices)
        taken, slope = np.split(totals.sums, 2)
        prices = prices + taken / slope
    return Conclusion(prices_per_kwh=prices, rho=0.5, rounds=ROUNDS)


METHOD = Method(begin=clearing, shape=lambda _: (ADDENDS, VETOES))


@dataclass
class Linear:
    """A home that takes a - b price."""

    a: np.ndarray
    b: np.ndarray
    asked: list = field(default_factory=list)

    def answer(self, question):
        self.asked.append(question)
        return Answer(
            addends=np.concatenate([self.a - self.b * question.values, self.b]), vetoes=np.zeros(VETOES, bool)
        )


def linear(index):
    rng = np.random.default_rng(index)
    return Linear(a=rng.normal(size=SLOTS), b=rng.uniform(1, 2, size=SLOTS))


class Leaves(Linear):
    """Is gone once it is asked for the `at`-th time, counted from 0: its process has been killed."""

    at = 1

    def answer(self, question):
        if len(self.asked) == self.at:
            self.part.get_loop().call_soon_threadsafe(self.part.cancel)
            raise asyncio.CancelledError
        return super().answer(question)


def turned(kind, index):
    side = linear(index)
    return kind(a=side.a, b=side.b)


def clearing_prices(sides):
    """What the method must find for these homes, computed in the clear."""
    return sum(side.a for side in sides) / sum(side.b for side in sides)


@asynccontextmanager
async def coordinator(*, invited=PARTIES, method=METHOD, **bounds):
    bounds = Bounds(**{"join_s": 20.0, "answer_s": 20.0, **bounds})
    async with CoordinationServer(
        SESSION, invited=invited, roots=ROOTS, method=method, tls=SERVER_TLS, bounds=bounds
    ) as server:
        yield server


def meeting(address, **changes):
    return Meeting(address=address, ca_certificate=TLS.ca_pem, roots=ROOTS, **changes)


def attend(address, index, side, *, identity=None, **changes):
    """Return the task of one home's part."""
    part = take_part(
        meeting(address, **changes),
        identity or IDENTITIES[index],
        party_id=PARTIES[index],
        session_id=SESSION,
        slots=SLOTS,
        side=side,
    )
    return asyncio.create_task(part)
