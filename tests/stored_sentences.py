"""Nothing that is stored is a sentence in the language of the process that stored it.

Rows hold codes with parameters, or Texts; their sentences are made where they are shown. Where a process speaks keys
(`tests.reworded`), a key in a database is a sentence that was made too early: in a run of keys every database that a test leaves
is read, and `integration/engine/test_stored_sentences.py` plays some worlds so in every run. What is stored for the release
before this one, which decided by sentences, is English whatever is spoken (`wording.as_in_the_source`), and so holds no key. The
line above the quote in a person's own reply is mail as it leaves, and stays in the language it was written in.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.inbound.answering import writing
from relance.engine.store.sending import messages
from relance.wording import catalogue
from tests.keyed.keys_for_sentences import Keys

KEY = re.compile(r"key-[0-9a-f]{8}")


@contextmanager
def keys_in_place_of(language: str) -> Iterator[None]:
    """This process has a key for every sentence where it would speak this language."""
    known, keys = catalogue.of, Keys()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(catalogue, "of", lambda spoken: keys if spoken == language else known(spoken))
        yield


def of_item(item: pytest.Item) -> list[str]:
    """What stands in the databases that a test was given, or made in its folder."""
    given = getattr(item, "funcargs", {})
    urls = {
        url for name, url in given.items() if name.endswith("_url") and isinstance(url, str) and "sql" in url
    }
    folder = given.get("tmp_path")
    if isinstance(folder, Path):
        urls |= {f"sqlite:///{path}" for path in folder.rglob("relance.db")}
    return sorted(found for url in urls if _is_there(url) for found in of_database(url))


def of_database(url: str) -> list[str]:
    """Every sentence in a database, each once a place: "event.data.words: key-0123abcd". On a full or read-only disk a file is
    read as it is, without its log, which nothing can be written beside. A damaged file holds nothing that can be read."""
    try:
        return _read(url)
    except sa.exc.OperationalError:
        if not url.startswith("sqlite"):
            raise
        return _read(f"sqlite:///file:{url.removeprefix('sqlite:///')}?immutable=1&uri=true")
    except sa.exc.DatabaseError as error:
        if not isinstance(error.orig, sqlite3.DatabaseError):
            raise
        return []


def _read(url: str) -> list[str]:
    engine = sa.create_engine(url)
    try:
        with engine.connect() as conn:
            return sorted({f"{place}: {said}" for place, said in _of_rows(conn) if KEY.search(said)})
    finally:
        engine.dispose()


def _is_there(url: str) -> bool:
    return not url.startswith("sqlite") or Path(url.removeprefix("sqlite:///")).is_file()


def _of_rows(conn: Connection) -> Iterator[tuple[str, str]]:
    for table in sorted(sa.inspect(conn).get_table_names()):
        for row in conn.execute(sa.text(f'select * from "{table}"')).mappings():
            for column, value in (_as_written(row) if table == "message" else row).items():
                yield from texts(value, f"{table}.{column}")


def _as_written(mail: Mapping[str, Any]) -> Mapping[str, Any]:
    """A mail without the quote below a person's own reply: the line above it is ours, in the language of their conversation."""
    if not messages.is_reply(mail["step"]):
        return mail
    return {**mail, "body": writing.without_quote(mail["body"])}


def texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Every text in a value with its place, those in JSON by their names."""
    if isinstance(value, str):
        inside = _json(value)
        if inside is None:
            yield place, value
        else:
            yield from texts(inside, place)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from texts(each, f"{place}.{name}")
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each, f"{place}[]")


def _json(value: str) -> object | None:
    try:
        found: object = json.loads(value) if value[:1] in "{[" else None
    except ValueError:
        return None
    return found
