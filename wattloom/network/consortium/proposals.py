"""What members propose, as a person writes it, and proposals as a person reads them."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from wattloom.chaincode.api import Page
from wattloom.chaincode.api.codec import MalformedRecord, decode, encode
from wattloom.chaincode.governance.actions import Action
from wattloom.chaincode.governance.messages import (
    PageAsked,
    Proposal,
    ProposalNumber,
    ProposalView,
    Propose,
    Status,
)
from wattloom.network.client import Client
from wattloom.network.consortium.errors import ProposalMalformed

FORMS = "docs/contracts/governance.md has the actions, docs/reference/contracts.md their fields"
SHOWN_CHARS = 24
"""More of a value, such as a certificate, is not shown to people."""


def read_proposal(action: bytes, *, where: str, text: str, open_for_s: int) -> Propose:
    """Make a proposal of an action's JSON; raise `ProposalMalformed` naming the field."""
    try:
        found: Action = msgspec.json.decode(action, type=Action)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ProposalMalformed(f"{where}: {error}; {FORMS}") from error
    wish = Propose(action=found, text=text, open_for_s=open_for_s)
    try:
        return decode(encode(wish), Propose)
    except MalformedRecord as error:
        raise ProposalMalformed(f"the proposal: {error}") from error


def all_proposals(client: Client) -> list[ProposalView]:
    """Return every proposal with its votes, oldest first."""
    page = client.evaluate("governance:list_proposals", PageAsked(limit=50), Page[Proposal])
    found = page.items
    while page.bookmark:
        asked = PageAsked(limit=50, bookmark=page.bookmark)
        page = client.evaluate("governance:list_proposals", asked, Page[Proposal])
        found += page.items
    return [view_proposal(client, each.number) for each in found]


def view_proposal(client: Client, number: int) -> ProposalView:
    """Return a proposal with its votes, as they count now."""
    return client.evaluate("governance:read_proposal", ProposalNumber(number=number), ProposalView)


def proposal_row(view: ProposalView) -> tuple[str, ...]:
    """Return a proposal's line of the table for people."""
    proposal = view.proposal
    state = str(proposal.status) + (f": {proposal.failure}" if proposal.failure else "")
    is_open = proposal.status is Status.OPEN
    ends = _moment(proposal.expires_at_s if is_open else proposal.closed_at_s)
    votes = _votes(view) if is_open else ""
    return str(proposal.number), state, votes, proposal.organisation, describe(proposal), ends


def describe(proposal: Proposal) -> str:
    """Say in a line what is proposed; a member's words cannot steer the reader's terminal."""
    fields: dict[str, Any] = msgspec.to_builtins(proposal.action)
    said = [str(fields.pop("type"))]
    said += [f"{name} {_short(value)}" for name, value in fields.items() if value not in (None, [])]
    line = " ".join(said) + (f" ({proposal.text})" if proposal.text else "")
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)


def outcome(view: ProposalView) -> str:
    """Say in a sentence where a proposal stands."""
    proposal = view.proposal
    if proposal.status is Status.OPEN:
        return f"proposal {proposal.number} is open: {_votes(view)}"
    reason = f": it could not be carried out, {proposal.failure}" if proposal.failure else ""
    return f"proposal {proposal.number} is {proposal.status}{reason}"


def _votes(view: ProposalView) -> str:
    against = f", {view.no} against" if view.no else ""
    return f"{view.yes} of {view.needed}{against}"


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"


def _moment(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M")
