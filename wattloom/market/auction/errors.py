"""What keeps a community from trading by auction."""


class CannotAuction(Exception):
    """A market cannot be opened for a community; the sentence says why and what would help."""
