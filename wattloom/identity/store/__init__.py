"""What the identity service remembers: SQLite in one file by default, PostgreSQL in production."""

from wattloom.identity.store.database import Database

__all__ = ["Database"]
