"""The commands of `wattloom network` by which members vote, and see which nodes are ready for an upgrade."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from wattloom.chaincode.governance.messages import DAY_S, CastVote, Proposal, ProposalNumber
from wattloom.network.client import ClientError, CommitUnknown, Refused
from wattloom.network.consortium.administrators import PATIENCE_S, act_as, read_as_any
from wattloom.network.consortium.errors import FolderError, ProposalMalformed
from wattloom.network.consortium.layout import NetworkFolder
from wattloom.network.consortium.proposals import (
    all_proposals,
    describe,
    outcome,
    proposal_row,
    read_proposal,
    view_proposal,
)
from wattloom.network.consortium.readiness import network_readiness, readiness_row
from wattloom.network.consortium.terminal import AsJson, Network, fail, out, tell, user_mistakes

UNITS_S = {"m": 60, "h": 3_600, "d": DAY_S}
MAX_RULES, MAX_NUMBER = 10**6, 10**9

Number = Annotated[int, typer.Argument(min=1, max=MAX_NUMBER, help="The proposal's number.")]
As = Annotated[str, typer.Option("--as", metavar="ORGANISATION", help="Whose administrator signs.")]


def readiness_command(
    network: Network,
    rules: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MAX_RULES,
            help="Version of the rules; without it the one that a vote has planned, else the newest known.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask every node which rules its software knows; exit 1 unless every validator is ready."""
    with user_mistakes(), _answered():
        found = network_readiness(NetworkFolder.open(network), rules)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        asked = f"ready for {found.rules}" if found.rules else "ready"
        table = Table("node", "kind", "software", "in force", "known", asked, box=SIMPLE)
        for node in found.nodes:
            table.add_row(*readiness_row(node))
        out.print(table)
        for node in found.nodes:
            if node.reason:
                typer.echo(f"{node.node} stopped by itself: {node.reason}")
        if found.planned:
            typer.echo(f"planned: rules {found.planned.version} from height {found.planned.from_height} on")
    for name in found.elsewhere:
        tell(f"note: {name} was not asked, its folder is not in {network}")
    raise typer.Exit(0 if found.is_ready else 1)


def proposals_command(network: Network, as_json: AsJson = False) -> None:
    """List what has been proposed, how the votes stand, and what became of it."""
    with user_mistakes(), _answered():
        folder = NetworkFolder.open(network)
        client = read_as_any(folder, folder.nodes(), patience_s=PATIENCE_S)
        if client is None:
            raise FolderError(
                f"{folder.organisations_path} holds no administrator's key of a member: "
                "bring an organisation's `admin` folder there"
            )
        with client:
            found = all_proposals(client)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    table = Table("number", "state", "votes", "by", "what", "ends (UTC)", box=SIMPLE)
    for view in found:
        table.add_row(*map(Text, proposal_row(view)))  # members' words are no markup
    out.print(table)


def propose_command(
    network: Network,
    action: Annotated[
        str, typer.Argument(metavar="ACTION.json", help="File of the action; `-` for standard input.")
    ],
    organisation: As,
    text: Annotated[str | None, typer.Option(help="Reasons, for people.")] = None,
    open_for: Annotated[str, typer.Option(help="At most 30 days: 90m, 12h, 7d.")] = "7d",
) -> None:
    """Propose an action; it is not yet a vote for it."""
    with user_mistakes(), _answered():
        folder = NetworkFolder.open(network)
        where = "standard input" if action == "-" else action
        open_for_s = _duration_s(open_for)
        wish = read_proposal(_read(action), where=where, text=text or "", open_for_s=open_for_s)
        with act_as(folder, organisation) as client:
            made = client.submit("governance:propose", wish, Proposal).result
    typer.echo(f"proposal {made.number} of {organisation}: {describe(made)}")
    typer.echo(f"to vote for it: wattloom network vote {network} {made.number} --as ORGANISATION")


def vote_command(
    network: Network,
    number: Number,
    organisation: As,
    against: Annotated[bool, typer.Option("--against", help="Vote against it.")] = False,
) -> None:
    """Cast an organisation's one vote, which is final; the last one needed carries the proposal out."""
    with user_mistakes(), _answered(), act_as(NetworkFolder.open(network), organisation) as client:
        client.submit("governance:vote", CastVote(number=number, approve=not against), Proposal)
        view = view_proposal(client, number)
    typer.echo(outcome(view))


def withdraw_command(network: Network, number: Number, organisation: As) -> None:
    """Take back a proposal of one's own."""
    with user_mistakes(), _answered(), act_as(NetworkFolder.open(network), organisation) as client:
        client.submit("governance:withdraw", ProposalNumber(number=number), Proposal)
        view = view_proposal(client, number)
    typer.echo(outcome(view))


def _read(action: str) -> bytes:
    """Return the bytes of a file, or of standard input."""
    if action == "-":
        return typer.get_binary_stream("stdin").read()
    try:
        return Path(action).read_bytes()
    except OSError as error:
        raise ProposalMalformed(f"{action}: cannot be read: {error.strerror}") from error


def _duration_s(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,9})([mhd])", text)
    if not found:
        raise ProposalMalformed("--open-for: write a number with its unit: 90m, 12h, 7d")
    return int(found[1]) * UNITS_S[found[2]]


@contextmanager
def _answered() -> Iterator[None]:
    """Say what the ledger refused, or that nobody answered, and exit with 1."""
    try:
        yield
    except Refused as refused:
        raise fail(f"refused: {refused}", status=1) from None
    except CommitUnknown as unknown:
        raise fail(f"{unknown}; look for it with `wattloom network proposals`", status=1) from None
    except ClientError as error:
        raise fail(f"nothing was done, no node's gateway answers: {error}", status=1) from None
