"""Nothing leaves a home but what `disclosure` lists, heard on the wire; and what others may read of it."""

import asyncio
import contextlib
import json

import numpy as np
import pytest

from tests.market.transactive.disclosure import Leak, Session, check
from tests.market.transactive.marketplace import marketplace, small_community
from tests.market.transactive.wiretap import tapped
from wattloom.chaincode.api import Int64Array
from wattloom.chaincode.transactive.keys import seat
from wattloom.chaincode.transactive.messages import BillOf, PageOf, SubmitDecision
from wattloom.chaincode.transactive.terms import Form
from wattloom.market.day.trading import SESSION
from wattloom.market.homes.devices.hvac import Hvac
from wattloom.market.homes.solver import HomeSolver
from wattloom.market.transactive.agent import HomeAgent
from wattloom.network.chain.block import Block
from wattloom.network.client import AsyncClient, ClientError, Refused
from wattloom.network.transactions import decode

SLOTS = 8


def private_series(home, outcome):
    """Everything that a home's model holds and its plans come to, but for the trade itself."""
    series = {"stand-alone cost": np.array([HomeSolver(home).stand_alone().cost])}
    for device in home.devices:
        if isinstance(device, Hvac):
            series["outdoor_c"] = np.asarray(device.outdoor_c)
            comfort = (device.reference_c, device.low_c, device.high_c, device.capacity_kwh_per_k)
            series["comfort"] = np.array(comfort)
        else:
            name = "load_kwh" if device.name == "must_run" else "available_kwh"
            series[device.name] = np.asarray(getattr(device, name))
    for kind, plan in (("alone", HomeSolver(home).stand_alone()), ("trading", outcome.plan)):
        series |= {f"{kind} grid": plan.grid_kwh, f"{kind} fed in": plan.fed_in_kwh}
        series |= {f"{kind} costs": np.array([plan.cost, plan.energy_cost, plan.device_cost, plan.peak_kw])}
        for device, entries in plan.devices.items():
            series |= {f"{kind} {device} {label}": np.atleast_1d(entry) for label, entry in entries.items()}
    return series


async def overheard(path, *, kind=HomeAgent, **terms):
    """Hold a session with the first home's agent tapped; return what it sent, the session, its secrets."""
    community = small_community(slots=SLOTS)
    async with marketplace(path / "ledger", community, **terms) as market, tapped(market) as (tap, way):
        await market.open()
        outcomes = await market.hold(kinds={0: kind}, ways={0: way})
        view = await market.view()
    partners = len(community.homes) - 1
    session = Session(
        session_id=SESSION,
        party_id=market.parties[0],
        identity=market.members.homes[0],
        numbers=SLOTS * (partners if terms.get("form") is Form.PAIRWISE else 1),
        iterations=view.progress.iteration,
        proposals=view.progress.proposal,
    )
    return tap.sent, session, private_series(community.homes[0], outcomes[0])


@pytest.mark.parametrize("form", Form)
async def test_all_that_leaves_a_home_is_on_the_list(tmp_path, form):
    sent, session, private = await overheard(tmp_path, form=form)
    calls = check(sent, session, private)
    assert calls["transactive:join"] == 1
    assert calls["transactive:submit_decision"] == session.iterations
    assert calls["transactive:confirm"] == session.proposals
    assert all(calls.values())
    assert {"must_run", "outdoor_c", "alone grid", "trading hvac indoor_c"} <= private.keys()


class SendsLoad(HomeAgent):
    """Sends its load as its decision."""

    def _best_trade(self, view):
        return self._solver.home.devices[0].load_kwh


class SendsLoadInDisguise(HomeAgent):
    """Sends its load in another unit and from another zero."""

    def _best_trade(self, view):
        return 0.25 - self._solver.home.devices[0].load_kwh / 3.6


class SendsOneTemperature(HomeAgent):
    """Hides the first outdoor temperature in one number of an honest decision."""

    def _best_trade(self, view):
        trade_kwh = super()._best_trade(view)
        trade_kwh[3] = self._solver.home.devices[1].outdoor_c[0] / 1_000
        return trade_kwh


class SendsItsCost(HomeAgent):
    """Tells what it pays alone instead of an iteration."""

    async def _decide(self, view):
        await super()._decide(view)
        told = SubmitDecision(
            session_id=SESSION,
            iteration=round(self._alone.cost * 1_000),
            trades_nano_kwh=Int64Array.zeros(SLOTS),
        )
        await tried(self._client.submit("transactive:submit_decision", told))


class SendsAField(HomeAgent):
    """Adds a field to its answer; the ledger refuses it, but it has left the home."""

    async def _answer(self, view):
        await super()._answer(view)
        await tried(self._client.submit("transactive:confirm", {"cost": self._alone.cost}))


class CallsAnother(HomeAgent):
    """Calls a function that an agent has no business with."""

    async def _answer(self, view):
        await super()._answer(view)
        await tried(self._client.submit("accounts:open", {"party_id": "community.cost5000"}))


class AsksWithALabel(HomeAgent):
    """Asks for events by a name that says what it pays."""

    async def _answer(self, view):
        await super()._answer(view)
        events = self._client.events(1, contract="transactive", name=f"cost-{self._alone.cost}")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await anext(events)
        await events.aclose()


class ReadsAnother(HomeAgent):
    """Names a stranger where only itself is to be named."""

    async def _answer(self, view):
        await super()._answer(view)
        await tried(
            self._client.evaluate(
                "transactive:read_bill", BillOf(session_id=SESSION, party_id="community.cost5000"), dict
            )
        )


async def tried(call):
    """Send what the ledger may refuse."""
    with contextlib.suppress(ClientError):
        await call


@pytest.mark.parametrize(
    ("leaky", "what"),
    [
        (SendsLoad, "must_run"),
        (SendsLoadInDisguise, "must_run.*in some unit"),
        (SendsOneTemperature, "outdoor_c, in parts"),
        (SendsItsCost, "iteration"),
        (SendsAField, "transactive:confirm with"),
        (CallsAnother, "a call of accounts:open"),
        (AsksWithALabel, "events named 'cost-"),
        (ReadsAnother, "party_id 'community.cost5000'"),
    ],
)
async def test_a_leaky_agent_is_caught(tmp_path, leaky, what):
    sent, session, private = await overheard(tmp_path, kind=leaky, max_iterations=20)
    with pytest.raises(Leak, match=what):
        check(sent, session, private)


@pytest.fixture
async def traded(tmp_path):
    """A marketplace after its session."""
    async with marketplace(tmp_path / "ledger", small_community(slots=SLOTS), max_iterations=5) as market:
        await market.open()
        await market.hold()
        yield market


def stranger_to(market):
    """Return a client without any identity."""
    return AsyncClient(market.way.addresses, ca_certificate=market.way.ca_certificate)


async def decisions(market):
    """Return every decision in every block, as base64, by whoever can follow blocks without any identity."""
    found = []
    async with stranger_to(market) as stranger:
        height = (await stranger.describe()).height
        async for block in stranger.blocks(1, to_height=height):
            transactions = map(decode, Block.decode(block.block).txs)
            found += [
                json.loads(each.arguments)["trades_nano_kwh"]
                for each in transactions
                if each.function == "transactive:submit_decision"
            ]
    return found


async def test_whoever_can_reach_a_gateway_reads_every_decision(traded):
    """What `docs/privacy.md` says plainly: decisions stand in blocks and state in the clear."""
    sent = await decisions(traded)
    assert len(sent) == 3 * 5
    key, validators = seat(SESSION, "community.home0002"), traded.folder.genesis().validator_set
    async with stranger_to(traded) as stranger:
        proven = await stranger.prove("transactive", key, validators=validators)
    assert json.loads(proven.value)["trades"] in sent


async def test_no_event_carries_a_decision(traded):
    sent = await decisions(traded)
    async with traded.officer("auditor") as client:
        async for event in client.events(1, contract="transactive"):
            assert not [each for each in sent if each.encode() in event.payload]
            if event.name in ("settled", "void"):
                break


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        ("read_bill", BillOf(session_id=SESSION, party_id="community.home0002")),
        ("read_trades", PageOf(session_id=SESSION)),
    ],
)
async def test_a_home_is_refused_what_others_trade_and_pay(traded, function, argument):
    async with traded.home(0) as client:
        with pytest.raises(Refused) as refusal:
            await client.evaluate(f"transactive:{function}", argument, dict)
    assert refusal.value.code == "FORBIDDEN"


async def test_of_the_session_a_home_reads_its_own_decision_and_no_other(traded):
    async with traded.home(0) as client:
        read = await client.evaluate("transactive:read_session", {"session_id": SESSION}, dict)
    *_, own = [each for each in await decisions(traded) if each in json.dumps(read)]
    assert own == read["own"]["trades_nano_kwh"]
    others = set(await decisions(traded)) - {own}
    assert not [each for each in others if each in json.dumps(read)]
