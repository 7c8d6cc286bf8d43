"""Who trades on a day: every home with its plan, its agent, and what its meter counts in the end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wattloom.market.auction.agent import AuctionAgent
from wattloom.market.auction.enrolment import Participant
from wattloom.market.auction.expectation import expected_wh
from wattloom.market.auction.hearing import Hearing
from wattloom.market.auction.port import Port
from wattloom.market.auction.strategies.choice import StrategyName, make_strategy
from wattloom.market.auction.strategies.protocol import Ints
from wattloom.market.auction.terms import AuctionTerms
from wattloom.market.auction.trades import metered_wh
from wattloom.market.homes.devices.renewable import Renewable
from wattloom.market.homes.home import Home, Schedule
from wattloom.market.transactive.terms import registered_limit_wh


@dataclass(frozen=True, slots=True, eq=False)
class Trader:
    """A home on its day: the plan that it made alone, and its agent."""

    home: Home
    plan: Schedule
    agent: AuctionAgent

    def metered_wh(self) -> Ints:
        """Return what its meter has counted once its plan is kept, (T,), whole Wh."""
        return metered_wh(self.home, self.plan, self.agent.expected_wh, self.agent.trades)


def participant(party_id: str, home: Home) -> Participant:
    """Return a home as its utility knows it."""
    generates = any(isinstance(device, Renewable) for device in home.devices)
    return Participant(party_id, registered_limit_wh(home), generates)


def trader(
    port: Port,
    hearing: Hearing,
    participant: Participant,
    home: Home,
    plan: Schedule,
    *,
    terms: AuctionTerms,
    strategy: StrategyName,
    seed: Sequence[int],
) -> Trader:
    """Return a home that will trade what its plan draws or has left; the same seed draws the same numbers."""
    generator = np.random.default_rng(seed)
    agent = AuctionAgent(
        port,
        hearing,
        party_id=participant.party_id,
        terms=terms,
        expected_wh=expected_wh(home, plan),
        strategy=make_strategy(strategy, homes=1, generator=generator),
        generator=generator,
    )
    return Trader(home, plan, agent)
