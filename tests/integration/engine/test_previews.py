"""A sequence's mails, seen before they leave: the words that will leave, and nothing done by looking."""

from __future__ import annotations

import dataclasses
import re

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.reporting.history import messages
from relance.engine.reporting.history.messages import MessageDetail, MessageFilter
from relance.engine.sending.previews import lacking, previewing
from relance.engine.sending.previews.script import PreviewRequest
from relance.engine.sending.previews.shown import Preview, ShownStep
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import mailboxes
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reworded import worded
from tests.servers.fault_smtp import Behaviour, FaultServer

ADA, EVE, TOM = "ada@sales.example", "eve@linden.example", "tom@harbour.example"
MEETING = """
sequence: Meeting
values: {product: Relance}
steps:
  - id: intro
    subject: "{{ first_name }}, a question about {{ product }}"
    body: |
      Hello {{ first_name }}, how is {{ company | default("your team") }}?

      [Pick a time](https://calendar.example/me) or read {{ phone | default("our page") }}.

      {{ sender_name }}
  - {id: call, task: "Call {{ first_name }}", after: 1 day}
  - id: bump
    after: 3 business days
    thread: reply
    when: company != "Harbour"
    body: "Did you see this, {{ title }}?"
    variants: [{id: short, body: "Any news?"}]
"""
MEETING_REQUEST = PreviewRequest("Meeting")
TABLES = [each for each in tables.metadata.sorted_tables if each.name not in ("clock_watch",)]


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, MEETING)
    engine_house.add_mailbox(house, ADA, signature="Ada Lovelace\nSales")
    contact_service.add(house, EVE, {"first_name": "Eve", "title": "Dr"})
    contact_service.add(house, TOM, {"first_name": "Tom", "company": "Harbour"})
    return house


def rows(house: Context) -> dict[str, list[object]]:
    with house.database.read() as conn:
        return {each.name: [tuple(row) for row in conn.execute(sa.select(each))] for each in TABLES}


def steps(found: Preview) -> dict[tuple[str, str], ShownStep]:
    return {(each.step, each.variant): each for each in found.steps}


def test_every_step_is_shown_as_it_will_be(ready: Context) -> None:
    before = rows(ready)
    found = previewing.preview(ready, EVE, MEETING_REQUEST)
    assert rows(ready) == before
    assert (found.sequence, found.version, found.mailbox, found.enrolled) == ("Meeting", 1, ADA, False)
    shown = steps(found)
    assert list(shown) == [("intro", ""), ("call", ""), ("bump", "main"), ("bump", "short")]
    intro = shown["intro", ""]
    assert intro.subject == "Eve, a question about Relance"
    assert intro.subject_length == 29
    assert "how is your team?" in intro.text
    assert "Ada Lovelace\nSales" in intro.text
    assert "how is your team?" in intro.html
    assert intro.counts_opens
    assert "<img" in intro.html
    assert "<img" not in intro.seen_html
    assert {each.name: (each.value, each.origin) for each in intro.fields} == {
        "first_name": ("Eve", "contact"),
        "company": ("", "fallback"),
        "phone": ("", "fallback"),
        "product": ("Relance", "sequence"),
        "sender_name": ("Ada Lovelace", "sender"),
    }
    assert [(each.target, each.tracked) for each in intro.links] == [("https://calendar.example/me", True)]
    assert shown["call", ""].text == "Call Eve"
    bump = shown["bump", "main"]
    assert (bump.subject, bump.condition) == ("Re: Eve, a question about Relance", 'company != "Harbour"')
    assert dict(bump.headers)["In-Reply-To"] == dict(intro.headers)["Message-ID"]
    assert shown["bump", "short"].text.startswith("Any news?")


def sent(house: Context, email: str) -> MessageDetail:
    """Their mail of today, as a real server got it."""
    with FaultServer(Behaviour(starttls=False, login=(ADA, engine_house.PASSWORD))) as server:
        with house.database.write() as conn:
            place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
            mailboxes.change(conn, 1, gap_seconds=0, **place)
        engine_house.clock(house).advance(hours=3)
        assert turn.take_turn(dataclasses.replace(house, open_inbox=NoMail()), 1, lambda: False).sent == 1
        [got] = server.accepted
    [line] = messages.page(house, MessageFilter(email=email)).messages
    shown = messages.show(house, line.id)
    assert shown.raw == got.raw
    return shown


def without_tokens(words: str) -> str:
    """A mail but for what its links carry, which are of this one mail."""
    return re.sub(r"(http://127\.0\.0\.1:9/[ocu]/)[\w-]+", r"\1", words)


def test_what_leaves_is_what_was_seen(ready: Context) -> None:
    enroll.enroll(ready, EnrollRequest("Meeting", [EVE]))
    [intro] = [each for each in previewing.preview(ready, EVE, MEETING_REQUEST).steps if each.step == "intro"]
    mail = sent(ready, EVE)
    assert without_tokens(mail.opened.text) == without_tokens(intro.text)
    assert without_tokens(mail.opened.html) == without_tokens(intro.html)
    assert mail.message.subject == intro.subject
    assert [name for name, _ in mail.opened.headers] == [name for name, _ in intro.headers]
    again = previewing.preview(ready, EVE, MEETING_REQUEST)
    assert again.enrolled
    assert [each.step for each in again.steps] == ["intro", "call", "bump"]  # in the variant that they get
    left, _, bump = again.steps
    assert (left.message, left.text) == (mail.message.id, mail.opened.text)
    assert "<img" not in left.seen_html
    assert dict(bump.headers)["In-Reply-To"] == mail.message_id
    assert bump.subject == f"Re: {mail.message.subject}"


def test_the_links_of_a_preview_are_nobodys(ready: Context) -> None:
    intro = previewing.preview(ready, EVE, MEETING_REQUEST).steps[0]
    [header] = [value for name, value in intro.headers if name == "List-Unsubscribe"]
    [opt_out] = re.findall(r"http[^<>\s]+/u/[\w-]+", header)
    assert opt_out in intro.text
    assert ready.links.sealed(opt_out) is None
    real = ready.links.unsubscribe_url(1, EVE)
    assert ready.links.sealed(real) is not None


def test_what_a_person_lacks_is_named(ready: Context) -> None:
    contact_service.add(ready, "no@name.example", {})
    shown = steps(previewing.preview(ready, "no@name.example", MEETING_REQUEST))
    intro = shown["intro", ""]
    assert (intro.missing, intro.subject, intro.text, intro.html) == (("first_name",), "", "", "")
    assert intro.codes == ("value_missing",)
    assert "missing" in [each.origin for each in intro.fields if each.name == "first_name"]
    assert shown["bump", "main"].missing == ("title",)
    assert shown["bump", "short"].text.startswith("Any news?")  # the answers are shown all the same


def test_who_lacks_what_is_counted(ready: Context) -> None:
    contact_service.add(ready, "no@name.example", {"title": "Mr"})
    found = lacking.lacking(ready, MEETING_REQUEST)
    assert (found.enrolled, found.looked_at, found.held) == (False, 3, 2)
    assert [(each.name, each.people, each.steps, each.emails) for each in found.fields] == [
        ("first_name", 1, ("intro",), ("no@name.example",)),
        ("title", 1, ("bump",), (TOM,)),
    ]
    assert lacking.lacking(ready, PreviewRequest("Meeting", step="bump")).held == 1
    for email in (EVE, TOM):
        contact_service.add(ready, email, {"title": "Dr"})
    enroll.enroll(ready, EnrollRequest("Meeting", [EVE, TOM]))
    joined = lacking.lacking(ready, MEETING_REQUEST)
    assert (joined.enrolled, joined.looked_at, joined.held, joined.fields) == (True, 2, 0, ())
    contact_service.add(ready, EVE, {"title": ""})


def test_a_field_that_is_only_needed_for_others_is_not_counted(ready: Context) -> None:
    text = """
sequence: Polite
steps:
  - {id: one, subject: Hello, body: "{% if company %}How is {{ title }} doing?{% else %}Hello{% endif %}"}
"""
    contact_service.add(ready, "no@name.example", {})
    found = lacking.lacking(ready, PreviewRequest(source=text))
    assert [(each.name, each.emails) for each in found.fields] == [("title", (TOM,))]


def test_a_text_that_is_not_published_is_previewed(ready: Context) -> None:
    text = MEETING.replace("Hello {{ first_name }}", "Good morning {{ first_name }}")
    found = previewing.preview(ready, EVE, PreviewRequest(source=text, step="intro"))
    assert (found.version, found.latest) == (0, 1)
    [intro] = found.steps
    assert intro.text.startswith("Good morning Eve")
    enroll.enroll(ready, EnrollRequest("Meeting", [EVE]))
    old = previewing.preview(ready, EVE, PreviewRequest("Meeting", step="intro"))
    assert old.steps[0].text.startswith("Hello Eve")


def test_what_cannot_be_previewed_is_told(ready: Context) -> None:
    with pytest.raises(errors.NotFound):
        previewing.preview(ready, "who@linden.example", MEETING_REQUEST)
    with pytest.raises(errors.NotFound, match=worded("has no step outro. Known: intro, call, bump")):
        previewing.preview(ready, EVE, PreviewRequest("Meeting", step="outro"))
    with pytest.raises(errors.Invalid):
        previewing.preview(ready, EVE, PreviewRequest(source="sequence: X\nsteps: []\n"))
    contact_service.suppress(ready, EVE, "asked us")
    assert previewing.preview(ready, EVE, MEETING_REQUEST).codes != ()


def test_the_same_people_are_picked_each_time(ready: Context) -> None:
    assert lacking.sample(ready, MEETING_REQUEST, 1) == (EVE,)
    assert lacking.sample(ready, MEETING_REQUEST, 9) == (EVE, TOM)
    enroll.enroll(ready, EnrollRequest("Meeting", [EVE]))
    assert lacking.sample(ready, MEETING_REQUEST, 9) == (EVE,)
