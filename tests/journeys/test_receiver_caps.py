"""How many mails one receiving domain, or one company, gets from all mailboxes: never one more, and nobody else waits for them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine.db.tables import enrollment, message
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.schedule.pace.receivers import ReceiverCaps
from tests.journeys.stage import ADA, MONDAY, ONE_MAIL, Stage, standing

EVE = "eve@northwind.example"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(hours=24)


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_url) as ready:
        for address in (ADA, EVE):
            ready.mailbox(address, daily_cap=None, gap_seconds=0)
        yield ready


def limit(stage: Stage, **caps: int) -> None:
    """As the settings do."""
    context = stage.relance._context
    options = dataclasses.replace(context.options, receivers=ReceiverCaps(**caps))
    object.__setattr__(context, "options", options)


def left(stage: Stage, domain: str) -> list[dt.datetime]:
    arrived = stage.world.record.story().arrived
    return sorted(mail.when.at for mail in arrived if mail.recipient.endswith(f"@{domain}"))


def at(domain: str, count: int, name: str = "p") -> list[str]:
    return [f"{name}{number}@{domain}" for number in range(count)]


def test_a_free_mail_domain_gets_no_more_in_a_day_from_all_mailboxes(stage: Stage) -> None:
    limit(stage, domain_daily=4)
    stage.enroll(*at("gmail.com", 10), *at("acme.example", 2), definition=ONE_MAIL)
    stage.run()
    assert (len(left(stage, "gmail.com")), len(left(stage, "acme.example"))) == (4, 2)
    stage.advance(days=2, hours=8)
    times = left(stage, "gmail.com")
    assert len(times) == 10
    assert all(after - before >= DAY for before, after in zip(times, times[4:], strict=False))


def test_a_company_is_everybody_behind_its_domain_and_gmail_is_none(stage: Stage) -> None:
    limit(stage, company_hourly=2)
    stage.enroll(*at("uk.acme.com", 2), *at("acme.com", 3), *at("gmail.com", 6), definition=ONE_MAIL)
    stage.run()
    assert len(left(stage, "uk.acme.com")) + len(left(stage, "acme.com")) == 2
    assert len(left(stage, "gmail.com")) == 6
    stage.advance(hours=2)
    assert len(left(stage, "uk.acme.com")) + len(left(stage, "acme.com")) == 5


def test_who_waits_is_told_why_keeps_the_plan_and_is_tried_when_a_place_comes_free(stage: Stage) -> None:
    limit(stage, domain_daily=2)
    stage.enroll(*at("gmail.com", 6), definition=ONE_MAIL)
    stage.run()
    with stage.relance._context.database.read() as conn:
        waiting = sa.select(enrollment).where(enrollment.c.step_kind == "mail")
        rows = list(conn.execute(waiting.order_by(enrollment.c.id)))
    assert [row.bound[0]["code"] for row in rows] == ["receiver_daily_cap"] * 4
    assert all(row.planned_at < row.due_at for row in rows)
    assert [row.due_at for row in rows] == [MONDAY + DAY] * 4  # two places, offered in turn
    said = stage.relance.explain(at("gmail.com", 6)[5])[0]
    assert any("gmail.com" in each for each in said.sentences)


def test_what_leaves_late_because_of_a_limit_is_late_against_its_plan_and_not_its_last_try(
    stage: Stage,
) -> None:
    limit(stage, domain_daily=1)
    stage.enroll(*at("gmail.com", 2), definition=ONE_MAIL)
    stage.run()
    assert stage.relance.status().sent_lateness.p95 == 0
    stage.advance(days=1, hours=1)
    found = stage.relance.status().sent_lateness
    assert found.p95 is not None
    assert DAY.total_seconds() <= found.p95 < DAY.total_seconds() + 3600


def test_of_many_who_wait_each_is_tried_a_few_times_a_day(stage: Stage) -> None:
    limit(stage, domain_daily=4)
    stage.enroll(*at("gmail.com", 40), definition=ONE_MAIL)
    stage.run()
    stage.advance(days=1, hours=1)
    assert len(left(stage, "gmail.com")) == 8
    with stage.relance._context.database.read() as conn:
        tries = list(conn.execute(sa.select(enrollment.c.version)).scalars())
    assert max(tries) <= 4  # its joining, and at most three


def test_with_a_gap_others_do_not_wait_behind_those_who_find_no_place(stage: Stage) -> None:
    limit(stage, domain_daily=1)
    stage.relance.mailboxes.remove(EVE)
    stage.relance.mailboxes.change(ADA, MailboxChange(gap_seconds=60))
    stage.enroll(*at("gmail.com", 5), *at("acme.example", 1), definition=ONE_MAIL)
    stage.advance(minutes=3)
    assert (len(left(stage, "gmail.com")), len(left(stage, "acme.example"))) == (1, 1)


def test_a_deferral_does_not_count_and_a_mail_that_may_have_arrived_does(stage: Stage) -> None:
    first, second, *others = at("gmail.com", 6)
    stage.world.on_recipient(lambda who: "451 4.7.1 greylisted" if who == first else None)
    limit(stage, domain_hourly=3)
    stage.enroll(first, second, *others, definition=ONE_MAIL)
    stage.run()
    assert len(left(stage, "gmail.com")) == 3  # of those who were not deferred
    with stage.relance._context.database.write() as conn:
        may_have = sa.update(message).where(message.c.recipient == second)
        conn.execute(may_have.values(state="unknown", settled_at=None))
    stage.advance(minutes=50)
    assert len(left(stage, "gmail.com")) == 3


def test_what_an_earlier_release_sent_counts_by_its_recipient(stage: Stage) -> None:
    limit(stage, domain_daily=3)
    stage.enroll(*at("gmail.com", 2), definition=ONE_MAIL)
    stage.run()
    with stage.relance._context.database.write() as conn:
        conn.execute(sa.update(message).values(receiver=None))
    stage.enroll(*at("gmail.com", 3, "q"), definition=ONE_MAIL)
    stage.run()
    assert len(left(stage, "gmail.com")) == 3


def test_a_persons_reply_leaves_all_the_same_and_counts(stage: Stage) -> None:
    limit(stage, domain_daily=1)
    ewa, ola = "ewa@gmail.com", "ola@gmail.com"
    stage.enroll(ewa, definition=ONE_MAIL)
    stage.run()
    stage.answer(ewa)
    stage.look()
    (answer,) = stage.relance.inbox.list()
    stage.relance.inbox.reply(answer.id, "Gladly.")
    stage.advance(minutes=1)
    stage.run()
    assert len(left(stage, "gmail.com")) == 2
    stage.enroll(ola, definition=ONE_MAIL)
    stage.advance(hours=11)  # a day after the first mail, not after the reply
    assert stage.sent_to(ola) == 0
