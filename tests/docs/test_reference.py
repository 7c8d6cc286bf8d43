import os
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT
from wattloom.chaincode.installed import CONTRACTS
from wattloom.chaincode.registry.errors import MembershipRefusal
from wattloom.network.refusals import LedgerRefusal
from wattloom.network.wire import gateway_pb2

CONTRACTS_PAGE = (ROOT / "docs" / "reference" / "contracts.md").read_text("utf-8")
GATEWAY_PAGE = (ROOT / "docs" / "reference" / "gateway.md").read_text("utf-8")


WRITE = (
    "import pathlib, sys; from generate import write_reference; write_reference(pathlib.Path(sys.argv[1]))"
)


def test_pages_depend_on_neither_terminal_nor_hash_seed(tmp_path):
    terminal = {"COLUMNS": "40", "TERM": "dumb", "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT / "tools")}
    subprocess.run([sys.executable, "-c", WRITE, tmp_path], env={**os.environ, **terminal}, check=True)
    for page in (ROOT / "docs" / "reference").glob("*.md"):
        assert (tmp_path / "docs" / "reference" / page.name).read_bytes() == page.read_bytes()


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.name)
def test_every_function_stands_on_the_page_with_its_roles(contract):
    for function in contract.functions.values():
        assert f"### {contract.name}:{function.name}\n" in CONTRACTS_PAGE
        assert f"| {function.kind} | {', '.join(function.roles)}" in CONTRACTS_PAGE


def test_every_refusal_of_ledger_and_membership_stands_on_the_page():
    for refusal in (*LedgerRefusal.__subclasses__(), *MembershipRefusal.__subclasses__()):
        assert f"| `{refusal.code}` |" in CONTRACTS_PAGE


def test_every_method_and_message_of_the_gateway_stands_on_the_page():
    methods = gateway_pb2.DESCRIPTOR.services_by_name["Gateway"].methods
    assert all(f"| {method.name} |" in GATEWAY_PAGE for method in methods)
    assert all(f"### {name}\n" in GATEWAY_PAGE for name in gateway_pb2.DESCRIPTOR.message_types_by_name)
