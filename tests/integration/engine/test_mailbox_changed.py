"""A mailbox is changed without touching anybody it writes to, on both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from relance import errors
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxChanged
from relance.engine.mailboxes import aliases, service
from relance.engine.mailboxes.settings import changing
from relance.engine.mailboxes.settings.changing import MailboxChange, ServerChange
from relance.engine.reporting import timeline
from relance.engine.schedule import throttle
from relance.engine.store import events
from relance.mailbox import providers
from relance.mailbox.account import Security, Server
from relance.wording import Text
from tests.reading import ADA, KIM, enrolled, row
from tests.replying import kinds
from tests.reworded import in_english


def test_people_stay_where_they_are(house: Context) -> None:
    enrolled(house, KIM)
    before = row(house)
    made = changing.change(house, ADA, MailboxChange("Ada Lake", 0, 5, "new secret"), anyway=True)
    assert (made.name, made.daily_cap, made.gap_seconds) == ("Ada Lake", None, 5)
    assert row(house) == before
    assert house.account(service.get(house, ADA)).credentials.secret == "new secret"
    assert kinds(house).count("mailbox.changed") == 1
    assert told(house) == {"name": "Ada Lake", "gap_seconds": 5, "password": True}  # it had no cap before


def test_only_what_was_changed_is_told_and_what_was_told_before_still_reads(house: Context) -> None:
    enrolled(house, KIM)
    changing.change(house, ADA, MailboxChange(gap_seconds=7))
    assert told(house) == {"gap_seconds": 7}
    for cap in (20, 0):
        changing.change(house, ADA, MailboxChange(daily_cap=cap))
        assert told(house) == {"daily_cap": cap}
    aliases.add(house, ADA, "a.lake@sales.example")
    assert told(house, "mailbox.aliases_changed") == {"aliases": ["a.lake@sales.example"]}
    with house.database.write() as conn:  # as the release before wrote it
        before = MailboxChanged(Text("a new password"))
        events.record_event(conn, before, house.clock.now(), mailbox_id=1)
    with house.database.read() as conn:
        [*_rest, last] = events.after(conn, 0, 100)
    assert timeline.view(last).words == in_english("a new password")


def told(house: Context, kind: str = "mailbox.changed") -> dict[str, object]:
    """What the newest event of that kind says as data."""
    with house.database.read() as conn:
        [*_rest, last] = [each for each in events.after(conn, 0, 100) if each.kind == kind]
    return {name: value for name, value in last.data.items() if name not in ("words", "why")}


def test_what_is_as_it_was_is_no_change(house: Context) -> None:
    enrolled(house, KIM)
    now = service.show(house, ADA)
    changing.change(house, ADA, MailboxChange(now.name, now.daily_cap or 0, now.gap_seconds))
    changing.change(house, ADA, MailboxChange())
    assert "mailbox.changed" not in kinds(house)


@pytest.mark.parametrize(
    "wish",
    [
        MailboxChange(name=" "),
        MailboxChange(daily_cap=-1),
        MailboxChange(gap_seconds=-1),
        MailboxChange(password=""),
        MailboxChange(password="x\n"),
        MailboxChange(zone="Europe/Warszawa"),
        MailboxChange(ehlo_name="3f2a9b1c7d4e"),
        MailboxChange(ehlo_name="mail.acme.example\r\n"),
        MailboxChange(preset="sandbox"),
        MailboxChange(preset="microsoft365", password="x"),  # it takes none any more
    ],
)
def test_a_mistake_changes_nothing(house: Context, wish: MailboxChange) -> None:
    enrolled(house, KIM)
    before = service.show(house, ADA)
    with pytest.raises(errors.Invalid):
        changing.change(house, ADA, wish)
    assert service.show(house, ADA) == before
    with pytest.raises(errors.NotFound):
        changing.change(house, "nobody@sales.example", MailboxChange(name="x"))


TOO_MUCH = [
    ("name", "A" * 321, "value_too_long"),
    ("daily_cap", 1_000_001, "value_unfit"),
    ("daily_cap", 99999999999999999999, "value_unfit"),  # no database can store it
    ("hourly_cap", 2**31, "value_unfit"),
    ("gap_seconds", 86_401, "value_unfit"),
    ("gap_seconds", 999999999999, "value_unfit"),  # thirty thousand years
    ("jitter_seconds", 86_401, "value_unfit"),
    ("ramp_up", "10+999999", "value_unfit"),
    ("ramp_up", "9" * 5_000, "value_unfit"),
    ("tracking_host", "https://go.sales.example:99999", "value_unfit"),
    ("tracking_host", "https://[::1", "value_unfit"),
]
MOST = {
    "name": "A" * 320,
    "daily_cap": 1_000_000,
    "hourly_cap": 1_000_000,
    "gap_seconds": 86_400,
    "jitter_seconds": 86_400,
    "ramp_up": "10+100000",
}


@pytest.mark.parametrize(("field", "value", "code"), TOO_MUCH)
def test_what_no_mail_or_clock_can_bear_is_refused_at_its_field(
    house: Context, field: str, value: object, code: str
) -> None:
    enrolled(house, KIM)
    before = service.show(house, ADA)
    with pytest.raises(errors.Invalid) as refused:
        changing.change(house, ADA, MailboxChange(**{"daily_cap": 50, field: value}))  # type: ignore[arg-type]
    assert [(each.where, each.code) for each in refused.value.problems] == [(field, code)]
    assert service.show(house, ADA) == before
    if field != "tracking_host":
        with pytest.raises(errors.Invalid) as refused:
            service.add(house, dataclasses.replace(NEW, **{field: value}))  # type: ignore[arg-type]
        assert [(each.where, each.code) for each in refused.value.problems] == [(field, code)]


def test_the_most_that_a_mailbox_takes_is_taken(house: Context) -> None:
    enrolled(house, KIM)
    changing.change(house, ADA, MailboxChange(**MOST))  # type: ignore[arg-type]
    found = service.show(house, ADA)
    assert {name: getattr(found, name) for name in MOST} == MOST
    assert service.add(house, dataclasses.replace(NEW, **MOST)).gap_seconds == 86_400  # type: ignore[arg-type]


def test_a_gap_that_an_earlier_release_took_reaches_no_end_of_time(house: Context) -> None:
    enrolled(house, KIM)
    stored, now = service.get(house, ADA), house.clock.now()
    absurd = dataclasses.replace(stored, gap_seconds=2**62, jitter_seconds=999999999999)
    found = throttle.allowance(absurd.pace, [now], now, 10)
    assert found.count == 0
    assert found.next_at is not None
    assert found.next_at <= now + dt.timedelta(days=2)


NOWHERE = Server("mail.sales.example", 465, Security.TLS)
NEW = service.MailboxSpec("new@sales.example", "New", "new", "secret", NOWHERE, NOWHERE)


def test_all_servers_of_a_provider_are_taken_at_once(house: Context) -> None:
    enrolled(house, KIM)
    known = providers.KNOWN["fastmail"].servers
    changing.change(house, ADA, MailboxChange(preset="fastmail"), anyway=True)
    found = service.get(house, ADA)
    assert (found.smtp, found.imap) == (known.smtp, known.imap)
    own = ServerChange(port=2525, security=Security.STARTTLS)
    changing.change(house, ADA, MailboxChange(smtp=own, preset="gmx"), anyway=True)
    found = service.get(house, ADA)
    assert (found.smtp.host, found.smtp.port) == ("mail.gmx.net", 2525)
    assert found.imap == providers.KNOWN["gmx"].servers.imap
