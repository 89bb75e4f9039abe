"""Texts of sequences under way: begun from what is published or anew, kept for whoever writes them until they publish or drop them."""

from __future__ import annotations

import dataclasses

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.definition.reading import files
from relance.engine.sequences import publish
from relance.engine.store.users import drafts
from relance.engine.store.users.drafts import Draft, DraftWriter
from relance.wording import Text

MAX_DRAFTS = 200  # of one user


@dataclasses.dataclass(frozen=True)
class BegunFrom:
    """The sequence, the version (0: none) and the `publish.text_digest` of its text (empty: not known) that a draft goes on from."""

    name: str = ""
    base: int = 0
    digest: str = ""


def begin(context: Context, user: int, name: str = "", text: str = "") -> Draft:
    """A user's draft of a sequence: the one they have changed, else one of its latest version. Without a name, a new one of `text`."""
    with context.database.write() as conn:
        if not name:
            return _added(conn, context, user, text, BegunFrom())
        latest = publish.versions_of(conn, name)[0]
        mine = [each for each in drafts.list_all(conn, user) if each.name == name]
        begun = next((each for each in mine if each.saved_at is not None), None)
        if begun is not None:
            return begun
        for each in mine:
            drafts.drop(conn, user, each.id)
        now = publish.as_written(conn, latest)
        return _added(conn, context, user, now, BegunFrom(name, latest.number, publish.text_digest(now)))


def _added(conn: Connection, context: Context, user: int, text: str, begun_from: BegunFrom) -> Draft:
    if len(drafts.list_all(conn, user)) >= MAX_DRAFTS:
        raise errors.WrongUse(Text("You have too many drafts: delete some of them first."))
    number = drafts.add(
        conn, user, context.clock.now(), text=files.bounded(text), **dataclasses.asdict(begun_from)
    )
    return _get(conn, user, number)


def show(context: Context, user: int, number: int) -> Draft:
    """One of a user's; raises `errors.NotFound`."""
    with context.database.read() as conn:
        return _get(conn, user, number)


def list_all(context: Context, user: int) -> list[Draft]:
    """What a user has written and not published, the newest change first; what says no more than it was begun from is left out."""
    with context.database.read() as conn:
        return [each for each in drafts.list_all(conn, user) if each.saved_at is not None or not each.name]


def save(context: Context, user: int, number: int, text: str, begun_from: BegunFrom | None = None) -> Draft:
    """Keep the text as it is now; with `begun_from`, it goes on from there. Raises `errors.NotFound`."""
    with context.database.write() as conn:
        before = _get(conn, user, number)
        wanted = {"text": files.bounded(text), **(dataclasses.asdict(begun_from) if begun_from else {})}
        changed = {key: value for key, value in wanted.items() if value != getattr(before, key)}
        if changed:
            drafts.change(conn, number, **changed, saved_at=context.clock.now())
        return _get(conn, user, number)


def drop(context: Context, user: int, number: int) -> None:
    """It is thrown away, or was published."""
    with context.database.write() as conn:
        drafts.drop(conn, user, number)


def others(context: Context, user: int, name: str) -> list[DraftWriter]:
    """Who else is changing the text of this sequence."""
    with context.database.read() as conn:
        return drafts.writers(conn, user, name) if name else []


def _get(conn: Connection, user: int, number: int) -> Draft:
    found = drafts.get(conn, user, number)
    if found is None:
        raise errors.NotFound(Text("You have no such draft. It may have been published or deleted."))
    return found
