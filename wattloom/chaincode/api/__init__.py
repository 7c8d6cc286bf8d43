"""What a contract author needs, and nothing else: contract, context, records, units, keys and refusals."""

from wattloom.chaincode.api import keys
from wattloom.chaincode.api.arrays import Int64Array
from wattloom.chaincode.api.codec import Record
from wattloom.chaincode.api.context import Block, Caller, Context, Position
from wattloom.chaincode.api.contract import Contract
from wattloom.chaincode.api.errors import AlreadyExists, ChaincodeError, Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.api.state import Page, State

__all__ = [
    "AlreadyExists",
    "Block",
    "Caller",
    "ChaincodeError",
    "Context",
    "Contract",
    "Forbidden",
    "Int64Array",
    "InvalidArgument",
    "NotFound",
    "Page",
    "Position",
    "Record",
    "State",
    "keys",
]
