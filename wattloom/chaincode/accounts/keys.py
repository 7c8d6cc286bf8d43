"""State keys of `accounts`."""

from wattloom.chaincode.api import keys

SUPPLY = "supply"


def account(party_id: str) -> str:
    """`account/<party>`."""
    return keys.join("account", party_id)
