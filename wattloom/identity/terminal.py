"""How commands of this room end on a user's mistake: one sentence on standard error, and code 2."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from wattloom.identity.errors import IdentityError


def fail(sentence: str) -> NoReturn:
    """Say what was wrong, and leave."""
    typer.echo(f"error: {sentence}", err=True)
    raise typer.Exit(2)


@contextmanager
def user_mistakes() -> Iterator[None]:
    """Print one of our errors to standard error and leave with code 2."""
    try:
        yield
    except IdentityError as error:
        fail(str(error))
