"""What is to be sent: contacts, mailboxes and a sequence whose first step is due for everybody."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.db.database import Database
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.sequences import publish
from relance.engine.states import State
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import sequences
from tests.servers import ports

MONDAY = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
"""Business time at the start: office hours in every zone the contacts live in, and no holiday."""
BATCH = 1000
PLACES = (
    ("PL", "Łukasz", "Wiśniewski"),
    ("DE", "Anna", "Schmidt"),
    ("FR", "Claire", "Martin"),
    ("GB", "Ada", "Byron"),
)

SEQUENCE = """
sequence: Benchmark
send:
  days: mon-fri
  hours: "08:00-12:00, 12:30-17:00"
  zone: contact
  holidays: contact
unsubscribe: "Not for you? One click and I will not write again: {link}"
values:
  site: https://relance.example
steps:
  - id: intro
    subject: "{{ company }}: fewer forgotten follow-ups, {{ first_name }}"
    body: |
      Hi {{ first_name }},

      I looked at what {{ company }} does for its customers, and at how a team of your size usually follows up. Most of
      the teams I talk to lose about a third of their answers to full inboxes: the second and the third mail are written
      too late, or to somebody who has answered long ago. As {{ title }} you will have seen both.

      Relance writes those mails for your people, from their own mailboxes, and **falls silent the moment somebody
      answers**. Three things teams like yours tell us after a month:

      - nobody keeps a list of open conversations any more, the next step is simply there in the morning
      - people who have said no are never written to again, whoever in the team tries
      - the numbers are honest: what a scanner opened does not count as interest

      Here is [what it costs]({{ site }}/pricing "pricing") and [how a distributor in {{ city }} uses it]({{ site }}/stories/distributor "story").
      If you would rather see it first, there is [a recording of eight minutes]({{ site }}/watch/eight-minutes "recording"), and the
      questions {{ industry }} companies ask most are answered [on one page]({{ site }}/questions/{{ slug }} "questions").

      Would fifteen minutes next week suit you, {{ first_name }}? I am in the office on Tuesday and Thursday until five.

      Best regards,
      {{ sender_name }}
  - id: bump
    after: 3 business days
    thread: reply
    body: Just lifting this to the top of your inbox, {{ first_name }}.
"""


def fill(house: Context, mails: int, mailbox_count: int, sink: int) -> None:
    """Everything the run needs, with the mailboxes' turns not yet called for."""
    now = house.clock.now()
    publish.publish(house, SEQUENCE)
    with house.database.write() as conn:
        script = house.library.script(conn, sequences.latest(conn)[0].id)
        senders = [_mailbox(house, conn, number, sink, now) for number in range(mailbox_count)]
    turn = itertools.cycle(senders)
    for start in range(0, mails, BATCH):
        with house.database.write() as conn:
            asked = [person(number) for number in range(start, min(start + BATCH, mails))]
            contacts.add(conn, asked, now)
            people = contacts.by_emails(conn, [str(row["email"]) for row in asked])
            rows = list(_enrolled(house, script, people.values(), turn, now))
            conn.execute(sa.insert(tables.enrollment), rows)


def call(database: Database, now: dt.datetime) -> None:
    """Every mailbox has something to do now."""
    with database.write() as conn:
        mailboxes.schedule_turn(conn, [each.id for each in mailboxes.list_all(conn)], now)


def person(number: int) -> dict[str, object]:
    """A contact's row; no two are in one company."""
    country, first, last = PLACES[number % len(PLACES)]
    domain = f"company{number}.example"
    fields = {"city": f"Newtown {number % 97}", "industry": "wholesale", "slug": f"wholesale-{number}"}
    return {
        "email": f"{last.encode('ascii', 'ignore').decode().lower()}{number}@{domain}",
        "original": "",
        "organisation": domain,
        "first_name": first,
        "last_name": last,
        "company": f"Company {number} Ltd",
        "title": "Head of Sales",
        "country": country,
        "fields": fields,
    }


def _mailbox(house: Context, conn: Connection, number: int, sink: int, now: dt.datetime) -> int:
    address = f"rep{number}@sales.example"
    return mailboxes.add(
        conn,
        address=address,
        name=f"Rita Represent {number}",
        username="",  # the sink asks for no login
        secret=house.vault.seal("", f"mailbox/{address}"),
        smtp_host=ports.LOOPBACK,
        smtp_port=sink,
        smtp_security="plain",
        imap_host=ports.LOOPBACK,
        imap_port=1,
        imap_security="plain",
        synced_at=now,
        created_at=now,
    )


def _enrolled(
    house: Context, script: CompiledSequence, people: Iterable[Contact], turn: Iterator[int], now: dt.datetime
) -> Iterator[dict[str, object]]:
    version = script.version_id
    for person in people:
        place = script.place(person, house.workspace)
        position = script.first(now, place, str(person.id))
        yield {
            "sequence_id": 1,
            "sequence_version_id": version,
            "contact_id": person.id,
            "mailbox_id": next(turn),
            "state": State.ACTIVE.value,
            "step": position.step,
            "step_kind": position.step_kind,
            "due_at": position.due_at,
            "bound": list(position.bound),
            "stepped_at": now,
            "created_at": now,
        }
