"""Print the plain summary of JUnit reports, and fail on a failure or on a skip that gives no reason."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def summarise(reports: list[Path]) -> int:
    """Print `N passed, N failed, N skipped`; return the exit code."""
    roots = (ElementTree.parse(report).getroot() for report in reports)  # noqa: S314 - written by our own run
    cases = [case for root in roots for case in root.iter("testcase")]
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skips = [(case, skip) for case in cases if (skip := case.find("skipped")) is not None]
    silent = [case for case, skip in skips if skip.get("message", "").strip() in ("", "unconditional skip")]
    for case in silent:
        sys.stderr.write(f"skipped without a reason: {case.get('classname')}.{case.get('name')}\n")
    passed = len(cases) - len(failed) - len(skips)
    sys.stdout.write(f"{passed} passed, {len(failed)} failed, {len(skips)} skipped\n")
    return 1 if failed or silent or not passed else 0


if __name__ == "__main__":
    paths = [Path(argument) for argument in sys.argv[1:]]
    for path in paths:
        if not path.exists():
            sys.exit(f"{path} is missing: the tests did not run")
    sys.exit(summarise(paths))
