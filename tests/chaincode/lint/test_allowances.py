import pytest

from wattloom.chaincode.lint import Code


def test_an_allowance_accepts_its_own_code_alone(judge):
    findings = judge("x = hash(1.5)  # lint-chaincode: allow FLOAT a reason\n")
    assert [finding.code for finding in findings] == [Code.HASH]


def test_an_allowance_accepts_its_own_line_alone(judge):
    findings = judge("# lint-chaincode: allow FLOAT a reason\nx = 1.5\n")
    assert [(finding.line, finding.code) for finding in findings] == [(1, Code.ALLOW), (2, Code.FLOAT)]


@pytest.mark.parametrize(
    "comment",
    [
        "# lint-chaincode: allow FLOAT",
        "# lint-chaincode: allow FLOAT  ",
        "# lint-chaincode: allow float a reason",
        "# lint-chaincode: allow NONSENSE a reason",
        "# lint-chaincode: FLOAT a reason",
        "# lint-chaincode: allow CLOCK a reason",
        "# lint-chaincode allow FLOAT",
    ],
)
def test_a_comment_that_is_no_allowance_accepts_nothing_and_is_a_finding_itself(judge, comment):
    findings = judge(f"x = 1.5  {comment}\n")
    assert {finding.code for finding in findings} == {Code.FLOAT, Code.ALLOW}


def test_an_allowance_that_has_become_needless_is_a_finding_at_the_comment(judge):
    (finding,) = judge("x = 1  # lint-chaincode: allow FLOAT a reason\n")
    assert (finding.line, finding.column, finding.code) == (1, 8, Code.ALLOW)


def test_findings_of_the_allowing_itself_are_not_allowed_away(judge):
    findings = judge("x = 1  # lint-chaincode: allow ALLOW a reason\n")
    assert [finding.code for finding in findings] == [Code.ALLOW]
