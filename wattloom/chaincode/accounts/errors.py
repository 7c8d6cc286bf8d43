"""Refusals of `accounts`.

ChaincodeError
|-- InsufficientFunds      the account has less free money than the call needs
+-- SupplyTooLarge         more money than one ledger counts
"""

from wattloom.chaincode.api.errors import ChaincodeError


class InsufficientFunds(ChaincodeError):
    """The account has less free money than the call needs."""

    code = "INSUFFICIENT_FUNDS"

    def __init__(self, *, needed_nano: int, free_nano: int) -> None:
        sentence = f"needs {needed_nano} nano, has {free_nano} free"
        super().__init__(sentence, needed_nano=needed_nano, free_nano=free_nano)


class SupplyTooLarge(ChaincodeError):
    """All money together would pass what a ledger counts in 64 bits."""

    code = "SUPPLY_TOO_LARGE"

    def __init__(self, *, total_nano: int, limit_nano: int) -> None:
        sentence = f"all money would be {total_nano} nano, the limit is {limit_nano}"
        super().__init__(sentence, total_nano=total_nano, limit_nano=limit_nano)
