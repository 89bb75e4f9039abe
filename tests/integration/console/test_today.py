"""Today and its numbers, on both databases; and what stands around every page."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
import sqlalchemy as sa

from relance import wording
from relance.console import navigation
from relance.engine.contacts import service as contact_service
from relance.engine.db.tables import enrollment, mailbox, message, user_account
from relance.engine.reporting import status as reporting
from relance.engine.reporting import today
from relance.engine.reporting.concerns import InstallationFacts, MailboxFacts, concerns
from relance.engine.reporting.today import NewsKind
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.users import sign_in
from relance.tracking.links import Links
from relance.tracking.tokens import Signer
from tests import engine_house
from tests.reading import KIM, MIA, enrolled, hear, letter, wrote
from tests.reworded import in_english

NOON = dt.datetime(2026, 3, 2, 11, 0, tzinfo=dt.UTC)  # in Warsaw


@pytest.fixture
def house(migrated_url, tmp_path):
    with engine_house.build(migrated_url, tmp_path, NOON) as found:
        yield found


def test_a_new_workspace_has_nothing(house):
    assert today.waiting(house) == today.Waiting(0, 0, 0)
    found = today.day(house)
    assert (found.sent, found.planned, len(found.hours), found.most_a_day) == (0, 0, 24, None)
    assert not any(vars(today.beginning(house)).values())
    reached = Links("https://t.acme.example", Signer({1: engine_house.SECRET}, 1))
    assert today.beginning(dataclasses.replace(house, links=reached)).address


def test_mails_are_counted_in_the_hour_they_left_or_fall_due(house):
    enrolled(house, KIM, MIA)
    mail = wrote(house, KIM)
    with house.database.write() as conn:
        at = dt.datetime(2026, 3, 2, 8, 30, tzinfo=dt.UTC)
        conn.execute(sa.update(message).where(message.c.id == mail.id).values(transmitting_at=at))
        conn.execute(sa.update(enrollment).values(due_at=NOON + dt.timedelta(hours=2, minutes=5)))
    found = today.day(house)
    assert [(each.at.hour, each.sent, each.planned) for each in found.hours if each.sent or each.planned] == [
        (8, 1, 0),
        (13, 0, 2),
    ]
    assert (found.hours[0].at, found.sent, found.planned) == (
        dt.datetime(2026, 3, 1, 23, tzinfo=dt.UTC),
        1,
        2,
    )


def test_what_is_late_is_planned_for_this_hour_and_tomorrow_is_not_today(house):
    enrolled(house, KIM, MIA)
    with house.database.write() as conn:
        conn.execute(
            sa.update(enrollment).where(enrollment.c.id == 1).values(due_at=NOON - dt.timedelta(days=3))
        )
        conn.execute(
            sa.update(enrollment).where(enrollment.c.id == 2).values(due_at=NOON + dt.timedelta(hours=12))
        )
    assert [(each.at.hour, each.planned) for each in today.day(house).hours if each.planned] == [(11, 1)]


@pytest.mark.parametrize(("day", "hours"), [(dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25)])
def test_a_day_on_which_clocks_change_has_its_own_hours(house, day, hours):
    engine_house.clock(house).move_to(dt.datetime.combine(day, dt.time(12), dt.UTC))
    assert len(today.day(house).hours) == hours


def test_what_mailboxes_can_send_is_bound_by_gap_and_cap(house):
    engine_house.add_mailbox(house, "a@sales.example", daily_cap=50, gap_seconds=120)
    engine_house.add_mailbox(house, "b@sales.example", daily_cap=10, gap_seconds=60)
    engine_house.add_mailbox(house, "c@sales.example", daily_cap=99, gap_seconds=60, state="paused")
    assert (today.day(house).most_an_hour, today.day(house).most_a_day) == (40, 60)
    engine_house.add_mailbox(house, "d@sales.example", daily_cap=None, gap_seconds=0)
    assert (today.day(house).most_an_hour, today.day(house).most_a_day) == (None, None)


def test_what_happened_is_counted_since_a_time(house):
    enrolled(house, KIM)
    wrote(house, KIM)
    assert hear(house, letter(KIM)) == 1
    assert today.news(house, NOON - dt.timedelta(seconds=1)) == {NewsKind.ANSWERED: 1}
    assert today.news(house, NOON) == {}
    assert today.waiting(house).unread == 1


def test_who_was_stopped_by_a_person_did_not_ask_for_no_more_mail(house):
    before = NOON - dt.timedelta(seconds=1)
    enrolled(house, KIM, MIA)
    contact_service.suppress(house, "lake.example", "a competitor")
    assert today.news(house, before) == {NewsKind.SUPPRESSED: len({KIM, MIA})}


def test_who_asked_by_mail_for_no_more_did(house):
    enrolled(house, KIM)
    wrote(house, KIM)
    assert hear(house, letter(KIM, text="Please remove me from your list.")) == 1
    assert today.news(house, NOON - dt.timedelta(seconds=1)) == {NewsKind.ANSWERED: 1, NewsKind.OPTED_OUT: 1}


def test_the_time_that_the_news_is_of_is_called_what_it_is(console, monkeypatch):
    ada = console.join("ada@acme.example")

    def heading(after):
        later = sign_in.machine_now() + after
        monkeypatch.setattr(sign_in, "machine_now", lambda: later)
        with console.client(ada) as client:
            return re.search(r'<h2 id="news">([^<]*)<', client.get("/?lang=en").text).group(1)

    assert heading(dt.timedelta()) == in_english("In the last 24 hours")  # she was never here
    assert heading(dt.timedelta(hours=5)).startswith(in_english("Since your last visit,"))
    with console.app._context.database.write() as conn:
        long_ago = sign_in.machine_now() - dt.timedelta(days=20)
        conn.execute(sa.update(user_account).values(visit_before=long_ago))
    assert heading(dt.timedelta()).startswith(in_english("In the last 7 days; your last visit was on"))


def test_a_page_that_renews_itself_is_no_visit(console, monkeypatch):
    ada, begun = console.join("ada@acme.example"), sign_in.machine_now()
    with console.client(ada) as client:
        for hours in range(1, 15):
            monkeypatch.setattr(sign_in, "machine_now", lambda hours=hours: begun + dt.timedelta(hours=hours))
            assert client.get("/state").status_code == 200
        morning = client.get("/?lang=en").text  # after a night with the page open
    with console.app._context.database.read() as conn:
        before = conn.execute(sa.select(user_account.c.visit_before)).scalar_one()
    assert abs(before - begun) < dt.timedelta(minutes=1)
    assert in_english("Since your last visit,") in morning


def seeded(console):
    house = console.app._context
    engine_house.add_mailbox(house, "ada@sales.example", daily_cap=50)
    engine_house.add_mailbox(
        house,
        "ben@sales.example",
        daily_cap=50,
        sync_error="the password was refused",
        locked_out=True,
        state="paused",
    )
    published = publish.publish(house, engine_house.TRIAL)
    contact_service.add(house, KIM, {})
    assert enroll.enroll(house, EnrollRequest(published.name, [KIM], ["ada@sales.example"])).enrolled == 1
    wrote(house, KIM)
    assert hear(house, letter(KIM)) == 1


def test_today_shows_what_waits_and_a_salesperson_is_told_of_their_own_only(console):
    seeded(console)
    boss, ada, eve = (
        console.join("boss@acme.example"),
        console.join("ada@acme.example", "salesperson"),
        console.join("eve@acme.example", "salesperson"),
    )
    console.app.mailboxes.assign("ada@sales.example", "ada@acme.example")
    pages = {}
    for name, token in (("boss", boss), ("ada", ada), ("eve", eve)):
        with console.client(token) as client:
            answer = client.get("/?lang=en")
            assert answer.status_code == 200
            pages[name] = answer.text
    assert in_english("1 answer to read") in pages["boss"]
    assert in_english("1 mailbox paused or with a problem") in pages["boss"]
    assert in_english("1 answer to read") in pages["ada"]
    assert "ben@sales.example" not in pages["ada"] + pages["eve"]
    assert "to read" not in pages["eve"]


def test_how_it_stands_is_one_sentence(console):
    status = console.app.status()
    assert navigation.sentence(status).tone == "bad"  # nobody is at work
    console.app.beat("run")
    assert navigation.sentence(console.app.status()).tone == "warn"  # no mailbox
    engine_house.add_mailbox(console.app._context, daily_cap=50)
    assert navigation.sentence(console.app.status()).tone == "good"


@pytest.mark.parametrize("does", ["sync_error", "send_error"])
def test_a_mailbox_in_trouble_is_named_on_every_page_and_its_servers_words_stand_on_its_own(console, does):
    """An address begins as its owner writes it, and nobody reads a server's raw answer on each page."""
    console.app.beat("run")
    engine_house.add_mailbox(console.app._context)
    raw = 'The IMAP server refused the login: "[AUTHENTICATIONFAILED] Invalid authentication credentials."'
    facts = InstallationFacts(mailboxes=(MailboxFacts("ada@sales.example", "active", **{does: raw}),))
    status = dataclasses.replace(console.app.status(), concerns=concerns(facts))
    assert raw.removesuffix(".") in status.concerns[0].words
    for language in ("en", "pl"):
        with wording.speaking(language):
            said = dataclasses.replace(status, concerns=concerns(facts))
            words = navigation.sentence(said).words
            shown = wording.capital(words)
        assert "AUTHENTICATION" not in shown
        assert "ada@sales.example" in shown


@pytest.mark.parametrize(("cap", "after"), [(3, None), (2, 60), (1, 120), (None, None)])
def test_a_mailbox_at_its_limit_has_room_again_a_day_after_the_mail_that_fills_it(house, cap, after):
    enrolled(house, KIM, MIA)
    for person, minutes in ((KIM, 60), (MIA, 120)):
        mail = wrote(house, person)
        left = NOON - dt.timedelta(days=1) + dt.timedelta(minutes=minutes)
        with house.database.write() as conn:
            conn.execute(sa.update(message).where(message.c.id == mail.id).values(transmitting_at=left))
            conn.execute(sa.update(mailbox).values(daily_cap=cap))
    (box,) = reporting.status(house).mailboxes
    assert box.sent_today == 2
    assert box.room_at == (after and NOON + dt.timedelta(minutes=after))


def test_a_limit_that_is_reached_is_said_with_the_time_at_which_it_lets_the_next_go(console):
    console.app.beat("run")
    engine_house.add_mailbox(console.app._context, daily_cap=2)
    status = console.app.status()
    box, room = status.mailboxes[0], status.now + dt.timedelta(minutes=7)
    full = dataclasses.replace(box, sent_today=2, room_at=room)
    waits = dataclasses.replace(status, mailboxes=(full,), due_now=3976)
    told = navigation.sentence(waits)
    assert told.tone == "warn"
    assert wording.brief(room, status.now) in told.words
    assert "3976" in told.words
    one_has_room = dataclasses.replace(waits, mailboxes=(full, box))
    assert navigation.sentence(one_has_room).tone == "good"
    assert navigation.sentence(dataclasses.replace(waits, due_now=0)).tone == "good"


def test_a_salesperson_without_a_mailbox_is_not_told_that_there_is_none(console):
    console.app.beat("run")
    none = console.app.status()
    assert navigation.sentence(none).words != navigation.sentence(none, any_mailbox=True).words
    engine_house.add_mailbox(console.app._context, daily_cap=2)
    console.join("boss@sales.example")
    with console.client(console.join("sue@sales.example", "salesperson")) as sue:
        assert in_english("None of the mailboxes is yours.") in sue.get("/?lang=en").text


def test_the_sentence_is_renewed_without_the_page(console, tab):
    here = tab(console.join("ada@acme.example"))
    page = here.open("/")
    with page.expect_response("**/state") as renewed:
        page.evaluate("htmx.ajax('GET', '/state', {target: '#state', swap: 'outerHTML'})")
    assert renewed.value.status == 200
    page.wait_for_selector("#state")
