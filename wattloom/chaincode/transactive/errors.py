"""Refusals of `transactive`.

ChaincodeError
|-- WrongPhase          the session is not in the phase that the call needs
|-- GateClosed          delivery has begun, or is too near
|-- PriceCapTooHigh     the price cap passes the market's highest
|-- TooManyNumbers      homes and slots make more numbers than one round may have
|-- NotAParticipant     the caller is not of this session
|-- AlreadyJoined       the caller has joined
|-- ClosedRound         the iteration is not the one that is open
|-- AlreadySubmitted    the caller has decided in this iteration
|-- WrongShape          the decision has not one number per slot (and partner)
|-- BeyondLimit         the decision passes the home's registered limit
|-- Overflow            a quantity leaves 64 bits
|-- ClosedProposal      the proposal is not the one that is open
|-- SavingTooLarge      more is declared than the session's terms allow
+-- NotAwaited          no answer of the caller is awaited
"""

from wattloom.chaincode.api.errors import ChaincodeError


class WrongPhase(ChaincodeError):
    """The session is not in the phase that the call needs."""

    code = "WRONG_PHASE"

    def __init__(self, *, phase: str, needed: str) -> None:
        super().__init__(f"the session is {phase}, this needs {needed}", phase=phase, needed=needed)


class GateClosed(ChaincodeError):
    """Delivery has begun, begins with this block, or begins before the market's gate closure has passed."""

    code = "GATE_CLOSED"

    def __init__(self, *, slot_start_s: int, gate_closure_s: int, block_time_s: int) -> None:
        super().__init__(
            f"delivery begins at {slot_start_s}, the gate closes {gate_closure_s} s before, "
            f"block time is {block_time_s}: choose later slots",
            slot_start_s=slot_start_s,
            gate_closure_s=gate_closure_s,
            block_time_s=block_time_s,
        )


class PriceCapTooHigh(ChaincodeError):
    """The session's price cap passes the highest that the members have voted for."""

    code = "PRICE_CAP_TOO_HIGH"

    def __init__(self, *, highest_nano_per_wh: int) -> None:
        super().__init__(
            f"price_cap_nano_per_wh is at most {highest_nano_per_wh} in this market",
            highest_nano_per_wh=highest_nano_per_wh,
        )


class TooManyNumbers(ChaincodeError):
    """Homes and slots make more numbers than one round may have."""

    code = "TOO_MANY_NUMBERS"

    def __init__(self, *, numbers: int, limit: int) -> None:
        super().__init__(
            f"a round would have {numbers} numbers, the limit is {limit}: take fewer homes or slots",
            numbers=numbers,
            limit=limit,
        )


class NotAParticipant(ChaincodeError):
    """The caller was not invited, or did not join."""

    code = "NOT_A_PARTICIPANT"

    def __init__(self, *, party_id: str, session_id: str) -> None:
        super().__init__(
            f"{party_id} does not take part in session {session_id}", party_id=party_id, session_id=session_id
        )


class AlreadyJoined(ChaincodeError):
    """The caller has joined already."""

    code = "ALREADY_JOINED"

    def __init__(self, *, session_id: str) -> None:
        super().__init__(f"the caller has joined session {session_id} already", session_id=session_id)


class ClosedRound(ChaincodeError):
    """The decision is for an iteration that is not open."""

    code = "CLOSED_ROUND"

    def __init__(self, *, iteration: int, current: int) -> None:
        super().__init__(
            f"iteration {iteration} is not open, {current} is: read the session and decide anew",
            iteration=iteration,
            current=current,
        )


class AlreadySubmitted(ChaincodeError):
    """The caller has decided in this iteration."""

    code = "ALREADY_SUBMITTED"

    def __init__(self, *, iteration: int) -> None:
        super().__init__(f"iteration {iteration} has the caller's decision already", iteration=iteration)


class WrongShape(ChaincodeError):
    """An array has the wrong length."""

    code = "WRONG_SHAPE"

    def __init__(self, *, field: str, length: int, needed: int) -> None:
        super().__init__(
            f"{field} has {length} numbers, needs {needed}", field=field, length=length, needed=needed
        )


class BeyondLimit(ChaincodeError):
    """A trade passes the home's registered limit."""

    code = "BEYOND_LIMIT"

    def __init__(self, *, slot: int, limit_wh: int) -> None:
        super().__init__(
            f"the trade in slot {slot} passes the home's limit of {limit_wh} Wh", slot=slot, limit_wh=limit_wh
        )


class Overflow(ChaincodeError):
    """A quantity of the update leaves 64 bits: rho or the decisions are absurdly large."""

    code = "OVERFLOW"

    def __init__(self, *, what: str) -> None:
        super().__init__(f"{what} does not fit in a signed 64-bit integer", what=what)


class ClosedProposal(ChaincodeError):
    """The answer is to a proposal that is not open."""

    code = "CLOSED_PROPOSAL"

    def __init__(self, *, proposal: int, current: int) -> None:
        super().__init__(
            f"proposal {proposal} is not open, {current} is: read the session and answer that",
            proposal=proposal,
            current=current,
        )


class NotAwaited(ChaincodeError):
    """The caller has answered, has nothing new to answer, or has lost its say."""

    code = "NOT_AWAITED"

    def __init__(self, *, proposal: int, standing: str) -> None:
        super().__init__(
            f"no answer of the caller to proposal {proposal} is awaited, its trade is {standing}",
            proposal=proposal,
            standing=standing,
        )


class SavingTooLarge(ChaincodeError):
    """More is declared than the session's terms allow, and the collateral covers."""

    code = "SAVING_TOO_LARGE"

    def __init__(self, *, limit_nano: int) -> None:
        super().__init__(
            f"saving_nano is at most {limit_nano} in this session (0 unless it is billed by bargaining)",
            limit_nano=limit_nano,
        )
