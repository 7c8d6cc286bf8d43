"""The one way in which a database fails us before the service runs."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from wattloom.identity.errors import IdentityError


class DatabaseUnusable(IdentityError):
    """It cannot be opened or brought up to date; passwords are left out of the sentence."""

    def __init__(self, *, url: str, reason: str) -> None:
        super().__init__(f"database {_shown(url)}: {reason}")
        self.reason = reason


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return repr(url.partition("://")[0])
