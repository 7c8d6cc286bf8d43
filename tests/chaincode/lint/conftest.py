from pathlib import Path
from textwrap import dedent

import pytest

from wattloom.chaincode.lint import Finding, lint


@pytest.fixture
def judge(tmp_path: Path):
    """Judge a text as a contract of somebody's own."""

    def judged(text: str, name: str = "rules.py") -> list[Finding]:
        (tmp_path / name).write_text(dedent(text), "utf-8")
        return lint([tmp_path])

    return judged
