import pytest

from tests.docs.pages import ROOT, Page
from tests.docs.walkthrough import walk

OPERATIONS = ROOT / "docs" / "operations"
WALKED = [
    *sorted((ROOT / "docs" / "tutorials").glob("*.md")),
    OPERATIONS / "solo.md",
    OPERATIONS / "identity.md",
    OPERATIONS / "network.md",
]


@pytest.mark.parametrize("path", WALKED, ids=lambda path: path.stem)
def test_a_page_runs_as_it_is_written(path, tmp_path):
    for block, said in walk(Page(path), tmp_path):
        position = 0
        for line in block.text.splitlines():
            position = said.find(line, position)
            assert position >= 0, f"{line!r} was not printed (in this order); instead:\n{said}"
            position += len(line)
