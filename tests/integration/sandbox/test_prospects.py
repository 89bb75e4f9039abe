"""Prospects react to real mails, into real folders and over real HTTP, while the test moves the time."""

from __future__ import annotations

import datetime as dt
import email
import email.message
import http.server
import smtplib
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import imapclient
import pytest

from relance import clock as clocks
from relance.mailbox import account
from relance.sandbox import prospects, record, world
from relance.sandbox.cast import behaviour

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
PERSON = "piotr.kowalski@firma.example"
Fate = behaviour.Fate


@dataclass
class Site:
    """A small tracking site: it remembers every request, redirects clicks and shows the unsubscribe form."""

    base: str = ""
    hits: list[tuple[str, str, str, str]] = field(default_factory=list)  # method, path, user agent, body


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            found.hits.append((self.command, self.path, self.headers["User-Agent"], body))
            page = (
                b'<form method="post" action="/u/tok"><input type="hidden" name="really" value="yes"></form>'
            )
            redirect = self.path.startswith("/c/")
            self.send_response(302 if redirect else 200)
            if redirect:
                self.send_header("Location", "https://product.example/")
            self.send_header("Content-Length", "0" if redirect or self.command == "HEAD" else str(len(page)))
            self.end_headers()
            if not redirect and self.command != "HEAD":
                self.wfile.write(page)

        do_GET = do_HEAD = do_POST = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.base = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def clock() -> clocks.ManualClock:
    return clocks.ManualClock(START)


@dataclass
class Stage:
    """One rep, one prospect, and the means to write to them and to let time pass."""

    world: world.World
    rep: account.Account
    actors: prospects.Prospects
    site: Site
    clock: clocks.ManualClock
    sent: int = 0

    def write(self, to: str = PERSON) -> str:
        """Send the next mail of a sequence; return the server's reply to RCPT or DATA."""
        self.sent += 1
        with smtplib.SMTP(
            self.rep.smtp.host, self.rep.smtp.port, local_hostname="c.example", timeout=10
        ) as client:
            client.starttls(context=ssl.create_default_context(cafile=self.rep.ca_file))
            client.login(self.rep.username, self.rep.credentials.secret)
            client.mail(self.rep.address)
            code, reply = client.rcpt(to)
            if code == 250:
                code, reply = client.data(self.mail(to))
        self.actors.run_due()
        return f"{code} {reply.decode()}"

    def mail(self, to: str) -> bytes:
        message = email.message.EmailMessage()
        message["From"] = f"Ann Rep <{self.rep.address}>"
        message["To"] = to
        message["Subject"] = "Krótkie pytanie"
        message["Date"] = self.clock.now()
        message["Message-ID"] = f"<m{self.sent}@reps.example>"
        message["List-Unsubscribe"] = f"<{self.site.base}/u/tok>, <mailto:{self.rep.address}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(f"Dzień dobry, wiadomość numer {self.sent}.\n")
        message.add_alternative(
            f'<p>Dzień dobry, <a href="{self.site.base}/c/one?x=1&amp;y=2">to</a>.</p>'
            f'<p><a href="{self.site.base}/u/tok">wypisz</a></p><img src="{self.site.base}/o/pix.gif">',
            subtype="html",
        )
        return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))

    def pass_time(self, **span: float) -> None:
        """Let time pass deed by deed."""
        end = self.clock.now() + dt.timedelta(**span)
        while (due := self.actors.next_due()) is not None and due <= end:
            self.clock.move_to(max(due, self.clock.now()))
            self.actors.run_due()
        self.clock.move_to(end)
        assert self.world.record.story().mishaps == ()

    def received(self, folder: str = "INBOX") -> list[email.message.Message]:
        with imapclient.IMAPClient(
            self.rep.imap.host, port=self.rep.imap.port, ssl=False, timeout=10
        ) as client:
            client.starttls(ssl.create_default_context(cafile=self.rep.ca_file))
            client.login(self.rep.username, self.rep.credentials.secret)
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [email.message_from_bytes(mail[b"BODY[]"]) for mail in found.values()]

    def placed(self) -> list[record.Placed]:
        """What the prospect and their machines put into folders."""
        return [one for one in self.world.record.story().placed if one.kind is not record.Kind.SENT_COPY]


class Theatre:
    """Opens a stage for a persona."""

    def __init__(self, standing: world.World, site: Site, clock: clocks.ManualClock) -> None:
        self._parts = (standing, site, clock)

    def play(self, persona: behaviour.Persona) -> Stage:
        standing, site, clock = self._parts
        rep = standing.add_rep("ann@reps.example", "Ann Rep", "pw")
        actors = prospects.Prospects(standing, {persona.email: persona})
        return Stage(standing, rep, actors, site, clock)


@pytest.fixture
def theatre(site: Site, clock: clocks.ManualClock) -> Iterator[Theatre]:
    with world.World(clock, seed=7) as standing:
        yield Theatre(standing, site, clock)


def persona(fate: Fate, **changes: object) -> behaviour.Persona:
    plain = behaviour.Persona(PERSON, "Piotr Kowalski", "pl", "Europe/Warsaw", "gmail", fate)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_person_answers_in_thread_quoting_our_words(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.POSITIVE))
    stage.write()
    stage.pass_time(hours=2)
    assert stage.received() == []

    stage.pass_time(hours=2)

    (answer,) = stage.received()
    assert answer["In-Reply-To"] == answer["References"] == "<m1@reps.example>"
    assert email.utils.parseaddr(answer["From"])[1] == PERSON
    text = answer.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "o 09:00 Ann Rep <ann@reps.example> napisał(a):" in text
    assert "> Dzień dobry, wiadomość numer 1." in text
    (placed,) = stage.placed()
    assert (placed.kind, placed.person, placed.answers) == (record.Kind.ANSWER, PERSON, "<m1@reps.example>")
    assert placed.when.at == START + dt.timedelta(hours=3)


def test_a_colleague_may_answer_and_a_filter_may_move_it(theatre: Theatre) -> None:
    boss = ("Ewa Wójcik", "ewojcik.office@firma.example")
    stage = theatre.play(persona(Fate.NEGATIVE, colleague=boss, folder="Junk"))
    stage.write()
    stage.pass_time(days=1)

    (answer,) = stage.received("Junk")
    assert email.utils.parseaddr(answer["From"])[1] == boss[1]
    assert answer["In-Reply-To"] == "<m1@reps.example>"
    (placed,) = stage.placed()
    assert (placed.from_address, placed.person, placed.folder) == (boss[1], PERSON, "Junk")


def test_who_answers_the_last_mail_waits_for_a_silence(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.QUESTION, acts_on=behaviour.LAST))
    for _ in range(3):
        stage.write()
        stage.pass_time(days=4)
    assert stage.placed() == []

    stage.pass_time(days=4)

    assert [one.answers for one in stage.placed()] == ["<m3@reps.example>"]


def test_an_absence_tells_its_end_and_the_answer_waits_for_it(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.POSITIVE, absence=behaviour.Absence(from_mail=1, days=5)))
    stage.write()
    stage.pass_time(days=4)

    (note,) = stage.received()
    assert note["Auto-Submitted"] == "auto-generated"
    assert "do 7 marca 2026" in note.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert [one.kind for one in stage.placed()] == [record.Kind.OUT_OF_OFFICE]
    stage.pass_time(days=2)
    assert [one.kind for one in stage.placed()] == [record.Kind.OUT_OF_OFFICE, record.Kind.ANSWER]


def test_an_unknown_person_is_refused_at_once(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.REFUSED))

    assert stage.write().startswith(("550 ", "553 "))
    assert stage.world.record.story().arrived == ()


def test_a_greylisted_mail_is_taken_the_second_time(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.SILENT, greylisted=True))

    assert stage.write().startswith("451 4.7.1")
    assert stage.write().startswith("250 ")


def test_a_late_bounce_is_a_delivery_report(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.BOUNCE))
    stage.write()
    stage.pass_time(hours=1)

    (report,) = stage.received()
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    status = report.get_payload(1).get_payload(1)  # type: ignore[union-attr]
    assert (status["Action"], status["Status"]) == ("failed", "5.1.1")
    assert status["Final-Recipient"] == f"rfc822; {PERSON}"
    assert "Message-ID: <m1@reps.example>" in report.get_payload(2).as_string()  # type: ignore[union-attr]


def test_a_complaint_is_an_abuse_report(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.COMPLAINT))
    stage.write()
    stage.pass_time(days=1)

    (report,) = stage.received()
    assert report.get_param("report-type") == "feedback-report"
    fields = report.get_payload(1).as_string()  # type: ignore[union-attr]
    assert "Feedback-Type: abuse" in fields
    assert f"Original-Rcpt-To: <{PERSON}>" in fields
    assert [one.kind for one in stage.placed()] == [record.Kind.COMPLAINT]


def test_who_has_left_says_so_by_machine(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.LEFT))
    stage.write()
    stage.pass_time(hours=1)

    (note,) = stage.received()
    assert note["Auto-Submitted"] == "auto-generated"
    assert "nie pracuję już" in note.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_an_invitation_is_a_calendar_request(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.CALENDAR))
    stage.write()
    stage.pass_time(days=1)

    (mail,) = stage.received()
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    assert b"METHOD:REQUEST" in part.get_payload(decode=True)  # type: ignore[operator]
    assert [one.kind for one in stage.placed()] == [record.Kind.CALENDAR]


def test_one_click_is_a_post_without_anything_before(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.ONE_CLICK))
    stage.write()
    stage.pass_time(days=1)

    assert [(method, path, body) for method, path, _, body in stage.site.hits] == [
        ("POST", "/u/tok", "List-Unsubscribe=One-Click")
    ]
    (visit,) = stage.world.record.story().visits
    assert (visit.act, visit.done) == (record.Act.ONE_CLICK, True)
    assert visit.asked.order < visit.answered.order


def test_the_page_is_opened_and_its_form_is_sent(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.UNSUBSCRIBE_PAGE))
    stage.write()
    stage.pass_time(days=1)

    assert [(method, path, body) for method, path, _, body in stage.site.hits] == [
        ("GET", "/u/tok", ""),
        ("POST", "/u/tok", "really=yes"),
    ]


def test_an_opener_loads_the_picture_and_then_clicks(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.SILENT, reading=behaviour.Reading(opens=True, clicks=True)))
    stage.write()
    stage.pass_time(days=1)

    assert [(method, path) for method, path, _, _ in stage.site.hits] == [
        ("GET", "/o/pix.gif"),
        ("GET", "/c/one?x=1&y=2"),
    ]
    opened, clicked = stage.world.record.story().visits
    assert (clicked.status, clicked.location) == (302, "https://product.example/")
    assert clicked.answered.at - opened.answered.at == dt.timedelta(minutes=2)


def test_a_scanner_fetches_every_link_at_once_and_unsubscribes_nobody(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.SILENT, scanned=True))
    stage.write()
    stage.pass_time(seconds=5)

    assert [(method, path) for method, path, _, _ in stage.site.hits] == [
        ("HEAD", "/c/one?x=1&y=2"),
        ("GET", "/c/one?x=1&y=2"),
        ("HEAD", "/u/tok"),
        ("GET", "/u/tok"),
    ]
    assert {visit.act for visit in stage.world.record.story().visits} == {record.Act.SCAN}


def test_who_has_acted_ignores_what_comes_after(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.OPT_OUT))
    stage.write()
    stage.pass_time(days=1)
    stage.write()
    stage.pass_time(days=20)

    assert [one.kind for one in stage.placed()] == [record.Kind.OPT_OUT]


def test_strangers_are_silent(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.POSITIVE))

    assert stage.write("somebody@else.example").startswith("250 ")
    stage.pass_time(days=1)
    assert stage.placed() == []


def test_a_deed_that_cannot_be_done_is_a_mishap(theatre: Theatre) -> None:
    stage = theatre.play(persona(Fate.ONE_CLICK))
    stage.mail = lambda to: b"Subject: bare\r\n\r\nno way out\r\n"  # type: ignore[method-assign]
    stage.write()
    stage.clock.advance(days=1)
    stage.actors.run_due()

    (mishap,) = stage.world.record.story().mishaps
    assert "no way to unsubscribe" in mishap.what
