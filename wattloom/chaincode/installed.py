"""The contracts that every node installs, by name."""

from collections.abc import Mapping

from wattloom.chaincode.api.contract import Contract

CONTRACTS: Mapping[str, Contract] = {}
