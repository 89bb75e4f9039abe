"""The mailboxes: how each stands; one of them, paused, resumed and tried out."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from relance.console.pages import Page, Rail
from relance.console.visit import Visit
from relance.engine.mailboxes.service import MailboxTest
from relance.engine.reporting import codes
from relance.engine.reporting.status import MailboxLine
from relance.engine.roles import Permission
from relance.wording import N_, Text

BACK_SECONDS = 25.0
# How long a mail that a mailbox sends to itself is waited for, while a page waits.


def index(visit: Visit) -> Response:
    """All that the viewer may see."""
    found = [each for each in visit.app.mailboxes.list() if each.state != "removed"]
    owners = visit.app.mailboxes.owners() if visit.me.may(Permission.MAILBOXES) else {}
    return visit.show(
        "mailboxes.html",
        rows=found,
        lines=_lines(visit),
        owners=owners,
        path=path,
        codes=codes.text,
        can_change=visit.me.may(Permission.MAILBOXES),
    )


def show(visit: Visit) -> Response:
    """One of them."""
    return shown(visit, visit.path["address"])


def shown(visit: Visit, address: str, test: MailboxTest | None = None) -> Response:
    """The page of one of them; with what came of a test, where there was one."""
    mailbox = visit.app.mailboxes.show(address)
    return visit.show(
        "mailbox.html",
        mailbox=mailbox,
        line=_lines(visit).get(mailbox.address),
        codes=codes.text,
        test=test,
        can_change=visit.me.may(Permission.MAILBOXES),
    )


def _lines(visit: Visit) -> dict[str, MailboxLine]:
    """Their numbers, as they were a few seconds ago; no more than the viewer's list is looked up in it."""
    return {each.address: each for each in visit.site.watch.status(visit.language).mailboxes}


def pause(visit: Visit) -> Response:
    """Nothing leaves from it; it is still read."""
    address = visit.text("address", 320)
    visit.app.mailboxes.pause(address, visit.text("reason", 300))
    return visit.go(path(address), Text("Mailbox {address} is paused.", address=address))


def resume(visit: Visit) -> Response:
    """It sends again."""
    address = visit.text("address", 320)
    visit.app.mailboxes.resume(address)
    return visit.go(path(address), Text("{address} sends again.", address=address))


def test(visit: Visit) -> Response:
    """Signs in to both servers; with `probe`, a mail from the mailbox to itself, too."""
    address = visit.text("address", 320)
    probe = visit.text("probe", 5) == "yes"
    return shown(visit, address, visit.app.mailboxes.test(address, probe=probe, wait_seconds=BACK_SECONDS))


def path(address: str) -> str:
    """Where a mailbox's page is."""
    return f"/mailboxes/{quote(address)}"


PAGES = (
    Page(
        "/mailboxes",
        index,
        Permission.LOOK,
        rail=Rail(N_("Mailboxes"), "mail", 70, count="mailboxes"),
    ),
    Page("/mailboxes/pause", pause, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/resume", resume, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/test", test, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/{address:path}", show, Permission.LOOK),
)
