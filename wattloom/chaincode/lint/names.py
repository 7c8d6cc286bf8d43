"""The tables: which imports, names and attributes chaincode may use, and what the others are a danger of."""

from typing import Final

from wattloom.chaincode.lint.findings import Code


def words(text: str) -> frozenset[str]:
    """Return the set of a text's words."""
    return frozenset(text.split())


STANDARD: Final = words(
    "__future__ abc base64 binascii bisect collections contextlib copy dataclasses datetime "
    "enum functools hashlib heapq hmac itertools math operator re string struct textwrap "
    "typing typing_extensions"
)
"""Roots of the standard library that chaincode may import, but for the names in `FORBIDDEN_USES`."""

THIRD_PARTY: Final = words("msgspec")
"""Roots of installed packages that chaincode may import."""

VERIFIERS_THIRD_PARTY: Final = THIRD_PARTY | {"cryptography", "ecdsa"}
"""What the identity room may import besides, where chaincode imports it."""

_DANGERS = {
    Code.FLOAT: "cmath decimal fractions numbers numpy scipy statistics",
    Code.CLOCK: "calendar sched time timeit zoneinfo",
    Code.RANDOM: "random secrets uuid",
    Code.SOCKET: "aiohttp ftplib grpc http httpx imaplib poplib requests select selectors smtplib socket"
    " socketserver ssl urllib xmlrpc",
    Code.FILE: "bz2 configparser csv dbm fcntl fileinput glob gzip io lmdb logging lzma mmap pathlib"
    " shelve shutil sqlite3 tarfile tempfile tomllib zipfile",
    Code.ENVIRONMENT: "argparse gc getpass grp os platform posix pwd resource signal site"
    " subprocess sys sysconfig",
    Code.THREAD: "_thread asyncio concurrent contextvars multiprocessing queue threading",
    Code.FOREIGN: "_ctypes cffi ctypes",
    Code.LOCALE: "gettext locale",
    Code.DYNAMIC: "builtins code codeop importlib marshal pickle pkgutil runpy",
}
DANGEROUS_MODULES: Final = {module: code for code, modules in _DANGERS.items() for module in modules.split()}
"""Well-known modules that are not allowed, by what they are a danger of; any other is an `IMPORT`."""

EXACT_MATH: Final = words("isqrt gcd lcm comb perm factorial prod")
"""What of `math` gives integers for integers."""

FORBIDDEN_USES: Final = {
    "hashlib.file_digest": Code.FILE,
    "operator.truediv": Code.FLOAT,
    "operator.itruediv": Code.FLOAT,
}
"""Names inside allowed modules, in full."""

FORBIDDEN_BUILTINS: Final = {
    "float": Code.FLOAT,
    "complex": Code.FLOAT,
    "open": Code.FILE,
    "input": Code.FILE,
    "print": Code.FILE,
    "hash": Code.HASH,
    "id": Code.HASH,
    "eval": Code.DYNAMIC,
    "exec": Code.DYNAMIC,
    "compile": Code.DYNAMIC,
    "globals": Code.DYNAMIC,
    "locals": Code.DYNAMIC,
    "vars": Code.DYNAMIC,
    "breakpoint": Code.DYNAMIC,
    "__import__": Code.DYNAMIC,
    "__builtins__": Code.DYNAMIC,
}

FORBIDDEN_ATTRIBUTES: Final = {
    "__hash__": Code.HASH,
    "__truediv__": Code.FLOAT,
    "__globals__": Code.DYNAMIC,
    "__builtins__": Code.DYNAMIC,
    "__subclasses__": Code.DYNAMIC,
    "__code__": Code.DYNAMIC,
}

CLOCK_METHODS: Final = words("now utcnow today fromtimestamp")
"""Methods of `datetime`'s types that read the clock, or the machine's time zone."""

FLOAT_METHODS: Final = words("timestamp total_seconds")
"""Methods of dates and durations that return floats."""
