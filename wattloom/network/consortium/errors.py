"""Errors of a network on disk; each sentence names the field or file, and what to do.

ConsortiumError
├── SpecError       the YAML file asks for what cannot be
├── FolderError     a folder is no network or node, or is one already
├── NotReady        a node cannot be started as things stand; nothing was started
├── NodeFailed      a node was started and did not get ready, or does not stop
├── RestoreRefused  a backup must not take the place of what is there
└── ProposalMalformed  an action that is to be proposed is no action
"""


class ConsortiumError(Exception):
    """Root of every error of this package."""


class SpecError(ConsortiumError):
    """A field of the network's YAML file cannot be used."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}")
        self.field, self.what = field, what


class FolderError(ConsortiumError):
    """A folder is no network, no node, or holds one already."""


class NotReady(ConsortiumError):
    """A node cannot be started as things stand."""


class NodeFailed(ConsortiumError):
    """A node did not do what it was told in time."""


class RestoreRefused(ConsortiumError):
    """Restoring would let a validator sign twice, or mix two networks."""


class ProposalMalformed(ConsortiumError):
    """What is to be proposed is not of the form that governance takes."""
