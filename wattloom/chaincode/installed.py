"""The contracts that every node installs, by name."""

from collections.abc import Mapping

from wattloom.chaincode.accounts.contract import accounts
from wattloom.chaincode.api.contract import Contract
from wattloom.chaincode.registry.contract import registry
from wattloom.chaincode.transactive.contract import transactive

CONTRACTS: Mapping[str, Contract] = {
    contract.name: contract for contract in (accounts, registry, transactive)
}
