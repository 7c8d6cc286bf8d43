"""The linter of chaincode: what makes two validators disagree, as far as source code shows it.

It reads chaincode and is none itself: this folder and `chaincode/testing.py`, the tools of a contract's
author, are outside what it judges (`sources.OUTSIDE`), and no contract may import them.
"""

from wattloom.chaincode.lint.findings import Code, Finding
from wattloom.chaincode.lint.linter import lint

__all__ = ["Code", "Finding", "lint"]
