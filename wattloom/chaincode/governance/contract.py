"""The contract `governance`: which functions there are, and who may call them."""

from wattloom.chaincode.api import Contract

governance = Contract(
    "governance", summary="Proposals and votes: validators, members, observers, parameters, upgrades."
)
