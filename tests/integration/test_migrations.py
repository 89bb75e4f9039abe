"""The migrations lead exactly to the tables, on both databases, from nothing and again from there."""

from __future__ import annotations

import datetime as dt
import importlib
import re
import warnings
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import relance.engine
from relance.engine.db import columns, migrate, tables
from relance.engine.db.database import Database
from relance.engine.db.tables import contact, event, inbound
from relance.engine.event_log import old_names
from relance.engine.store import events

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def drift(conn: sa.Connection) -> list[object]:
    """How the schema differs from `tables`."""
    compared = MigrationContext.configure(conn, opts={"include_object": is_checked})
    with warnings.catch_warnings():
        # SQLite does not tell the expression of an index; those are compared on PostgreSQL alone.
        warnings.filterwarnings("ignore", ".*expression-based index")
        found = compare_metadata(compared, tables.with_indexes())
    return [*found, *(each for each in foreign_keys(conn) if each in columns.UNCHECKED)]


def is_checked(_: object, name: str | None, kind: str, *__: object) -> bool:
    """SQLite has foreign keys that PostgreSQL does without."""
    return kind != "foreign_key_constraint" or name not in columns.UNCHECKED


def foreign_keys(conn: sa.Connection) -> list[str | None]:
    if conn.dialect.name != "postgresql":
        return []
    look = sa.inspect(conn)
    return [key["name"] for name in columns.LIGHT_ROWS for key in look.get_foreign_keys(name)]


def test_the_migrations_lead_to_exactly_the_tables(database_url: str) -> None:
    database = Database(database_url)
    assert migrate.state(database).current is None
    after = migrate.upgrade(database)
    assert after.ready
    assert migrate.upgrade(database) == after
    with database.read() as conn:
        assert drift(conn) == []
    migrate.require(database)
    database.close()


@pytest.mark.parametrize(
    ("state", "reason", "trouble", "locked_out"),
    [
        ("paused", "the password was refused", "the password was refused", True),
        ("paused", "on holiday", "the password was refused", False),
        ("paused", "", "", False),
        ("active", "no way in", "no way in", False),
    ],
)
def test_who_was_locked_out_by_a_release_before_stays_so(
    database_url: str, state: str, reason: str, trouble: str, locked_out: bool
) -> None:
    """0014: what two sentences that were alike said stands in a column."""
    database = Database(database_url)
    upgrade_to(database, "0013")
    values = {"state": state, "reason": reason, "sync_error": trouble}
    place = {f"{each}_{key}": value for each in ("smtp", "imap") for key, value in PLACE.items()}
    row = {"address": "ada@b.example", "username": "ada", "secret": b"", "created_at": NOW, **place, **values}
    box = sa.table("mailbox", *(sa.column(name) for name in row))
    with database.write() as conn:
        conn.execute(sa.insert(box).values(row))
    migrate.upgrade(database)
    with database.read() as conn:
        assert (
            conn.execute(sa.select(sa.column("locked_out", sa.Boolean)).select_from(box)).scalar()
            is locked_out
        )
    database.close()


def test_events_of_a_release_before_get_their_kinds_once(database_url: str) -> None:
    """0018: what the old name said beside the kind is data; what an old process writes later is read all the same."""
    database = Database(database_url)
    upgrade_to(database, "0017")
    stored = [*old_names.NOW, "something of somebody's own"]
    rows = [{"at": NOW, "kind": kind, "step": "", "data": {"reason": kind}} for kind in stored]
    with database.write() as conn:
        conn.execute(sa.insert(event), rows)
    migrate.upgrade(database)
    with database.write() as conn:
        conn.execute(sa.insert(event), rows)
    with database.read() as conn:
        lines = list(conn.execute(sa.select(event.c.kind, event.c.data).order_by(event.c.id)))
        read = [(line.kind, line.data) for line in events.after(conn, 0, 1000)]
    first, second = lines[: len(rows)], read[len(rows) :]
    assert [(line.kind, line.data) for line in first] == [
        old_names.read(each, {"reason": each}) for each in stored
    ]
    assert second == read[: len(rows)]
    assert not {line.kind for line in first} & set(old_names.NOW)
    database.close()


def test_a_match_of_the_first_schema_is_read_out_of_its_sentence_once(database_url: str) -> None:
    """0025: how certainly a mail is somebody's."""
    database = Database(database_url)
    upgrade_to(database, "0024")
    sentences = {
        "a colleague's address and our subject": "",
        "the mail it answers": "",
        "a colleague": "certain",
    }
    box = {"address": "ada@b.example", "username": "ada", "secret": b"", "created_at": NOW}
    box |= {f"{each}_{key}": value for each in ("smtp", "imap") for key, value in PLACE.items()}
    with database.write() as conn:
        conn.execute(sa.insert(sa.table("mailbox", *map(sa.column, box))).values(box))
        for number, (by, match) in enumerate(sentences.items()):
            own = {"dedupe": by, "uid": number, "matched_by": by, "match": match}
            mail = {"mailbox_id": 1, "folder": "INBOX", "uidvalidity": 1, "kind": "human", "rule": "", **own}
            times = {"received_at": NOW, "judged_at": NOW}
            conn.execute(sa.insert(inbound).values(**mail, **times, judgement={}))
    migrate.upgrade(database)
    with database.read() as conn:
        found = conn.execute(sa.select(inbound.c.match).order_by(inbound.c.id)).scalars().all()
    assert found == ["soft", "certain", "certain"]
    database.close()


def test_numbers_of_rows_that_were_deleted_are_never_given_again(database_url: str) -> None:
    """0039: SQLite gave the number of the last row to the next one. The rows stay what they were, with all that is asked of them."""
    database = Database(database_url)
    upgrade_to(database, "0038")
    user = {"email": "ada@b.example", "role": "manager", "created_at": NOW}
    draft = sa.table("sequence_draft", *map(sa.column, ("id", "user_account_id", "begun_at", "text")))
    with database.write() as conn:
        conn.execute(sa.insert(sa.table("user_account", *map(sa.column, user))).values(user))
        for words in ("kept", "dropped before"):
            conn.execute(sa.insert(draft).values(user_account_id=1, begun_at=NOW, text=words))
        conn.execute(sa.delete(draft).where(draft.c.text == "dropped before"))
    migrate.upgrade(database)
    with database.write() as conn:
        assert drift(conn) == []
        assert conn.execute(sa.select(draft.c.id, draft.c.text)).all() == [(1, "kept")]
        given = {1, 2}
        for _ in range(3):
            added = sa.insert(draft).values(user_account_id=1, begun_at=NOW, text="").returning(draft.c.id)
            number = conn.execute(added).scalar_one()
            assert number not in given
            given.add(number)
            conn.execute(sa.delete(draft).where(draft.c.id == number))
    database.close()


def test_who_is_in_a_sequence_already_is_marked_so(database_url: str) -> None:
    """0041: with when they joined their first one."""
    database = Database(database_url)
    upgrade_to(database, "0040")
    box = {"address": "ada@b.example", "username": "ada", "secret": b"", "created_at": NOW}
    box |= {f"{each}_{key}": value for each in ("smtp", "imap") for key, value in PLACE.items()}
    version = {"sequence_id": 1, "number": 1, "digest": "", "definition": {}, "published_at": NOW}
    times = {"created_at": NOW, "updated_at": NOW}
    stands = {"sequence_version_id": 1, "contact_id": 1, "mailbox_id": 1, "state": "finished", "bound": []}
    with database.write() as conn:
        conn.execute(sa.insert(sa.table("mailbox", *map(sa.column, box))).values(box))
        for name in ("One", "Two"):
            conn.execute(sa.insert(tables.sequence).values(name=name, created_at=NOW))
        conn.execute(sa.insert(tables.sequence_version).values(version))
        for email in ("in@b.example", "alone@b.example"):
            conn.execute(sa.insert(people).values(email=email, original=email, fields={}, **times))
        for number, days in ((1, 1), (2, 0)):
            at = NOW + dt.timedelta(days=days)
            own = {"sequence_id": number, "stepped_at": at, "created_at": at}
            conn.execute(sa.insert(tables.enrollment).values(**stands, **own))
    migrate.upgrade(database)
    with database.read() as conn:
        found = conn.execute(sa.select(contact.c.email, contact.c.enrolled_at).order_by(contact.c.id)).all()
    assert found == [("in@b.example", NOW), ("alone@b.example", None)]
    database.close()


def test_people_of_before_are_found_by_letters_without_marks(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0048: some at a time; who is ASCII needs nothing beside the name."""
    script = importlib.import_module("relance.engine.db.migrations.versions.0048_plain_letters")
    monkeypatch.setattr(script, "_AT_ONCE", 2)
    database = Database(database_url)
    upgrade_to(database, "0047")
    names = ["Wójcik", "Smith", "Sokół", "Groß", "Jones", "Łoś"]
    with database.write() as conn:
        for number, name in enumerate(names):
            who = {"email": f"p{number}@b.example", "original": "", "last_name": name, "fields": {}}
            conn.execute(sa.insert(people).values(**who, created_at=NOW, updated_at=NOW))
    migrate.upgrade(database)
    with database.read() as conn:
        found = conn.execute(sa.select(contact.c.last_name_plain).order_by(contact.c.id)).scalars().all()
    assert found == ["wojcik", None, "sokol", "gross", None, "los"]
    database.close()


LATER = {"enrolled_at", "first_name_plain", "last_name_plain", "company_plain"}
people = sa.table(
    "contact", *(sa.column(each.name, each.type) for each in contact.c if each.name not in LATER)
)
# As releases before know it.


def test_every_table_whose_rows_are_deleted_gives_its_numbers_once(migrated_sqlite_url: str) -> None:
    """What the engine deletes from is read off its source."""
    source = "\n".join(each.read_text("utf-8") for each in Path(relance.engine.__path__[0]).rglob("*.py"))
    deleted = set(re.findall(r"sa\.delete\((\w+)\)", source)) & set(columns.metadata.tables)
    assert {"sequence_draft", "user_session", "withheld"} <= deleted
    database = Database(migrated_sqlite_url)
    with database.read() as conn:
        made = dict(conn.execute(sa.text("select name, sql from sqlite_master where type = 'table'")).all())
    database.close()
    for name in deleted:
        table = columns.metadata.tables[name]
        if table.autoincrement_column is not None:
            assert "AUTOINCREMENT" in made[name], name
            assert table.info.get("numbers") == "given once", name


PLACE = {"host": "localhost", "port": 1, "security": "plain"}


def upgrade_to(database: Database, revision: str) -> None:
    """The schema of an earlier release."""
    config = migrate._config()
    with database.write() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
