"""The people of a mailbox handed over to another, and a mailbox removed: first what that would do, then, if it is confirmed, done."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page
from relance.console.views.long_work import jobs
from relance.console.views.mailboxes import looking
from relance.console.visit import Visit
from relance.engine.jobs.service import JobView
from relance.engine.mailboxes.handing_over import HandOver
from relance.engine.roles import Permission
from relance.engine.store.jobs import JobState
from relance.wording import Text


def hand_over(visit: Visit) -> Response:
    """To another mailbox, in the background."""
    address, to, more = _asked(visit)
    if not _sure(visit):
        done = visit.app.mailboxes.hand_over(address, to, new_threads=more, dry_run=True)
        return looking.shown(visit, address, handing=done, written=_written(to, more))
    job = visit.app.jobs.hand_over(address, to, new_threads=more)
    return _told(visit, job, lists.stay(visit, looking.path(address)), ())


def remove(visit: Visit) -> Response:
    """With its people handed over, or held, in the background."""
    address, to, more = _asked(visit)
    if not _sure(visit):
        plan = visit.app.mailboxes.remove(
            address, force=not to, to=to or None, new_threads=more, dry_run=True
        )
        return looking.shown(visit, address, leaving=plan, written=_written(to, more))
    gone = Text("{address} is removed.", address=address)
    job = visit.app.jobs.remove_mailbox(address, to, new_threads=more)
    return _told(visit, job, "/mailboxes", (gone,), held=True)


def _asked(visit: Visit) -> tuple[str, str, bool]:
    more = visit.text("new_threads", 5) == "yes"
    return visit.text("address", 320).strip().lower(), visit.text("to", 320), more


def _sure(visit: Visit) -> bool:
    return visit.text("sure", 5) == "yes"


def _written(to: str, more: bool) -> Mapping[str, str]:
    return {"to": to, "new_threads": "yes" if more else ""}


def _told(visit: Visit, job: JobView, place: str, said: tuple[Text, ...], *, held: bool = False) -> Response:
    """What is over when it was begun is told at once; else the job's page shows how far it is."""
    if job.state is not JobState.DONE:
        return visit.go(jobs.link(job))
    done = HandOver.counted(str(job.about["mailbox"]), job.counts)
    return visit.go(place, Text.together(*said, *_counts(done, held=held)))


def _counts(done: HandOver, *, held: bool) -> list[Text]:
    moved = Text.plural("{count} person was handed over.", "{count} people were handed over.", done.moved)
    later = Text.plural(
        "{count} person in a conversation moves by themselves once a mail begins a new thread.",
        "{count} people in a conversation move by themselves once a mail begins a new thread.",
        done.later,
    )
    stays = Text.plural("{count} person stays as they are.", "{count} people stay as they are.", done.left)
    if held:
        stays = Text.plural("{count} person is held.", "{count} people are held.", done.left)
    told = [each for each, count in ((moved, done.moved), (later, done.later), (stays, done.left)) if count]
    return told if told or held else [moved]


PAGES = (
    Page("/mailboxes/hand-over", hand_over, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/remove", remove, Permission.MAILBOXES, "POST"),
)
