"""The inbox as people work through it: page by page, counted, marked as read, one mail laid open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from relance.engine.context import Context
from relance.engine.inbound.corrections import inbox
from relance.engine.inbound.corrections.inbox import AnswerView
from relance.engine.store import cursor, done_by
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import ReplyFilter
from relance.mailbox.classification import quoting
from relance.mailbox.parsing import message, opened
from relance.mailbox.parsing.opened import OpenedMail

MAX_PAGE = 10_000
_CURSOR = "i"


@dataclass(frozen=True)
class AnswerPage:
    """Some answers, the newest first, and the cursor of the next page; empty where this is the last."""

    answers: tuple[AnswerView, ...]
    cursor: str


@dataclass(frozen=True)
class InboxCounts:
    """How many answers fit, by kind (what a person said of them, else the rules) and, of those that say, by intent."""

    total: int
    kinds: Mapping[str, int]
    intents: Mapping[str, int]


@dataclass(frozen=True)
class AnswerDetail:
    """One answer: its writer's own words are `answer.body`; `rest` is what else stood in it: quotes, our text, the signature.
    `opened` is the whole mail; None where it is no longer kept. `decider` is how people call who decided about it, where that is known."""

    answer: AnswerView
    rest: str
    opened: OpenedMail | None
    decider: str = ""


def page(
    context: Context, wanted: ReplyFilter | None = None, *, after: str = "", limit: int = 100
) -> AnswerPage:
    """A page of what came in, the newest first. Raises `errors.Invalid`, `errors.NotFound`, `errors.WrongUse` for a cursor
    that is none of this list."""
    behind = cursor.read(_CURSOR, after)
    size = max(1, min(limit, MAX_PAGE))
    with context.database.read() as conn:
        meant = inbox.understood(conn, context, wanted or ReplyFilter())
        before = inbox.place(conn, behind[0]) if behind else None
        found = replies.page(conn, meant, before=before, limit=size + 1)
    more = len(found) > size
    here = tuple(inbox.view(each) for each in found[:size])
    return AnswerPage(here, cursor.written(_CURSOR, here[-1].id) if more else cursor.BEGINNING)


def counts(context: Context, wanted: ReplyFilter | None = None) -> InboxCounts:
    """How many answers fit, by kind and intent; what there is none of is left out."""
    with context.database.read() as conn:
        found = replies.counts(conn, inbox.understood(conn, context, wanted or ReplyFilter()))
    kinds, intents = Counter[str](), Counter[str]()
    for kind, intent, number in found:
        kinds[kind] += number
        if intent is not None:
            intents[intent] += number
    return InboxCounts(kinds.total(), dict(kinds.most_common()), dict(intents.most_common()))


def mark(context: Context, numbers: Collection[int], *, read: bool = True) -> tuple[int, ...]:
    """Mark answers as read, by who acts now, or as not read; returns the numbers of those that were not so before."""
    with context.database.write() as conn:
        at, by = (context.clock.now(), inbox.reader(conn)) if read else (None, None)
        return tuple(replies.mark(conn, numbers, at, by))


def detail(context: Context, number: int) -> AnswerDetail:
    """One answer laid open. Raises `errors.NotFound`."""
    with context.database.read() as conn:
        answer = inbox.view(inbox.get(conn, number))
        kept = replies.kept(conn, number)
        decider = str(done_by.named(conn, answer.decided_by)) if answer.decided_by else ""
    if kept is None or not kept.raw:
        return AnswerDetail(answer, "", None, decider)
    whole = message.read(kept.raw, size=kept.answer.size)
    return AnswerDetail(answer, quoting.rest(whole.text, answer.body), opened.read(kept.raw), decider)
