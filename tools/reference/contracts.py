"""The page of the contracts: functions, events, refusals and records of everything that is installed."""

from collections.abc import Iterator
from typing import Any, Final

from reference import docstrings, records
from reference.docstrings import Docstring
from reference.events import events_of
from reference.markdown import anchor, code, header, page, table
from reference.reasons import reason_table
from reference.refusals import refusal_table, refusals_of
from wattloom.chaincode.api.contract import Contract, Function
from wattloom.chaincode.api.errors import ChaincodeError
from wattloom.chaincode.installed import CONTRACTS

INTRODUCTION: Final = """\
Every contract that a ledger installs: its functions, events and refusals, and the records that they take
and give. A function is called `contract:function` with one record as canonical JSON; fields that no
record names are refused. A **transaction** may write and stands in a block, a **query** reads committed
state, a **timer** is called by the ledger alone. Where roles are named, the caller's certificate must
carry one of them; without, any member may call, and the text says what else is asked."""

WIRE_FORMS: Final = """\
| type | on the wire |
| --- | --- |
| integer | JSON number without fraction or exponent |
| bytes | base64 |
| packed integers | base64 of signed 64-bit little-endian integers |
| page of X | `{"items": [X, ...], "bookmark": "..."}`; the bookmark asks for the next page |"""

LEDGER_REFUSALS: Final = (
    ("Every contract", "wattloom.chaincode.api.errors"),
    ("The ledger, before any contract", "wattloom.network.refusals"),
    ("Membership", "wattloom.chaincode.registry.errors"),
    ("Proofs", "wattloom.network.engine"),
)


def contracts_page() -> str:
    """Return the page."""
    return page(_lines())


def _lines() -> Iterator[str]:
    yield from header("Contracts", INTRODUCTION, source="the installed contracts")
    yield from WIRE_FORMS.splitlines()
    yield ""
    for contract in CONTRACTS.values():
        yield from _contract(contract)
    yield from _refusals()
    yield from _records()


def _contract(contract: Contract) -> Iterator[str]:
    yield from (f"## {contract.name}", "", contract.summary, "")
    functions = list(contract.functions.values())
    rows = [
        (
            f"[{each.name}](#{anchor(_heading(contract, each))})",
            each.kind.value,
            ", ".join(each.roles) or _anybody(each),
            docstrings.parse(each.call).summary,
        )
        for each in functions
    ]
    yield from table(("function", "kind", "roles", "what it does"), rows)
    for each in functions:
        yield from _function(contract, each)
    yield from _events(contract)
    module = f"wattloom.chaincode.{contract.name}.errors"
    if contract.name != "registry":  # its refusals are membership's
        yield from (f"### Refusals of {contract.name}", "", *refusal_table(module))


def _function(contract: Contract, function: Function) -> Iterator[str]:
    told = docstrings.parse(function.call)
    yield from (f"### {_heading(contract, function)}", "", told.prose, "")
    yield f"- takes {records.link(function.argument) if function.argument else 'nothing'}"
    yield f"- returns {records.link(function.result) if function.result else 'nothing'}"
    yield from (f"- refuses with {refusal}" for refusal in _refused(told))
    yield ""


def _refused(told: Docstring) -> Iterator[str]:
    codes = {each.__name__: each.code for each in _all_refusals()}
    for names, text in told.sections.get("Raises", []):
        found = ", ".join(code(codes[name.strip()]) for name in names.split(","))
        yield f"{found}: {text}"


def _events(contract: Contract) -> Iterator[str]:
    rows = [
        (code(name), records.link(payload), _sentence(payload)) for name, payload in events_of(contract.name)
    ]
    if rows:
        yield from (f"### Events of {contract.name}", "", *table(("event", "payload", "what it says"), rows))


def _refusals() -> Iterator[str]:
    yield from ("## Refusals of the ledger", "")
    yield (
        "A refusal's code is stable and stands on the ledger with its details; the sentence is for people "
        "and may change. A bug of a contract has the code `INTERNAL`, and the detail `error` names it."
    )
    yield ""
    for title, module in LEDGER_REFUSALS:
        yield from (f"### {title}", "", *refusal_table(module))
    yield from (
        "### Reasons",
        "",
        "The detail `reason` of `CERTIFICATE_REFUSED` and `SIGNATURE_REFUSED`:",
        "",
    )
    yield from reason_table()


def _records() -> Iterator[str]:
    yield from ("## Records", "")
    for record in records.reached_from(_kinds()):
        yield from records.section(record)


def _kinds() -> Iterator[Any]:
    for contract in CONTRACTS.values():
        for function in contract.functions.values():
            yield from filter(None, (function.argument, function.result))
        yield from (payload for _, payload in events_of(contract.name))


def _all_refusals() -> Iterator[type[ChaincodeError]]:
    modules = [module for _, module in LEDGER_REFUSALS]
    for module in [*modules, *(f"wattloom.chaincode.{name}.errors" for name in CONTRACTS)]:
        yield from refusals_of(module)


def _heading(contract: Contract, function: Function) -> str:
    return f"{contract.name}:{function.name}"


def _sentence(payload: type) -> str:
    said = docstrings.parse(payload).summary.removeprefix("Event: ")
    return said[0].upper() + said[1:]


def _anybody(function: Function) -> str:
    return "the ledger" if function.kind.value == "timer" else "any member"
