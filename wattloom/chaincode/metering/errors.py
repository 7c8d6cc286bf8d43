"""Refusals of `metering`.

ChaincodeError
|-- PeriodHasBegun        prices are to be stated before the first slot begins
|-- PeriodOverlaps        the organisation has a period in these slots
|-- PriceTooHigh          a price passes the market's highest
|-- NotYetDelivered       the period is not over
|-- WindowClosed          readings are not taken any more
|-- AgentHasReported      the metering agent's word stands above the home's
|-- AlreadyMeasured       an estimate does not replace a measurement
|-- MisshapenReading      not one number per slot
|-- ReadingTooLarge       a slot passes what a connection can carry
|-- CommitmentMismatch    the values are not those whose hash is on the ledger
|-- AmountTooLarge        the bill passes what an account can hold
+-- NothingDue            everything is paid
"""

from wattloom.chaincode.api.errors import ChaincodeError


class PeriodHasBegun(ChaincodeError):
    """The period's first slot has begun, or begins with this block."""

    code = "PERIOD_HAS_BEGUN"

    def __init__(self, *, slot_start_s: int, block_time_s: int) -> None:
        super().__init__(
            f"the period begins at {slot_start_s}, block time is {block_time_s}: prices are stated before",
            slot_start_s=slot_start_s,
            block_time_s=block_time_s,
        )


class PeriodOverlaps(ChaincodeError):
    """The organisation has a period that ends after this one begins."""

    code = "PERIOD_OVERLAPS"

    def __init__(self, *, latest_end_s: int) -> None:
        super().__init__(
            f"the organisation's latest period ends at {latest_end_s}: begin there or later",
            latest_end_s=latest_end_s,
        )


class PriceTooHigh(ChaincodeError):
    """A price passes, either way, the highest that the members have voted for."""

    code = "PRICE_TOO_HIGH"

    def __init__(self, *, highest_nano_per_wh: int) -> None:
        super().__init__(
            f"a price is at most {highest_nano_per_wh} nano per Wh in this market",
            highest_nano_per_wh=highest_nano_per_wh,
        )


class NotYetDelivered(ChaincodeError):
    """The period is not over."""

    code = "NOT_YET_DELIVERED"

    def __init__(self, *, end_s: int, block_time_s: int) -> None:
        super().__init__(
            f"the period ends at {end_s}, block time is {block_time_s}: report after it",
            end_s=end_s,
            block_time_s=block_time_s,
        )


class WindowClosed(ChaincodeError):
    """The time in which readings may be given and corrected has passed."""

    code = "WINDOW_CLOSED"

    def __init__(self, *, closed_s: int) -> None:
        super().__init__(f"readings were taken until {closed_s}", closed_s=closed_s)


class AgentHasReported(ChaincodeError):
    """The metering agent has reported; its word stands above the home's."""

    code = "AGENT_HAS_REPORTED"

    def __init__(self, *, party_id: str) -> None:
        super().__init__(
            f"the metering agent has reported for {party_id}: ask it for a correction", party_id=party_id
        )


class AlreadyMeasured(ChaincodeError):
    """An estimate does not replace a measurement."""

    code = "ALREADY_MEASURED"

    def __init__(self, *, party_id: str) -> None:
        super().__init__(f"the reading of {party_id} is measured, an estimate is late", party_id=party_id)


class MisshapenReading(ChaincodeError):
    """A reading has not one number per slot of its period."""

    code = "MISSHAPEN_READING"

    def __init__(self, *, length: int, needed: int) -> None:
        super().__init__(f"net_wh has {length} numbers, needs {needed}", length=length, needed=needed)


class ReadingTooLarge(ChaincodeError):
    """A slot's reading passes what a connection can carry."""

    code = "READING_TOO_LARGE"

    def __init__(self, *, slot: int, limit_wh: int) -> None:
        super().__init__(f"net_wh of slot {slot} passes {limit_wh} Wh", slot=slot, limit_wh=limit_wh)


class CommitmentMismatch(ChaincodeError):
    """The values and salt are not those whose hash the reporter has put on the ledger."""

    code = "COMMITMENT_MISMATCH"

    def __init__(self, *, digest: str) -> None:
        super().__init__(f"net_wh and salt do not hash to the commitment {digest}", digest=digest)


class AmountTooLarge(ChaincodeError):
    """The bill passes what an account can hold."""

    code = "AMOUNT_TOO_LARGE"

    def __init__(self, *, limit_nano: int) -> None:
        super().__init__(f"the bill would pass {limit_nano} nano", limit_nano=limit_nano)


class NothingDue(ChaincodeError):
    """Everything is paid, or money does not move before the readings' waiting time has passed."""

    code = "NOTHING_DUE"

    def __init__(self, *, party_id: str) -> None:
        super().__init__(f"nothing of the bill of {party_id} is due", party_id=party_id)
