"""A SoftHSM token for tests; a machine without SoftHSM fails them, for a skipped token proves nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


def make_token(folder: Path) -> str:
    """Make a token and return its keys' URI, to which `;object=...` names one."""
    module = next((path for path in MODULES if Path(path).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.fail("SoftHSM is missing: run tools/install_services.sh (or `make services`)")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)  # the module reads it once, when it is loaded
    pin = folder / "pin"
    pin.write_text("2468\n")
    pin.chmod(0o600)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "test", "--pin", "2468", "--so-pin", "1357"],
        check=True,
        capture_output=True,
    )
    return f"pkcs11:token=test;object={{}}?module-path={module}&pin-source=file:{pin}"
