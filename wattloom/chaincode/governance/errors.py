"""Refusals of `governance`.

ChaincodeError
|-- NeedsVote           one organisation alone may not do this
|-- NotAnElector        the caller's organisation has no vote
|-- TooManyProposals    the caller's organisation has too many proposals open
|-- ProposalClosed      the proposal has been decided, withdrawn or has expired
|-- AlreadyVoted        the caller's organisation has voted
|-- LastOrganisation    somebody must stay a member
|-- NoValidators        the ledger records no validators: a solo one
|-- TooFewValidators    too few active validators would stay
|-- TooManyValidators   the ledger has as many seats as it takes
|-- NotSuspended        the seat is active
|-- NodeIdMissing       observers are listed, and a validator's node would be shut out
|-- TooManyObservers    the list is full
|-- UpgradePlanned      an upgrade is planned already
|-- UpgradeTooSoon      nodes would have no time to prepare
+-- NothingPlanned      no upgrade is planned
"""

from wattloom.chaincode.api.errors import ChaincodeError


class NeedsVote(ChaincodeError):
    """One organisation alone may not do this: it is for the members to vote."""

    code = "NEEDS_VOTE"

    def __init__(self, *, electors: int) -> None:
        super().__init__(
            f"the organisations that vote ({electors}) decide this: open a proposal with governance:propose",
            electors=electors,
        )


class NotAnElector(ChaincodeError):
    """The caller's organisation has no vote: it has no active validator."""

    code = "NOT_AN_ELECTOR"

    def __init__(self, *, organisation: str) -> None:
        super().__init__(
            f"{organisation} has no vote: organisations with an active validator have one",
            organisation=organisation,
        )


class TooManyProposals(ChaincodeError):
    """The caller's organisation has too many proposals open."""

    code = "TOO_MANY_PROPOSALS"

    def __init__(self, *, limit: int) -> None:
        super().__init__(
            f"an organisation has at most {limit} open proposals: withdraw one of them", limit=limit
        )


class ProposalClosed(ChaincodeError):
    """The proposal has been decided or withdrawn, or it has expired."""

    code = "PROPOSAL_CLOSED"

    def __init__(self, *, number: int, status: str) -> None:
        super().__init__(f"proposal {number} is {status}", number=number, status=status)


class AlreadyVoted(ChaincodeError):
    """The caller's organisation has voted; a vote is final."""

    code = "ALREADY_VOTED"

    def __init__(self, *, number: int, organisation: str) -> None:
        super().__init__(
            f"{organisation} has voted on proposal {number}, and a vote is final",
            number=number,
            organisation=organisation,
        )


class LastOrganisation(ChaincodeError):
    """The organisation is the last one; without it nobody could ever be a member."""

    code = "LAST_ORGANISATION"

    def __init__(self, *, organisation: str) -> None:
        super().__init__(f"{organisation} is the last organisation and stays", organisation=organisation)


class NoValidators(ChaincodeError):
    """The ledger records no validators: it runs on one machine, where this has no meaning."""

    code = "NO_VALIDATORS"

    def __init__(self) -> None:
        super().__init__("this ledger records no validators: make a network of it first")


class TooFewValidators(ChaincodeError):
    """Too few active validators would stay; a ledger with fewer than the least may vote none of them out."""

    code = "TOO_FEW_VALIDATORS"

    def __init__(self, *, active: int, least: int) -> None:
        super().__init__(
            f"{active} active validators would stay, the least is {least}: add others first",
            active=active,
            least=least,
        )


class TooManyValidators(ChaincodeError):
    """The ledger has as many seats as it takes, the suspended ones included."""

    code = "TOO_MANY_VALIDATORS"

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"a ledger has at most {limit} validators", limit=limit)


class NotSuspended(ChaincodeError):
    """The seat is active, there is nothing to reinstate."""

    code = "NOT_SUSPENDED"

    def __init__(self, *, node: str) -> None:
        super().__init__(f"the validator {node} is active", node=node)


class NodeIdMissing(ChaincodeError):
    """Observers are listed, and a validator's node without an id would be shut out by its peers."""

    code = "NODE_ID_MISSING"

    def __init__(self, *, node: str) -> None:
        super().__init__(
            f"the seat of {node} names no node_id: where observers are listed its peers would shut it out",
            node=node,
        )


class TooManyObservers(ChaincodeError):
    """The list of observers is full."""

    code = "TOO_MANY_OBSERVERS"

    def __init__(self, *, listed: int, limit: int) -> None:
        super().__init__(f"{listed} nodes would be listed, at most {limit} are", listed=listed, limit=limit)


class UpgradePlanned(ChaincodeError):
    """An upgrade is planned already."""

    code = "UPGRADE_PLANNED"

    def __init__(self, *, version: int, from_height: int) -> None:
        super().__init__(
            f"rules {version} are planned from height {from_height}: have that cancelled first",
            version=version,
            from_height=from_height,
        )


class UpgradeTooSoon(ChaincodeError):
    """The height is so near that nodes would have no time to prepare."""

    code = "UPGRADE_TOO_SOON"

    def __init__(self, *, from_height: int, earliest: int) -> None:
        super().__init__(
            f"rules cannot begin at height {from_height}, {earliest} is the earliest",
            from_height=from_height,
            earliest=earliest,
        )


class NothingPlanned(ChaincodeError):
    """No upgrade is planned."""

    code = "NOTHING_PLANNED"

    def __init__(self) -> None:
        super().__init__("no upgrade is planned")
