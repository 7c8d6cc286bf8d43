"""The way in, from a member's side: submit, query, follow and check a ledger over its gateways."""

from wattloom.network.client._aio import AsyncClient, connect_async
from wattloom.network.client._proofs import ProvenValue
from wattloom.network.client._records import (
    Description,
    Event,
    LedgerBlock,
    Receipt,
    State,
    TransactionResult,
    TransactionStatus,
)
from wattloom.network.client._signing import Clock, sign_offline
from wattloom.network.client._sync import Client, connect
from wattloom.network.client.errors import (
    ClientError,
    CommitUnknown,
    NotAnswered,
    NotSubmitted,
    ProofRefused,
    Refused,
    UnexpectedAnswer,
)

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "Clock",
    "CommitUnknown",
    "Description",
    "Event",
    "LedgerBlock",
    "NotAnswered",
    "NotSubmitted",
    "ProofRefused",
    "ProvenValue",
    "Receipt",
    "Refused",
    "State",
    "TransactionResult",
    "TransactionStatus",
    "UnexpectedAnswer",
    "connect",
    "connect_async",
    "sign_offline",
]
