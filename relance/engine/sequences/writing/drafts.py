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


@dataclasses.dataclass(frozen=True)
class MadeFrom:
    """What somebody saw when they changed a draft: its `edition`. A page that is shown has a name of its own (`page`) and counts its
    saves: it need not wait for the answer to one before it sends the next, and they may come in another order."""

    edition: str
    page: str = ""
    save: int = 0


class Stale(errors.WrongUse):
    """The draft was changed since, from another page; nothing was done. `draft` is how it stands."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(
            Text("This draft has been changed in another tab or window since you opened it here.")
        )


def begin(
    context: Context, user: int, name: str = "", text: str = "", begun_from: BegunFrom | None = None
) -> Draft:
    """A user's draft of a sequence: the one they have changed, else one of its latest version. Without a name, a new one of `text`,
    which may go on from a version."""
    with context.database.write() as conn:
        if not name:
            return _added(conn, context, user, text, begun_from or BegunFrom())
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


def save(
    context: Context,
    user: int,
    number: int,
    text: str,
    begun_from: BegunFrom | None = None,
    made_from: MadeFrom | None = None,
) -> Draft:
    """Keep the text as it is now; with `begun_from`, it goes on from there. Raises `errors.NotFound`, and `Stale` where somebody saved
    another text than the one that this was made from. Without `made_from` whatever is there is replaced."""
    with context.database.write() as conn:
        before = _get(conn, user, number, lock=True)
        wanted = {"text": files.bounded(text), **(dataclasses.asdict(begun_from) if begun_from else {})}
        if made_from is not None and _late(before, made_from):
            return before
        changed = {key: value for key, value in wanted.items() if value != getattr(before, key)}
        if made_from is not None and changed:
            _refuse_stale(before, made_from)
        if changed:
            changed |= {"version": before.version + 1, "saved_at": context.clock.now()}
        if made_from is not None and made_from.page and (changed or made_from.page == before.page):
            changed |= {"page": made_from.page, "page_save": made_from.save}
        if changed:
            drafts.change(conn, number, **changed)
        return _get(conn, user, number)


def _late(before: Draft, made_from: MadeFrom) -> bool:
    """Whether a later save of the same page came first. Pure."""
    return bool(made_from.page) and made_from.page == before.page and made_from.save < before.page_save


def _refuse_stale(before: Draft, made_from: MadeFrom) -> None:
    own = bool(made_from.page) and made_from.page == before.page
    if not own and made_from.edition != before.edition:
        raise Stale(before)


def drop(context: Context, user: int, number: int, made_from: MadeFrom | None = None) -> None:
    """It is thrown away, or was published. Raises `Stale` where it says something else than was seen."""
    with context.database.write() as conn:
        before = drafts.get(conn, user, number, lock=True)
        if before is not None and made_from is not None:
            _refuse_stale(before, made_from)
        drafts.drop(conn, user, number)


def others(context: Context, user: int, name: str) -> list[DraftWriter]:
    """Who else is changing the text of this sequence."""
    with context.database.read() as conn:
        return drafts.writers(conn, user, name) if name else []


def _get(conn: Connection, user: int, number: int, *, lock: bool = False) -> Draft:
    found = drafts.get(conn, user, number, lock=lock)
    if found is None:
        raise errors.NotFound(Text("You have no such draft. It may have been published or deleted."))
    return found
