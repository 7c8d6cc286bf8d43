"""The anchor: how far the meter has come, kept where a backup of its folder does not reach.

A folder that is behind its anchor has been restored from a backup; one without its anchor counts as restored.
"""

import os
from pathlib import Path

from wattloom.identity import files
from wattloom.market.meter.errors import MeterUnusable


class Anchor:
    """One number in one file, replaced as a whole and durably."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> int | None:
        """Return the number, or None where there is no anchor; raise `MeterUnusable` on anything else."""
        if not self.path.exists():
            return None
        text = files.read_private(self.path)
        if not text.isdigit():
            raise MeterUnusable(f"{self.path}: is no anchor; remove it, and the meter discards its trees")
        return int(text)

    def write(self, generation: int) -> None:
        """Replace the number; it is on the disk when this returns."""
        files.make_folder(self.path.parent)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        files.write_new(fresh, str(generation).encode(), mode=files.PRIVATE)
        fresh.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
