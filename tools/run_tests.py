"""Run the usual tests in four lanes at once, because tests of ledgers and of networks mostly wait.

Each lane is one pytest, so that what its tests share (a running network) is started once, and writes its
JUnit report into build/. Lines come as they are printed, with the name of their lane.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NETWORKS = ("tests/network/faults", "tests/network/consortium")
LEDGERS = ("tests/conformance", "tests/identity", "tests/network", "tests/replay")
PAGES = ("tests/docs",)
LANES = {
    "networks": NETWORKS,
    "ledgers": (*LEDGERS, *(f"--ignore={folder}" for folder in NETWORKS)),
    "pages": PAGES,
    "others": ("tests", *(f"--ignore={folder}" for folder in (*LEDGERS, *PAGES))),
}
REPORTS = Path("build")


def run(lane: str, arguments: list[str]) -> int:
    """Run one lane, print what it prints, and return pytest's exit code."""
    report = REPORTS / f"tests-{lane}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-m", "not soak", f"--junitxml={report}", *LANES[lane]]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(f"{lane:>8} | {line}")
            sys.stdout.flush()
    return process.returncode


def main(arguments: list[str]) -> int:
    """Return the largest exit code."""
    REPORTS.mkdir(exist_ok=True)
    with ThreadPoolExecutor() as pool:
        return max(pool.map(lambda lane: run(lane, arguments), LANES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
