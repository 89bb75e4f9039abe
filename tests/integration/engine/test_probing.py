"""A mailbox sends itself a probe: what its provider does to mail is seen, kept, and disturbs nothing afterwards."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from relance import clock
from relance.engine.context import Context
from relance.engine.mailboxes import probe_run
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.mailboxes.probe_run import Patience
from relance.engine.mailboxes.service import MailboxTest
from relance.engine.store import installation
from relance.engine.store.mailboxes import mailboxes, provider_traits
from relance.engine.store.mailboxes.provider_traits import IdClue
from relance.engine.store.sending import arrivals
from relance.mailbox.account import Security, Server
from relance.mailbox.smtp.client import Outbox
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.sandbox.letters import headers
from relance.sandbox.record import Kind
from relance.sandbox.servers import postoffice
from relance.sandbox.servers.postoffice import Mail
from tests import engine_house
from tests.journeys.stage import ADA, FOLLOW_UP, Stage, standing
from tests.reworded import in_english
from tests.servers import dovecot, ports, postfix

OLA = "ola@acme.example"
QUICK = Patience(back=5, copy=0.2, between=0.05)
SES_LOCAL = "0102018f3a5c7e90-1a2b3c4d-aaaa-bbbb-cccc-0123456789ab-000000"
SES = f"<{SES_LOCAL}@eu-west-1.amazonses.com>"
EXCHANGE = "<AM0PR01MB0001.eurprd01.prod.exchangelabs.com@AM0PR01MB0001.eurprd01.prod.outlook.com>"

Rewrite = Callable[[bytes, Kind], bytes]


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Stage]:
    with standing(tmp_path, database_url) as ready:
        yield ready


def house(stage: Stage) -> Context:
    return stage.relance._context


def probe(stage: Stage, patience: Patience = QUICK, heard: list[str] | None = None) -> MailboxTest:
    return probe_run.try_out(house(stage), ADA, patience, (heard if heard is not None else []).append)


def words(outcome: MailboxTest) -> dict[str, str]:
    return {step.name: step.words for step in outcome.steps}


def rewriting(stage: Stage, rewrite: Rewrite, says: str = "") -> None:
    """From now on the provider lays every mail into its folders as `rewrite` has it, and `says` so in its 250."""
    office = stage.world._office
    place, accept = office.place, office.accept

    async def placed(rep: str, mail: postoffice.Mail) -> object:
        return await place(rep, dataclasses.replace(mail, raw=rewrite(mail.raw, mail.kind)))

    async def accepted(*given: object) -> str:
        said = await accept(*given)  # type: ignore[arg-type]
        return says or said

    office.place, office.accept = placed, accepted  # type: ignore[method-assign,assignment]


def renamed(raw: bytes, name: str, note: str = "") -> bytes:
    ours = headers.first(headers.read(raw), "message-id")
    noted = f"{note}: {ours}\r\n".encode() if note else b""
    return noted + raw.replace(ours.encode(), name.encode())


# --- what is learned ---


def test_a_provider_that_keeps_ids_and_files_copies(stage: Stage) -> None:
    stage.mailbox()
    heard: list[str] = []
    outcome = probe(stage, heard=heard)
    assert outcome.ok, outcome
    said = words(outcome)
    assert list(said) == ["smtp", "imap", "send", "came back", "message id", "sent copies"]
    assert "queued as" in said["send"]
    assert said["came back"].startswith(in_english("in INBOX after"))
    assert said["message id"] == in_english("kept as we wrote it")
    assert in_english("filed in Sent") in said["sent copies"]
    assert heard == [
        in_english(f"Sending a mail from {ADA} to itself."),
        in_english("Sent. Looking for it, for at most 5 seconds."),
    ]
    assert outcome.learned is not None
    assert (outcome.learned.folder, outcome.learned.given_id, outcome.learned.files_sent) == (
        "INBOX",
        "",
        True,
    )
    view = stage.relance.mailboxes.show(ADA)
    assert view.files_sent is True
    assert view.provider == in_english("keeps our Message-ID (tried on Mon 2 March 2026)")
    assert "Mon 2 March 2026" in view.provider
    assert stage.relance.mailboxes.list() == [view]


def test_a_provider_that_files_no_copies(stage: Stage) -> None:
    account = stage.world.add_rep(ADA, "Ada", "correct horse", files_sent=False)
    stage.relance.mailboxes.add(mailbox_service.MailboxSpec.of(account), anyway=True)
    with house(stage).database.write() as conn:
        mailboxes.change(conn, 1, files_sent=True)  # it did once: to rely on that now would send mails twice
    outcome = probe(stage)
    assert outcome.ok
    assert in_english("none in Sent within 0.2 seconds") in words(outcome)["sent copies"]
    assert stage.relance.mailboxes.show(ADA).files_sent is False


def test_ids_as_amazon_ses_gives_them_are_told_by_the_250(stage: Stage) -> None:
    stage.mailbox()
    rewriting(stage, lambda raw, kind: renamed(raw, SES) if kind is Kind.OTHER else raw, f"Ok {SES_LOCAL}")
    outcome = probe(stage)
    assert outcome.ok
    assert outcome.learned is not None
    assert (outcome.learned.given_id, outcome.learned.told_by) == (SES, (IdClue.SERVER_ANSWER,))
    said = words(outcome)["message id"]
    assert in_english(f"replaced by {SES}, as Amazon SES does") in said
    assert in_english("still recognised by the text of the 250 reply") in said


def test_ids_as_exchange_gives_them_are_told_by_the_copy_in_sent(stage: Stage) -> None:
    stage.mailbox()
    note = "X-Microsoft-Original-Message-ID"
    rewriting(stage, lambda raw, _: renamed(raw, EXCHANGE, note))
    outcome = probe(stage)
    assert outcome.learned is not None
    assert (outcome.learned.given_id, outcome.learned.told_by) == (EXCHANGE, (IdClue.SENT_COPY,))
    assert outcome.learned.noted_in == ("x-microsoft-original-message-id",)
    assert in_english("as Microsoft does") in words(outcome)["message id"]
    assert in_english("recognised by the copy in Sent") in stage.relance.mailboxes.show(ADA).provider


def test_what_tells_a_mail_is_kept_as_a_code_and_read_as_the_release_before_kept_it(stage: Stage) -> None:
    stage.mailbox()
    rewriting(stage, lambda raw, _: renamed(raw, EXCHANGE))
    probe(stage)
    assert in_english("recognised by the copy in Sent") in stage.relance.mailboxes.show(ADA).provider
    with house(stage).database.write() as conn:
        key = provider_traits._key(1)
        kept = json.loads(installation.get(conn, key) or "")
        assert kept["told_by"] == ["sent_copy"]
        kept["told_by"] = ["the words of the 250", "the copy in Sent", "what a later release knows"]
        installation.put(conn, key, json.dumps(kept))
        found = provider_traits.of(conn, [1])[1]
    assert found.told_by == (IdClue.SERVER_ANSWER, IdClue.SENT_COPY)
    assert in_english("recognised by the text of the 250 reply, the copy in Sent") in found.words


def test_ids_that_nothing_tells_are_told_as_such(stage: Stage) -> None:
    stage.mailbox()
    rewriting(
        stage, lambda raw, kind: renamed(raw, "<x1@mx.example>") if kind is Kind.OTHER else raw, "Ok: queued"
    )
    outcome = probe(stage)
    assert outcome.ok
    assert in_english("nothing shows which of our mails") in words(outcome)["message id"]
    assert in_english("--plus-addressing") in words(outcome)["message id"]


def test_another_sender_is_told_as_trouble(stage: Stage) -> None:
    stage.mailbox()
    rewriting(stage, lambda raw, _: raw.replace(f"<{ADA}>".encode(), b"<office@northwind.example>", 1))
    outcome = probe(stage)
    assert not outcome.ok
    assert "office@northwind.example" in words(outcome)["sender"]


def test_a_probe_that_is_held_for_junk_is_found_there(stage: Stage) -> None:
    stage.mailbox()
    office = stage.world._office
    place = office.place

    async def sorted_out(rep: str, mail: postoffice.Mail) -> object:
        return await place(rep, dataclasses.replace(mail, folder="Junk") if mail.kind is Kind.OTHER else mail)

    office.place = sorted_out  # type: ignore[method-assign,assignment]
    assert words(probe(stage))["came back"].startswith(in_english("in Junk"))


# --- what goes wrong ---


def test_a_probe_that_does_not_come_back_is_told_so_and_unlearns_nothing(stage: Stage) -> None:
    stage.mailbox()
    probe(stage)
    before = stage.relance.mailboxes.show(ADA)

    async def lost(*_: object) -> None: ...

    stage.world._office._deliver = lost  # type: ignore[method-assign]
    outcome = probe(stage, Patience(back=0.2, between=0.05))
    assert not outcome.ok
    said = words(outcome)
    assert in_english("not in any watched folder within 0.2 seconds") in said["came back"]
    assert in_english("not known yet") in said["came back"]
    assert "message id" not in said
    assert in_english("filed in Sent") in said["sent copies"]
    assert outcome.learned is not None
    assert (outcome.learned.folder, outcome.learned.files_sent) == ("", True)
    assert stage.relance.mailboxes.show(ADA) == before


def test_a_probe_that_is_refused(stage: Stage) -> None:
    stage.mailbox()
    stage.world.on_recipient(lambda _: "550 5.7.1 sending is blocked")
    outcome = probe(stage)
    assert not outcome.ok
    assert words(outcome)["send"] == in_english(
        "a mail to itself was not accepted: 550 5.7.1 sending is blocked"
    )
    assert outcome.learned is None
    assert stage.relance.mailboxes.show(ADA).provider == ""


def test_a_probe_nobody_knows_the_fate_of_is_looked_for(stage: Stage) -> None:
    stage.mailbox()

    class Unsure(Outbox):
        def transmit(self, raw: bytes) -> SendResult:
            super().transmit(raw)
            return SendResult(Outcome.UNKNOWN, "final", text="the line went dead")

    stage.relance._context = dataclasses.replace(
        house(stage), open_outbox=lambda account: Unsure(account, helo="localhost")
    )
    outcome = probe(stage)
    assert in_english("it is not known whether") in words(outcome)["send"]
    assert words(outcome)["came back"].startswith(in_english("in INBOX"))
    assert not outcome.ok


def test_a_mailbox_that_cannot_be_read_any_more(stage: Stage) -> None:
    stage.mailbox()

    class Cutting(Outbox):
        def transmit(self, raw: bytes) -> SendResult:
            result = super().transmit(raw)
            stage.world.close_imap()
            return result

    stage.relance._context = dataclasses.replace(
        house(stage), open_outbox=lambda account: Cutting(account, helo="localhost")
    )
    outcome = probe(stage)
    assert in_english("the search for it failed") in words(outcome)["came back"]
    assert "queued as" in words(outcome)["send"]


def test_nothing_is_sent_where_signing_in_fails(stage: Stage) -> None:
    stage.mailbox()
    stage.world.close_imap()
    assert [step.name for step in probe(stage).steps] == ["smtp", "imap"]
    assert stage.arrived(ADA) == []


def test_without_a_probe_nothing_is_sent(stage: Stage) -> None:
    stage.mailbox()
    outcome = stage.relance.mailboxes.test(ADA, probe=False)
    assert [step.name for step in outcome.steps] == ["smtp", "imap"]
    assert outcome.ok
    assert stage.arrived(ADA) == []


def test_another_provider_is_learned_anew(stage: Stage) -> None:
    stage.mailbox()
    probe(stage)
    stage.relance.mailboxes.remove(ADA)
    account = stage.world.add_rep(ADA, "Ada", "correct horse")
    moved = dataclasses.replace(account, imap=Server("localhost", account.imap.port))
    view = stage.relance.mailboxes.add(mailbox_service.MailboxSpec.of(moved), anyway=True)
    assert (view.files_sent, view.provider) == (None, "")


# --- and afterwards ---


def auto_reply(message_id: str) -> bytes:
    return (
        f"From: Ada <{ADA}>\r\nTo: {ADA}\r\nSubject: Out of office\r\nMessage-ID: <away@northwind.example>\r\n"
        f"In-Reply-To: {message_id}\r\nAuto-Submitted: auto-replied\r\n\r\nI am back on 9 March 2026.\r\n"
    ).encode()


def bounce(message_id: str) -> bytes:
    return (
        f"From: Mail Delivery System <mailer-daemon@northwind.example>\r\nTo: {ADA}\r\nSubject: Undelivered\r\n"
        "Return-Path: <>\r\nMessage-ID: <bounce@northwind.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.northwind.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ADA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    ).encode()


def test_a_probe_counts_towards_nothing(stage: Stage) -> None:
    """Not even where the salesperson tries the sequence on herself, and is written to by her own mailbox."""
    stage.enroll(OLA, ADA)
    stage.advance(hours=1)
    [intro] = stage.arrived(ADA)
    assert probe(stage).ok
    with house(stage).database.read() as conn:
        since = stage.clock.now() - dt.timedelta(days=1)
        assert len(arrivals.sent_since(conn, 1, since)) == 2  # the two intros
    [_, sent] = stage.arrived(ADA)
    assert "relance-probe" in sent.message_id
    stage.place(ADA, auto_reply(sent.message_id), kind=Kind.OTHER)
    stage.place(ADA, bounce(sent.message_id), kind=Kind.OTHER)
    stage.look()
    assert (stage.state(OLA), stage.state(ADA)) == ("active", "active")
    assert stage.relance.inbox.list() == []
    assert {line.kind for line in stage.relance.timeline(ADA)} == {
        line.kind for line in stage.relance.timeline(OLA)
    }
    stage.advance(days=20)
    assert (stage.sent_to(OLA), stage.sent_to(ADA)) == (3, 4)
    report = stage.relance.report(str(FOLLOW_UP["sequence"]))
    assert report.steps[0].sent == 2
    assert intro.message_id != sent.message_id


def test_an_answer_of_somebody_the_probe_was_sent_on_to_is_heard(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    probe(stage)
    [sent] = stage.arrived(ADA)
    raw = (
        f"From: {OLA}\r\nTo: {ADA}\r\nSubject: Re: Fwd: {sent.subject}\r\nMessage-ID: <o@acme.example>\r\n"
        f"References: {sent.message_id}\r\n\r\nWhat is this? Call me.\r\n"
    ).encode()
    stage.world.place(ADA, Mail(raw, Kind.ANSWER, OLA, OLA))
    stage.look()
    assert stage.state(OLA) == "replied"


def test_an_answer_to_the_id_the_250_told_is_found(stage: Stage) -> None:
    rewriting(stage, lambda raw, _: raw, f"Ok {SES_LOCAL}")
    stage.enroll(OLA)
    stage.advance(hours=1)
    named = {"In-Reply-To": SES, "References": SES, "Subject": "hello"}
    stage.answer(OLA, "Yes.", sender="assistant@elsewhere.example", headers=named)
    stage.advance(days=20)
    assert (stage.sent_to(OLA), stage.state(OLA)) == (1, "replied")


# --- real servers ---


@contextmanager
def real(url: str, folder: Path) -> Iterator[Context]:
    with (
        dovecot.running({dovecot.USER: engine_house.PASSWORD}) as mail,
        postfix.running(mail, ports.free_port()) as out,
    ):
        account = dataclasses.replace(
            mail.account(), smtp=Server("localhost", out.submission, Security.STARTTLS)
        )
        with engine_house.build(url, folder, clock.machine_now(), allow_test_domains=True) as built:
            mailbox_service.add(built, mailbox_service.MailboxSpec.of(account))
            yield built


def test_a_probe_through_postfix_and_dovecot(sqlite_url: str, tmp_path: Path) -> None:
    with real(sqlite_url, tmp_path) as built:
        outcome = probe_run.try_out(built, dovecot.USER, Patience(back=120, copy=0.5, between=0.1))
        assert outcome.ok, outcome
        said = words(outcome)
        assert said["came back"].startswith(in_english("in INBOX after"))
        assert said["message id"] == in_english("kept as we wrote it")
        assert outcome.learned is not None
        assert (outcome.learned.folder, outcome.learned.given_id) == ("INBOX", "")
        assert in_english("Sent") in said["sent copies"]
        assert mailbox_service.show(built, dovecot.USER).files_sent in (False, None)
