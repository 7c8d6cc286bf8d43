import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from wattloom.identity.store import Database
from wattloom.identity.store.errors import DatabaseUnusable
from wattloom.identity.store.schema import metadata, settings


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'identity.db'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def database(url):
    database = Database(url)
    database.migrate()
    yield database
    database.close()


def test_migrating_makes_the_tables_that_the_code_knows(database):
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_keeps_what_is_there(database):
    with database.writing() as connection:
        connection.execute(insert(settings).values(name="kept", value=b"1"))
    database.migrate()
    with database.reading() as connection:
        kept = select(settings.c.value).where(settings.c.name == "kept")
        assert connection.execute(kept).scalar_one() == b"1"


def test_a_failed_write_leaves_nothing(database):
    def fail():
        with database.writing() as connection:
            connection.execute(insert(settings).values(name="gone", value=b"1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as connection:
        assert connection.execute(select(settings).where(settings.c.name == "gone")).all() == []


def test_one_writes_at_a_time_and_each_sees_what_those_before_wrote(url, database):
    others = [Database(url) for _ in range(4)]

    def count_up(mine):
        for _ in range(5):
            with mine.writing() as connection:
                asked = select(settings.c.value).where(settings.c.name == "count")
                before = int(connection.execute(asked).scalar_one_or_none() or b"0")
                connection.execute(settings.delete().where(settings.c.name == "count"))
                connection.execute(insert(settings).values(name="count", value=str(before + 1).encode()))

    threads = [threading.Thread(target=count_up, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()
    with database.reading() as connection:
        counted = select(settings.c.value).where(settings.c.name == "count")
        assert connection.execute(counted).scalar_one() == b"20"


def test_what_was_committed_is_there_for_the_next_process(url, database):
    with database.writing() as connection:
        connection.execute(insert(settings).values(name="kept", value=b"1"))
    later = Database(url)
    with later.reading() as connection:
        assert "kept" in connection.execute(select(settings.c.name)).scalars().all()
    later.close()


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("mysql://root@localhost/x", "write sqlite:///PATH or postgresql://"),
        ("nothing", "write sqlite:///PATH"),
        ("sqlite:////nowhere/at/all/identity.db", "unable to open"),
        ("postgresql://u:secret@127.0.0.1:1/x", "127.0.0.1"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(url, match):
    with pytest.raises(DatabaseUnusable, match=match) as refusal:
        Database(url).migrate()
    assert "secret" not in str(refusal.value)
