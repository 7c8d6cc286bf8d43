"""The organisations' administrators, who decide together."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.conformance.ledgers import ORGANISATIONS
from tests.conformance.town import Town
from wattloom.chaincode.governance.actions import Action, AddOrganisation, RemoveOrganisation
from wattloom.chaincode.governance.messages import CastVote, Proposal, ProposalNumber, Propose, Status
from wattloom.identity.certificates import Authority


class Assembly:
    """One administrator of each organisation that a ledger begins with."""

    def __init__(self, town: Town) -> None:
        self.admins = {
            name: town.member("admin", "consortium-admin", organisation=name) for name in ORGANISATIONS
        }

    def propose(self, action: Action, *, by: str = "north", **options: int) -> Proposal:
        request = Propose(action=action, **options)
        return self.admins[by].submit("governance:propose", request, Proposal).result

    def vote(self, proposal: Proposal, by: str, *, approve: bool = True) -> Proposal:
        request = CastVote(number=proposal.number, approve=approve)
        return self.admins[by].submit("governance:vote", request, Proposal).result

    def withdraw(self, proposal: Proposal) -> Proposal:
        request = ProposalNumber(number=proposal.number)
        return self.admins[proposal.organisation].submit("governance:withdraw", request, Proposal).result

    def decide(self, proposal: Proposal) -> Proposal:
        """Let one after the other approve until the proposal is decided."""
        for name in ORGANISATIONS:
            proposal = self.vote(proposal, name)
            if proposal.status is not Status.OPEN:
                break
        return proposal

    def carry(self, action: Action) -> None:
        """Propose and decide what must be carried out."""
        decided = self.decide(self.propose(action))
        assert decided.status is Status.EXECUTED, decided.failure

    @contextmanager
    def admitted(self, authority: Authority) -> Iterator[None]:
        """Let an organisation be a member for a while."""
        name = authority.organisation
        self.carry(AddOrganisation(organisation=name, ca_certificate=authority.certificate))
        try:
            yield
        finally:
            self.carry(RemoveOrganisation(organisation=name))
