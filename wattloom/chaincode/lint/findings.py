"""What the linter says: one stable code per kind of danger, and what to do instead."""

from enum import StrEnum

import msgspec


class Code(StrEnum):
    """Kinds of findings; `# lint-chaincode: allow CODE reason` on the line accepts one."""

    FLOAT = "FLOAT"
    CLOCK = "CLOCK"
    RANDOM = "RANDOM"
    SOCKET = "SOCKET"
    FILE = "FILE"
    ENVIRONMENT = "ENVIRONMENT"
    HASH = "HASH"
    SET_ORDER = "SET_ORDER"
    DYNAMIC = "DYNAMIC"
    GLOBAL = "GLOBAL"
    THREAD = "THREAD"
    FOREIGN = "FOREIGN"
    LOCALE = "LOCALE"
    IMPORT = "IMPORT"
    ALLOW = "ALLOW"
    SYNTAX = "SYNTAX"


REMEDIES = {
    Code.FLOAT: "calculate in integers of a stated unit; divide with //",
    Code.CLOCK: "take the block's time, ctx.block_time_s",
    Code.RANDOM: "take ctx.block_hash or ctx.tx_id, or decide by ctx.position",
    Code.SOCKET: "take what is needed as an argument of the transaction",
    Code.FILE: "keep it in ctx.state, and announce it by ctx.emit",
    Code.ENVIRONMENT: "take it as an argument, or keep it in ctx.state",
    Code.HASH: "compare by value, or take hashlib.sha256 of the canonical bytes",
    Code.SET_ORDER: "go through sorted(...) without a key, or use a dict, which keeps its order",
    Code.DYNAMIC: "name the function or type in the source",
    Code.GLOBAL: "keep it in ctx.state; a module's values are constants",
    Code.THREAD: "do one thing after the other",
    Code.FOREIGN: "write it in Python",
    Code.LOCALE: "format in one fixed form, at the edge",
    Code.IMPORT: "import what the allow-list in wattloom/chaincode/lint/names.py names",
    Code.ALLOW: "write `# lint-chaincode: allow CODE reason` on the line of the finding, or remove it",
    Code.SYNTAX: "write it as Python 3.11 in UTF-8",
}


class Finding(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One danger in one place; lines and columns count from 1."""

    path: str
    line: int
    column: int
    code: Code
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column} {self.code} {self.message} ({self.remedy})"
