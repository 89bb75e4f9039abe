"""Whatever somebody wrote, however long and without a space, stays inside its page; what is too long to be kept is told in a sentence."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import sqlalchemy as sa

from relance.engine.db import tables
from relance.engine.definition.starters.texts import STARTERS
from relance.engine.sequences.steps.task_lists import TaskFilter
from relance.engine.store.sequences import tasks
from tests.integration.console import every_page
from tests.integration.console.campaign import ANN, BEN
from tests.integration.console.conftest import Console

LONG = "Nieprzerwanie" * 770  # 10,010 characters
PERSON = "ada@firm0.example"


def filled(console: Console, long: str) -> str:
    """An installation where everything that somebody may write is that long; returns what the cookie of a manager holds."""
    token = every_page.lived_in(console, "Ada")
    house = console.app._context
    person = next(each for each in console.app.enrollments.list(limit=1).enrollments)
    with house.database.write() as conn:
        contact = conn.execute(
            sa.select(tables.contact.c.id).where(tables.contact.c.email == person.email)
        ).scalar_one()
        tasks.add(
            conn,
            enrollment_id=person.id,
            contact_id=contact,
            step="call",
            words="Call",
            due_at=house.clock.now(),
        )
        for table, values in (
            (tables.contact, dict.fromkeys(("first_name", "last_name", "company", "title", "phone"), long)),
            (tables.contact, {"fields": {"note": long, long[:60] or "x": "y"}}),
            (tables.task, {"words": long, "assignee": long, "note": long}),
            (tables.inbound, {"subject": long, "body": long, "from_address": long}),
            (tables.message, {"subject": long}),
            (tables.user_account, {"name": long}),
            (tables.mailbox, {"name": long, "reason": long}),
            (tables.suppression, {"reason": long, "why": None}),
            (tables.suppression_reason, {"words": long, "why": None}),
            (tables.audit, {"subject": long, "after": {"note": long}}),
        ):
            conn.execute(sa.update(table).values(**values))
    if long:  # the longest name that a sequence may have
        console.app.sequences.publish(
            f"sequence: {long[:100]}\nsteps:\n  - {{id: one, subject: Hi, body: Hi}}\n"
        )
    return token


@pytest.mark.parametrize("long", [LONG, ""], ids=["long", "empty"])
def test_no_page_is_wider_than_its_screen(console, tab, long) -> None:
    here = tab(filled(console, long))
    task = console.app.tasks.page(TaskFilter()).tasks[0].id
    places = [
        *every_page.addresses(),
        f"/contacts/{quote(PERSON)}",
        f"/tasks?task={task}",
        f"/search?q={LONG[:300]}",
    ]
    places += [f"/mailboxes/{box}" for box in (ANN, BEN)]
    if long:
        places.append(f"/sequences/{LONG[:100]}")
    wide, unnamed = {}, {}
    for path in places:
        page = here.open(path)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide[f"{path} at {width}"] = page.evaluate(WIDEST)
            if found := page.evaluate(UNNAMED):
                unnamed[f"{path} at {width}"] = found
    assert list(wide) == [], str(wide)
    assert unnamed == {}, "links and buttons without a word"


def test_what_is_long_takes_the_room_of_nothing_else(console, tab) -> None:
    here = tab(every_page.lived_in(console, "Ada"))
    with console.app._context.database.write() as conn:
        of_them = sa.update(tables.contact).where(tables.contact.c.email == PERSON)
        conn.execute(
            of_them.values(
                first_name=LONG[:290],
                company=LONG[:290],
                phone="+48 22 123 45 67 wewn. 1234567890",
                fields={"note": LONG},
            )
        )
    page = here.open("/contacts")
    chips = page.evaluate("[...document.querySelectorAll('.stands')].map(each => each.offsetHeight)")
    assert max(chips) < 60, f"a sequence's name is broken letter by letter: {chips}"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page = here.open(f"/contacts/{PERSON}")
    assert page.evaluate("document.querySelector('#facts + dl').offsetHeight") < 800
    page.click("#facts + dl summary")
    assert LONG in page.inner_text("#facts + dl")


WIDEST = """[...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .slice(-3).map(each => each.outerHTML.slice(0, 160))"""
UNNAMED = """[...document.querySelectorAll('main :is(a[href], button)')].filter(each => each.checkVisibility() &&
  !each.textContent.trim() && !each.getAttribute('aria-label')).map(each => each.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/profile", {"name": LONG, "language": ""}),
        ("/suppressions", {"value": f"{LONG}@lake.example"}),
        ("/users/invite", {"email": f"{LONG}@lake.example", "role": "viewer"}),
        ("/sequence-new", {"name": LONG, "from": next(iter(STARTERS))}),
    ],
)
def test_what_is_too_long_is_told_in_a_sentence_or_kept_shortened(
    console: Console, path: str, form: dict[str, str]
) -> None:
    token = console.join("boss@sales.example")
    with console.client(token) as boss:
        answer = boss.post(path, data=form)
    assert answer.status_code in (303, 422), answer.status_code
    if answer.status_code == 422:
        assert 'class="wrong"' in answer.text or 'role="alert"' in answer.text
