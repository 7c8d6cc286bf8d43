import subprocess
import sys

LOADED = (
    "import sys, wattloom.network.abci; print(*(name for name in sys.modules if name.startswith('wattloom')))"
)


def test_the_package_works_without_the_rest_of_wattloom():
    loaded = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    names = loaded.stdout.split()
    assert "wattloom.network.abci" in names
    assert {name for name in names if not name.startswith("wattloom.network.abci")} == {
        "wattloom",
        "wattloom.network",
    }
