"""Run the usual tests in lanes at once, more than there are cores, because many of them wait for a ledger.

Each lane is one pytest, so that what its tests share (a running network) is started once, and writes its
JUnit report into build/. Lines come as they are printed, with the name of their lane.
"""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LANES = {
    "networks": ("tests/network/faults", "tests/network/consortium"),
    "ledgers": ("tests/conformance", "tests/identity", "tests/network", "tests/replay"),
    "pages": ("tests/docs",),
    "others": ("tests",),
}
"""Folders by lane; a lane leaves out the folders of the others that lie below its own."""
REPORTS = Path("build")


def run(lane: str, arguments: list[str]) -> int:
    """Run one lane, print what it prints, and return pytest's exit code."""
    report = REPORTS / f"tests-{lane}.xml"
    report.unlink(missing_ok=True)
    folders = LANES[lane]
    elsewhere = [
        each for other in LANES.values() if other != folders for each in other if _below(each, folders)
    ]
    command = [sys.executable, "-m", "pytest", "-m", "not soak", f"--junitxml={report}", *folders]
    command += [f"--ignore={folder}" for folder in elsewhere]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(f"{lane:>8} | {line}")
            sys.stdout.flush()
    return process.returncode


def _below(folder: str, folders: Sequence[str]) -> bool:
    return any(folder.startswith(f"{each}/") for each in folders)


def main(arguments: list[str]) -> int:
    """Return the largest exit code."""
    REPORTS.mkdir(exist_ok=True)
    with ThreadPoolExecutor(len(LANES)) as pool:
        return max(pool.map(lambda lane: run(lane, arguments), LANES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
