"""The contracts that every node installs, by version of the rules and by name."""

from collections.abc import Mapping

from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.api.contract import Contract
from wattloom.chaincode.auction.contract import auction
from wattloom.chaincode.existence.contract import existence
from wattloom.chaincode.governance.contract import governance
from wattloom.chaincode.metering.contract import metering
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.transactive.contract import transactive

CONTRACTS: Mapping[str, Contract] = {
    contract.name: contract
    for contract in (accounts, auction, existence, governance, metering, registry, transactive)
}

Rules = Mapping[int, Mapping[str, Contract]]

RULES: Rules = {1: CONTRACTS}
"""Every version of the rules that this software can execute: a block is judged by the one of its height."""
