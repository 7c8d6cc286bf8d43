"""One story of members who do what they may and what they may not, told in a form that engines can share.

Names, amounts and the order of steps are the same wherever it is played; ids, keys and times are not, and
are told by the order in which they appear.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from tests.conformance.assembly import Assembly
from tests.conformance.town import Member, Town
from tests.conformance.trading import Trading
from wattloom.chaincode.accounts.records import Amount, Party, Transfer
from wattloom.chaincode.api.codec import decode, encode
from wattloom.chaincode.governance.actions import SetParameters
from wattloom.chaincode.governance.messages import CastVote, ProposalNumber
from wattloom.chaincode.governance.records import MarketRules
from wattloom.chaincode.registry.records import Binding, ClientId, Home, HomeId, HomesOf
from wattloom.chaincode.transactive.messages import BillOf, Confirm, PageOf
from wattloom.network.client import Event, Refused

SEED = 4
RANDOM_STEPS = 50
OPAQUE = ("certificate", "chain", "public_key")
"""Fields whose values are made of keys."""

EPOCH_S = 10**9
"""Integers of fields that end in `_s` are times from here on, and durations below."""

HANDLE_CHARS = (40, 64)


@dataclass
class Teller:
    """Tells results without what differs between two ledgers."""

    _handles: dict[str, str] = field(default_factory=dict)

    def plain(self, data: bytes) -> object:
        return self._plain("", decode(data, Any))

    def _plain(self, name: str, value: object) -> object:
        match value:
            case dict():
                return {key: self._plain(key, value[key]) for key in sorted(value)}
            case list():
                return [self._plain(name, each) for each in value]
            case int() if name.endswith("_s") and value >= EPOCH_S:
                return "a time"
            case int() if name == "number":
                return self._handles.setdefault(str(value), f"number {len(self._handles)}")
            case str() if name.endswith(OPAQUE):
                return "a key"
            case str() if len(value) in HANDLE_CHARS and set(value) <= set("0123456789abcdef"):
                return self._handles.setdefault(value, f"handle {len(self._handles)}")
        return value


class Story:
    """What was done and what it came to, step by step."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.told: list[tuple[object, ...]] = []
        self._teller = Teller()
        self._tx_ids: set[str] = set()

    def do(self, who: Member, function: str, argument=None) -> None:
        """Submit, whatever comes of it."""

        def submit() -> bytes:
            receipt = who.submit(function, argument)
            self._tx_ids.add(receipt.tx_id)
            return receipt.data

        self._tell(who, function, submit)

    def ask(self, who: Member, function: str, argument=None) -> None:
        """Query, whatever comes of it."""
        self._tell(who, function, lambda: encode(who.query(function, argument, Any)))

    def _tell(self, who: Member, function: str, call: Callable[[], bytes]) -> None:
        try:
            end = ("ok", self._teller.plain(call()))
        except Refused as refusal:
            end = (refusal.code, self._teller.plain(encode(refusal.details)), refusal.height is not None)
        self.told.append((who.party_id, function, *end))

    def announced(self, events: Iterator[Event], last: int) -> None:
        """Tell the events of the story, in order."""
        for event in takewhile(lambda event: event.height <= last, events):
            if event.tx_id in self._tx_ids:
                self.told.append((event.name, self._teller.plain(event.payload)))


def play(town: Town) -> list[tuple[object, ...]]:
    """Play the story on a ledger and return what it came to."""
    story = Story(town)
    first = town.client().describe().height + 1
    homes, office, bank = _enrol(story)
    trading = Trading(town, homes, max_iterations=2)
    _trade(story, trading)
    _at_random(story, trading, homes, bank)
    _change_keys(story, homes[2], office)
    _vote(story)
    auditor = town.member("audit", "auditor")
    story.ask(
        auditor,
        "registry:list_homes",
        HomesOf(organisation="north", limit=len(homes), bookmark=_before(town)),
    )
    for home in homes:
        story.ask(auditor, "accounts:statement", Party(party_id=home.party_id))
    last = town.height
    bank.submit("accounts:mint", Amount(party_id=homes[0].party_id, amount_nano=1))  # an event to end at
    story.announced(town.events(first), last)
    return story.told


def _before(town: Town) -> str:
    """Return the bookmark after which this town's homes are the first ones of theirs."""
    return f"home/north/{town.label}"


def _enrol(story: Story) -> tuple[list[Member], Member, Member]:
    town = story.town
    homes = [town.member(name) for name in ("ann", "bob", "cleo")]
    office, bank = town.member("office", "registrar"), town.member("bank", "settlement-agent")
    for number, home in enumerate(homes):
        story.do(
            office, "registry:register_home", Home(party_id=home.party_id, limit_wh=1_000 * (number + 1))
        )
        story.do(home, "accounts:open", Party(party_id=home.party_id))
        story.do(bank, "accounts:mint", Amount(party_id=home.party_id, amount_nano=10**13))
        story.ask(home, "registry:read_home", HomeId(party_id=home.party_id))
    story.do(homes[0], "accounts:open", Party(party_id=homes[0].party_id))
    story.do(homes[0], "accounts:mint", Amount(party_id=homes[0].party_id, amount_nano=1))
    story.ask(homes[0], "accounts:statement", Party(party_id=homes[1].party_id))
    return homes, office, bank


def _trade(story: Story, trading: Trading) -> None:
    desk, homes = trading.coordinator, trading.homes
    story.do(desk, "transactive:open_session", trading.request())
    story.do(desk, "transactive:open_session", trading.request())
    for home in homes:
        story.do(home, "transactive:join", trading.meant)
    for iteration, decisions in enumerate(((700, -300, -350), (650, -310, -330)), start=1):
        for home, wh in zip(homes, decisions, strict=True):
            story.do(home, "transactive:submit_decision", trading.decision([wh], iteration=iteration))
            story.ask(home, "transactive:read_session", trading.meant)
    for proposal, accepting in ((1, (True, False, True)), (2, (True, True, True))):
        for home, accept in zip(homes, accepting, strict=True):
            answer = Confirm(session_id=trading.session_id, proposal=proposal, accept=accept)
            story.do(home, "transactive:confirm", answer)
    for home in homes:
        wanted = BillOf(session_id=trading.session_id, party_id=home.party_id)
        story.ask(home, "transactive:read_bill", wanted)
    for query in ("residuals", "read_trades"):
        story.ask(desk, f"transactive:{query}", PageOf(session_id=trading.session_id, limit=2))


def _at_random(story: Story, over: Trading, homes: list[Member], bank: Member) -> None:
    """Let everybody do anything, most of it out of turn, the same on every ledger."""
    chance = random.Random(SEED)
    trading = Trading(story.town, homes, name="wild", max_iterations=3)
    story.do(trading.coordinator, "transactive:open_session", trading.request())
    everybody = [*homes, bank, trading.coordinator]

    def anything() -> tuple[str, object]:
        sessions = chance.choice((trading, trading, trading, over))
        party_id, amount = chance.choice(everybody).party_id, chance.choice((0, 1, 10**6, 10**14))
        return chance.choice(
            (
                ("transactive:join", sessions.meant),
                ("transactive:join", trading.meant),
                (
                    "transactive:submit_decision",
                    trading.decision([chance.randint(-1_500, 1_500)], iteration=chance.choice((1, 1, 2))),
                ),
                (
                    "transactive:confirm",
                    Confirm(session_id=sessions.session_id, proposal=1, accept=chance.random() < 0.8),
                ),
                ("accounts:transfer", Transfer(payee=party_id, amount_nano=amount)),
                ("accounts:burn", Amount(party_id=party_id, amount_nano=amount)),
                ("accounts:open", Party(party_id=party_id)),
                ("accounts:nothing", {}),
            )
        )

    for _ in range(RANDOM_STEPS):
        function, argument = anything()
        story.do(chance.choice(everybody), function, argument)
    story.ask(trading.coordinator, "transactive:read_session", trading.meant)


def _change_keys(story: Story, home: Member, office: Member) -> None:
    renewed = story.town.member("cleo")
    party = Party(party_id=home.party_id)
    story.do(renewed, "accounts:open", party)
    binding = Binding(party_id=home.party_id, client_id=renewed.identity.client_id)
    story.do(office, "registry:replace_client", binding)
    story.do(home, "accounts:open", party)
    story.ask(renewed, "accounts:statement", party)
    story.do(office, "registry:revoke_client", ClientId(client_id=renewed.identity.client_id))
    story.do(renewed, "accounts:open", party)


def _vote(story: Story) -> None:
    assembly = Assembly(story.town)
    proposal = assembly.propose(SetParameters(market=MarketRules(gate_closure_s=0)), by="east")
    for name, approve in (("north", True), ("north", False), ("west", True), ("east", True), ("south", True)):
        vote = CastVote(number=proposal.number, approve=approve)
        story.do(assembly.admins[name], "governance:vote", vote)
    number = ProposalNumber(number=proposal.number)
    story.ask(assembly.admins["south"], "governance:read_proposal", number)
    story.do(assembly.admins["east"], "governance:withdraw", number)
