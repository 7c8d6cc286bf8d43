"""Refusals of `governance`.

ChaincodeError
+-- NeedsVote           one organisation alone may not do this
"""

from wattloom.chaincode.api.errors import ChaincodeError


class NeedsVote(ChaincodeError):
    """One organisation alone may not do this: it is for the members to vote."""

    code = "NEEDS_VOTE"

    def __init__(self, *, electors: int) -> None:
        super().__init__(
            f"{electors} organisations have a vote in this: open a proposal with governance:propose",
            electors=electors,
        )
