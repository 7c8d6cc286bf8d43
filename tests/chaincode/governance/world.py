"""A consortium that governs itself: organisations with an admin each, and validators' seats for some."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from tests.chaincode.registry.world import DAY_S, T0
from wattloom.chaincode.api import Caller, ChaincodeError, Record
from wattloom.chaincode.api.overlay import Overlay
from wattloom.chaincode.genesis import (
    GenesisParameters,
    GenesisSeat,
    GenesisState,
    Organisation,
    write_genesis,
)
from wattloom.chaincode.governance.actions import Action
from wattloom.chaincode.governance.consensus import active_validators, begin_block
from wattloom.chaincode.governance.contract import governance
from wattloom.chaincode.governance.messages import (
    CastVote,
    Proposal,
    ProposalNumber,
    ProposalView,
    Propose,
    Validators,
)
from wattloom.chaincode.governance.records import Misbehaviour, Offence, Seat
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.testing import MemoryLedger, caller
from wattloom.identity.certificates import Authority

__all__ = ["T0", "Consortium"]

MEMBER = caller("north.h1", "home")


@cache
def authority(organisation: str) -> Authority:
    return Authority.create(f"{organisation} CA", organisation=organisation, not_before_s=T0 - DAY_S)


def admin(organisation: str) -> Caller:
    return caller(f"{organisation}.admin", "consortium-admin")


def key(name: str) -> bytes:
    """Return 32 bytes that stand for a validator's public key."""
    return hashlib.sha256(name.encode()).digest()


def node_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:40]


def seat(organisation: str, node: str | None = None) -> GenesisSeat:
    """Return the seat of a node, by default `<organisation>-1`, whose key is made of its name."""
    node = node or f"{organisation}-1"
    return GenesisSeat(organisation=organisation, node=node, public_key=key(node), node_id=node_id(node))


def evidence(public_key: bytes, *, height: int, kind: Offence = Offence.DUPLICATE_VOTE) -> Misbehaviour:
    address = hashlib.sha256(public_key).digest()[:20]
    return Misbehaviour(kind=kind, address=address, height=height, time_s=T0, total_power=4)


class Consortium(MemoryLedger):
    """Organisations; `seats` are the validators, none on a solo ledger."""

    def __init__(
        self,
        organisations: Sequence[str],
        seats: Sequence[GenesisSeat] = (),
        parameters: GenesisParameters | None = None,
    ) -> None:
        super().__init__([governance, registry], time_s=T0)
        state = GenesisState(
            organisations=[
                Organisation(organisation=name, ca_certificate=authority(name).certificate)
                for name in organisations
            ],
            validators=list(seats),
            parameters=parameters or GenesisParameters(),
        )
        overlay = Overlay(self.committed)
        write_genesis(overlay, state)
        self.committed.apply(overlay.changes)

    def propose(self, organisation: str, action: Action, **options: object) -> int:
        request = Propose(action=action, **options)
        return self.call(admin(organisation), "governance:propose", request, Proposal).number

    def vote(self, organisation: str, number: int, *, approve: bool = True) -> Proposal:
        request = CastVote(number=number, approve=approve)
        return self.call(admin(organisation), "governance:vote", request, Proposal)

    def withdraw(self, organisation: str, number: int) -> Proposal:
        return self.call(admin(organisation), "governance:withdraw", ProposalNumber(number=number), Proposal)

    def agree(self, action: Action) -> Proposal:
        """Propose, and have just as many electors vote for it as it takes."""
        electors = self.validators().electors
        number = self.propose(electors[0], action)
        for organisation in electors:
            proposal = self.vote(organisation, number)
            if proposal.status != "open":
                return proposal
        raise AssertionError("nobody is left to vote")

    def misbehave(self, *found: Misbehaviour) -> None:
        """Make a block that brings evidence."""
        overlay = Overlay(self.committed)
        self.events += begin_block(overlay, self._block(), found)
        self._commit(overlay)

    def make_blocks(self, until_height: int) -> None:
        while self.height < until_height:
            self.misbehave()

    def read(self, number: int) -> ProposalView:
        return self.evaluate(MEMBER, "governance:read_proposal", ProposalNumber(number=number), ProposalView)

    def validators(self) -> Validators:
        return self.evaluate(MEMBER, "governance:read_validators", None, Validators)

    def seat_of(self, node: str) -> Seat:
        return next(seat for seat in self.validators().seats if seat.node == node)

    def signing(self) -> list[str]:
        """Return the nodes whose keys the engine is told of."""
        powers = active_validators(self.committed)
        assert set(powers.values()) <= {1}
        return [seat.node for seat in self.validators().seats if powers.get(seat.public_key)]

    def contract_state(self) -> Mapping[str, Mapping[str, bytes]]:
        return {name: dict(values) for name, values in self.committed.values.items() if name != "ledger"}

    def event_names(self) -> list[str]:
        return [event.name for event in self.events]

    def refused(self, who: Caller, function: str, argument: Record, kind: type[ChaincodeError]):
        """Submit, and see that the refusal changes nothing."""
        before = self.contract_state()
        with pytest.raises(kind) as refusal:
            self.submit(who, f"governance:{function}", argument)
        assert self.contract_state() == before
        return refusal.value

    def proposal_refused(self, action: Action, kind: type[ChaincodeError]):
        """Propose what cannot be carried out."""
        proposer = self.validators().electors[0]
        return self.refused(admin(proposer), "propose", Propose(action=action), kind)
