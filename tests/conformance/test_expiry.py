"""Runs late: a proposal that was opened with the session has reached its end, a minute later."""

from wattloom.chaincode.governance.messages import Proposal, ProposalNumber, ProposalView, Status


def test_a_proposal_that_is_not_decided_in_its_time_expires(town, exercised):
    opened = exercised.expiring
    closed = (
        event.read(Proposal)
        for event in town.events(1, contract="governance", name="proposal_closed")
        if event.tx_id == ""
    )
    ended = next(proposal for proposal in closed if proposal.number == opened.number)
    exercised.functions.add("governance:expire")
    assert (ended.status, ended.action) == (Status.EXPIRED, opened.action)
    assert ended.closed_at_s > opened.expires_at_s
    wanted = ProposalNumber(number=opened.number)
    assert town.member("reader").query("governance:read_proposal", wanted, ProposalView).proposal == ended
