"""Opens, clicks and unsubscribes: what people do counts, what machines do does not, and a no is a no at once."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from starlette.testclient import TestClient

from relance.engine.db.tables import message, message_key
from relance.engine.engagement import hits
from tests.journeys.stage import Stage
from tests.reworded import in_english

OLA = "ola@acme.example"
BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "accept-language": "pl",
}
SCANNER = {"user-agent": "Mozilla/5.0 (compatible; Barracuda Link Protection; link scanner)"}
FORKED = {
    "sequence": "Forked",
    "send": {"hours": "09:00-17:00", "default_zone": "Europe/Warsaw"},
    "steps": [
        {
            "id": "intro",
            "subject": "Hello",
            "body": 'See [what it costs](https://n.example/p?a=1 "pricing") and [a story](https://n.example/s "story").',
        },
        {
            "id": "fork",
            "after": "2 business days",
            "when": "clicked('intro', 'pricing')",
            "then": [{"id": "offer", "thread": "reply", "body": "Shall I work out the figures?"}],
            "else": [{"id": "nudge", "thread": "reply", "body": "One more thought."}],
        },
    ],
}


def page(stage: Stage, number: int = -1) -> str:
    """The HTML part of a mail Ola got."""
    mail: Any = email.message_from_bytes(stage.arrived(OLA)[number].raw, policy=email.policy.default)
    return str(mail.get_body(("html",)).get_content())


@contextmanager
def web(stage: Stage) -> Iterator[TestClient]:
    with TestClient(stage.relance.web_app(), follow_redirects=False) as client:
        yield client


def paths(stage: Stage, kind: str) -> list[str]:
    return re.findall(rf"http://127\.0\.0\.1:9(/{kind}/[^\"]+)", page(stage))


def last_subject_line(stage: Stage) -> str:
    mail: Any = email.message_from_bytes(stage.arrived(OLA)[-1].raw, policy=email.policy.default)
    return str(mail.get_body(("plain",)).get_content()).splitlines()[0]


def test_a_person_who_looked_at_the_price_gets_the_offer(stage: Stage) -> None:
    stage.enroll(OLA, definition=FORKED)
    stage.advance(hours=2)
    with web(stage) as client:
        answer = client.get(paths(stage, "c")[0], headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://n.example/p?a=1")
    stage.advance(days=10)
    assert last_subject_line(stage) == "Shall I work out the figures?"
    assert "message.clicked" in stage.kinds(OLA)


SITES = {
    "sequence": "Sites",
    "send": {"hours": "09:00-17:00", "default_zone": "Europe/Warsaw"},
    "values": {"prices": "https://n.example/p"},
    "steps": [
        {
            "id": "intro",
            "subject": "Hello",
            "body": "[our prices]({{ prices }}), [your page]({{ website }}), [you with us](https://n.example/{{ company }})",
        },
    ],
}


def test_only_sites_that_the_author_names_are_led_to_through_us(stage: Stage) -> None:
    stage.contact("eve@acme.example", prices="https://evil.example/p", website="https://n.example/x")
    stage.mailbox()
    stage.contact(OLA, website="evil.example")
    stage.relance.enroll(stage.publish(SITES), [OLA, "eve@acme.example"])
    stage.advance(hours=2)
    shown = page(stage)
    assert 'href="https://evil.example"' in shown
    with web(stage) as client:
        led = [client.get(path, headers=BROWSER).headers["location"] for path in paths(stage, "c")]
    assert led == ["https://n.example/p", "https://n.example/Acme"]
    mail: Any = email.message_from_bytes(
        stage.arrived("eve@acme.example")[0].raw, policy=email.policy.default
    )
    other = str(mail.get_body(("html",)).get_content())
    assert (
        'href="https://evil.example/p"' in other
    )  # a contact's field called as the author's value leads nowhere of ours
    assert other.count("http://127.0.0.1:9/c/") == 2


def test_a_scanner_that_follows_every_link_steers_nothing(stage: Stage) -> None:
    stage.enroll(OLA, definition=FORKED)
    stage.advance(hours=2)
    with web(stage) as client:
        for path in paths(stage, "c"):
            client.head(path, headers=SCANNER)
            client.get(path, headers=SCANNER)
    stage.advance(days=10)
    assert last_subject_line(stage) == "One more thought."
    assert "message.clicked" not in stage.kinds(OLA)
    funnel = stage.relance.report("Forked").steps[0]
    assert (funnel.clicked, funnel.clicked_by_machines) == (0, 1)


def test_the_one_click_of_a_mail_program_unsubscribes_before_it_is_answered(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    header = stage.arrived(OLA)[0].header("list-unsubscribe") or ""
    path = re.findall(r"<http://127\.0\.0\.1:9(/u/[^>]+)>", header)[0]
    with web(stage) as client:
        assert client.get(path).status_code == 200
        assert stage.relance.contacts.suppressions() == ()  # a page that was only looked at changes nothing
        body = {"List-Unsubscribe": "One-Click"}
        assert client.post(path, data=body).status_code == 200
        assert [each.value for each in stage.relance.contacts.suppressions()] == [OLA]
        assert client.post(path, data=body).status_code == 200
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "unsubscribed"


def test_a_no_is_kept_by_a_link_whose_mail_the_database_has_forgotten(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    header = stage.arrived(OLA)[0].header("list-unsubscribe") or ""
    path = re.findall(r"<http://127\.0\.0\.1:9(/u/[^>]+)>", header)[0]
    house = stage.relance._context
    with house.database.write() as conn:  # as a database put back from before the mail has it
        conn.execute(sa.delete(message_key))
        conn.execute(sa.delete(message))
    with web(stage) as client:
        assert "o•••@acme.example" in client.get(path).text
        assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert [each.value for each in stage.relance.contacts.suppressions()] == [OLA]
    assert stage.state(OLA) == "unsubscribed"
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1


def test_a_no_is_told_once_and_outlives_whatever_the_address_was_suppressed_for(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    header = stage.arrived(OLA)[0].header("list-unsubscribe") or ""
    path = re.findall(r"<http://127\.0\.0\.1:9(/u/[^>]+)>", header)[0]
    stage.relance.contacts.suppress(OLA, "the address does not exist")
    wish = "unsubscribed by the link in a mail"
    with web(stage) as client:
        for _ in range(2):
            assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    told = [line.words for line in stage.relance.timeline(OLA) if line.kind == "enrollment.unsubscribed"]
    assert told == [in_english("on the do-not-contact list: the address does not exist"), in_english(wish)]
    [suppression] = stage.relance.contacts.suppressions()
    assert suppression.reason == in_english(f"{wish}; also: the address does not exist")


def test_whoever_asks_for_a_link_for_ever_fills_no_disk(stage: Stage, monkeypatch: Any) -> None:
    monkeypatch.setattr(hits, "MAX_HITS", 5)
    stage.enroll(OLA, definition=FORKED)
    stage.advance(hours=2)
    with web(stage) as client:
        for _ in range(9):
            assert client.get(paths(stage, "c")[0], headers=BROWSER).status_code == 302
    stage.advance(hours=1)
    assert stage.kinds(OLA).count("message.clicked") <= 5
