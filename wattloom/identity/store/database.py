"""The database behind the service: open, migrate, read, write."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from wattloom.identity.store import schema
from wattloom.identity.store.errors import DatabaseUnusable

MIGRATIONS: Final = Path(__file__).parent / "migrations"
DRIVERS: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
"""URL scheme to the dialect and driver that we test with."""

_WRITER: Final = "writer"
_BUSY_S: Final = 30


class Database:
    """One database, which several processes of a service may share.

    Parameters
    ----------
    url : `sqlite:///path` or `postgresql://user@host/name`; PostgreSQL's password comes from its usual
        places (PGPASSFILE, PGPASSWORD) and need not stand in it
    """

    def __init__(self, url: str) -> None:
        self.url: Final = _normal(url)
        self._turn = Lock()  # SQLite's own waiting sleeps, for up to a tenth of a second at a time
        self._engine = self._open("BEGIN")
        self._writer = self._open("BEGIN IMMEDIATE") if self._is_sqlite else self._engine

    @property
    def _is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def migrate(self) -> None:
        """Bring the tables to what this software knows; raise `DatabaseUnusable` where that cannot be."""
        try:
            with self._writer.begin() as connection:
                command.upgrade(self.alembic_config(connection), "head")
                known = connection.execute(select(schema.settings.c.name)).scalars().all()
                if _WRITER not in known:
                    connection.execute(insert(schema.settings).values(name=_WRITER, value=b""))
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise DatabaseUnusable(url=self.url, reason=_first_line(error)) from error

    @staticmethod
    def alembic_config(connection: Connection) -> Config:
        """Return Alembic's configuration for this connection."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        return config

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give one transaction for reading."""
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the one transaction that writes at a time, whatever process it is of; durable when it ends."""
        with self._turn, self._writer.begin() as connection:
            if not self._is_sqlite:
                lock = select(schema.settings.c.name).where(schema.settings.c.name == _WRITER)
                connection.execute(lock.with_for_update())
            yield connection

    def close(self) -> None:
        """Let every connection go."""
        self._engine.dispose()
        self._writer.dispose()

    def _open(self, begin: str) -> Engine:
        try:
            engine = create_engine(self.url, pool_pre_ping=not self._is_sqlite)
        except (ArgumentError, NoSuchModuleError) as error:
            raise DatabaseUnusable(url=self.url, reason=_first_line(error)) from error
        if self._is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine


def _normal(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in DRIVERS:
        raise DatabaseUnusable(url=url, reason="write sqlite:///PATH or postgresql://USER@HOST/NAME")
    return f"{DRIVERS[scheme]}://{rest}"


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    """Let SQLAlchemy begin transactions, and make a commit durable."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={_BUSY_S * 1000}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().partition("\n")[0]
