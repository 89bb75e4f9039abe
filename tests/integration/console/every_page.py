"""Every page of the console at an address where it has something to show. A new page without a row here fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from relance.console.views.contents import PAGES
from relance.engine.context import Context
from relance.engine.jobs.service import Upload
from relance.engine.states import MessageState
from relance.engine.store.sequences import enrollments
from tests import engine_house
from tests.integration.console import campaign, held_people
from tests.integration.console.campaign import NAME
from tests.integration.console.conftest import Console

OWNER = "boss@acme.example"
WAY_IN = {"/sign-in", "/welcome/{token}", "/enter/{token}"}
# Open to whoever is not signed in, and to nobody else.
_OFFER = quote(NAME, safe="")
_LIST = b"E-mail;First name\nkim@lake.example;Kim\nmia@lake.example;Mia\nnobody;Ann\n"
_MISTAKE = "sequence: Autumn\nsteps:\n  - {id: one, subject: Hi, bdy: x}\n"
PLACES: Mapping[str, Sequence[str]] = {
    **{
        page.path: [page.path]
        for page in PAGES
        if page.method == "GET" and "{" not in page.path and not page.part
    },
    "/search": ["/search?q=a"],
    "/inbox": ["/inbox?answer=1"],
    "/held": ["/held", "/held?group=value_missing"],
    "/reports": [f"/reports?sequence={_OFFER}"],
    "/import/{job}": ["/import/1", "/import/2"],
    "/jobs/{job}": ["/jobs/3"],
    "/sequences/{name:path}": [f"/sequences/{_OFFER}"],
    "/sequence-text/{name:path}": [f"/sequence-text/{_OFFER}"],
    "/sequence-preview/{name:path}": [f"/sequence-preview/{_OFFER}"],
    "/sequence-drafts/{number}/preview": ["/sequence-drafts/2/preview"],
    "/messages/{number}": ["/messages/1"],
    "/sequence-drafts/{number}": ["/sequence-drafts/1", "/sequence-drafts/2"],
    "/sequence-drafts/{number}/plan": ["/sequence-drafts/2/plan", "/sequence-drafts/3/plan"],
    "/contacts/{email:path}": ["/contacts/ada@firm0.example", "/contacts/bob@firm1.example"],
    "/mailboxes/{address:path}": ["/mailboxes/ann@sales.example"],
}


def shown() -> set[str]:
    """The paths of all pages that somebody who is signed in opens."""
    return {page.path for page in PAGES if page.method == "GET" and not page.part} - WAY_IN


def addresses() -> list[str]:
    """Where they are looked at."""
    return [each for path, places in PLACES.items() if path not in WAY_IN for each in places]


def lived_in(console: Console, name: str) -> str:
    """People in every state, an answer, held people, jobs, a draft with a mistake, one to publish and one that came second.
    Returns what the cookie of a manager holds, who goes by this name."""
    app = console.app
    campaign.play(app, 20)
    held_people.prepared(app._context, "tom@lake.example", "eve@hill.example")
    held_people.lacking(app._context, "tom@lake.example")
    held_people.unknown(app._context, "eve@hill.example")
    _mail_with_a_number(app._context)
    app.contacts.suppress("rival.example", "A competitor")
    app.jobs.check_contacts(Upload("fair.csv", _LIST))
    app.jobs.import_contacts(1)
    app.jobs.enroll(NAME, ["kim@lake.example", "nobody@lake.example"])
    token = console.join(OWNER, "manager", name)
    app.users.invite("ben@acme.example")
    user = next(each.id for each in app.users.list() if each.email == OWNER)
    app.drafts.begin(user, text=_MISTAKE)
    ahead, late = app.drafts.begin(user, NAME), app.drafts.begin(user, "Spring offer")
    app.drafts.save(user, ahead.id, ahead.text.replace("Did you have", "Have you had"))
    app.drafts.save(user, late.id, late.text.replace("Again?", "Once more?"))
    app.sequences.publish(held_people.OFFER.replace("Again?", "And now?"))
    return token


def _mail_with_a_number(house: Context) -> None:
    """A mail by the number 1: those that are sent have long ones, which nobody can name before."""
    with house.database.read() as conn:
        [row] = enrollments.by_ids(conn, [1])
    raw = (
        b"Subject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
        b'--b\r\nContent-Type: text/html\r\n\r\n<p style="color:#777">Hello</p>\r\n--b--\r\n'
    )
    engine_house.add_message(house, replace(row, step="later"), MessageState.ACCEPTED, id=1, raw=raw)
