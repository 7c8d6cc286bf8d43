"""The solo engine: one process, one folder, one validator; blocks in CometBFT's form."""

from wattloom.network.solo.folder import LedgerFolder, LedgerFolderError
from wattloom.network.solo.sequencer import SoloEngine

__all__ = ["LedgerFolder", "LedgerFolderError", "SoloEngine"]
