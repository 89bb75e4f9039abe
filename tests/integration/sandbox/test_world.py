"""The mail world as clients see it: real SMTP and IMAP on real sockets."""

from __future__ import annotations

import datetime as dt
import imaplib
import smtplib
import ssl
from collections.abc import Iterator

import imapclient
import pytest

from relance import clock as clocks
from relance.mailbox import account
from relance.sandbox import record, world
from relance.sandbox.servers import postoffice

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
RAW = (
    b"From: Ann <ann@reps.example>\r\nTo: piotr@firma.example\r\nSubject: =?utf-8?q?Za=C5=BC=C3=B3=C5=82=C4=87?=\r\n"
    b"Message-ID: <m1@reps.example>\r\nX-Long: one\r\n two\r\n\r\nDzie\xc5\x84 dobry\r\n.\r\n"
)


@pytest.fixture
def clock() -> clocks.ManualClock:
    return clocks.ManualClock(START)


@pytest.fixture
def mail_world(clock: clocks.ManualClock) -> Iterator[world.World]:
    with world.World(clock, seed=1) as standing:
        yield standing


@pytest.fixture
def ann(mail_world: world.World) -> account.Account:
    return mail_world.add_rep("Ann@reps.example", "Ann", "correct horse")


def trust(rep: account.Account) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=rep.ca_file)


def deliver(rep: account.Account, *recipients: str, sender: str | None = None, raw: bytes = RAW) -> str:
    with smtplib.SMTP(rep.smtp.host, rep.smtp.port, local_hostname="client.example", timeout=10) as client:
        client.starttls(context=trust(rep))
        client.login(rep.username, rep.credentials.secret)
        client.mail(sender or rep.address)
        for recipient in recipients:
            code, reply = client.rcpt(recipient)
            if code >= 400:
                return f"{code} {reply.decode()}"
        code, reply = client.data(raw)
        return f"{code} {reply.decode()}"


def imap(rep: account.Account) -> imapclient.IMAPClient:
    client = imapclient.IMAPClient(rep.imap.host, port=rep.imap.port, ssl=False, timeout=10)
    client.starttls(trust(rep))
    client.login(rep.username, rep.credentials.secret)
    return client


def read(rep: account.Account, folder: str) -> list[dict[bytes, object]]:
    with imap(rep) as client:
        client.select_folder(folder, readonly=True)
        found = client.fetch(client.search(), ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])
        return list(found.values())


def test_a_mail_sent_by_smtp_is_recorded_and_a_copy_filed(
    mail_world: world.World, ann: account.Account
) -> None:
    heard: list[record.Arrived] = []
    mail_world.on_arrival(heard.append)

    reply = deliver(ann, "Piotr@firma.example")

    assert "queued as" in reply
    (arrived,) = mail_world.record.story().arrived
    assert heard == [arrived]
    assert arrived.raw == RAW
    assert (arrived.rep, arrived.recipient) == ("ann@reps.example", "piotr@firma.example")
    assert (arrived.message_id, arrived.subject) == ("<m1@reps.example>", "Zażółć")
    assert arrived.header("x-long") == "one two"
    assert arrived.when.at == START
    assert arrived.asked.order < arrived.when.order
    (copy,) = read(ann, "Sent")
    assert copy[b"BODY[]"] == RAW
    assert copy[b"FLAGS"] == (b"\\Seen",)


def test_a_rep_may_have_no_sent_copies(mail_world: world.World) -> None:
    bob = mail_world.add_rep("bob@reps.example", "Bob", "pw", files_sent=False)

    deliver(bob, "x@firma.example")

    assert read(bob, "Sent") == []


def test_an_answer_handed_in_for_a_prospect_is_no_mail_of_the_reps(
    mail_world: world.World, ann: account.Account
) -> None:
    raw = RAW.replace(b"From: Ann <ann@reps.example>", b"From: piotr@firma.example")
    deliver(ann, "ann@reps.example", raw=raw)
    assert [mail[b"BODY[]"] for mail in read(ann, "INBOX")] == [raw]
    assert read(ann, "Sent") == []


def test_a_mail_to_oneself_comes_back(mail_world: world.World, ann: account.Account) -> None:
    deliver(ann, "ann@reps.example")

    assert [mail[b"BODY[]"] for mail in read(ann, "INBOX")] == [RAW]


def test_a_placed_mail_stands_in_its_folder_with_business_time(
    mail_world: world.World, ann: account.Account
) -> None:
    mail = postoffice.Mail(
        RAW, record.Kind.ANSWER, "piotr@firma.example", "piotr@firma.example", folder="Junk"
    )

    placed = mail_world.place(ann.address, mail)

    assert placed.subject == "Zażółć"
    assert mail_world.record.story().placed == (placed,)
    with imap(ann) as client:
        client.normalise_times = False
        client.select_folder("Junk", readonly=True)
        (found,) = client.fetch(client.search(), ["INTERNALDATE"]).values()
    assert found[b"INTERNALDATE"] == START


def test_every_login_is_recorded_and_failed_ones_are_not(
    mail_world: world.World, ann: account.Account
) -> None:
    imap(ann).logout()
    stranger = imapclient.IMAPClient(ann.imap.host, port=ann.imap.port, ssl=False, timeout=10)
    stranger.starttls(trust(ann))
    with pytest.raises(imapclient.exceptions.LoginError):
        stranger.login(ann.username, "wrong")
    stranger.shutdown()

    assert [sync.rep for sync in mail_world.record.story().syncs] == ["ann@reps.example"]


def test_no_login_without_tls(mail_world: world.World, ann: account.Account) -> None:
    with imaplib.IMAP4(ann.imap.host, ann.imap.port, timeout=10) as client:
        assert "LOGINDISABLED" in client.capabilities
        with pytest.raises(imaplib.IMAP4.error):
            client.login(ann.username, ann.credentials.secret)


def test_smtp_wants_tls_a_login_and_ones_own_address(mail_world: world.World, ann: account.Account) -> None:
    with smtplib.SMTP(ann.smtp.host, ann.smtp.port, local_hostname="client.example", timeout=10) as client:
        client.ehlo()
        assert client.mail(ann.address)[0] == 530
        client.starttls(context=trust(ann))
        client.ehlo()
        assert client.mail(ann.address)[0] == 530
        client.login(ann.username, ann.credentials.secret)
        assert client.mail("ceo@reps.example")[0] == 553
    assert mail_world.record.story().arrived == ()


def test_a_wrong_smtp_password_is_refused(mail_world: world.World, ann: account.Account) -> None:
    with smtplib.SMTP(ann.smtp.host, ann.smtp.port, timeout=10) as client:
        client.starttls(context=trust(ann))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(ann.username, "no")


def test_a_stranger_to_the_authority_is_not_trusted(mail_world: world.World, ann: account.Account) -> None:
    client = imapclient.IMAPClient(ann.imap.host, port=ann.imap.port, ssl=False, timeout=10)
    connection = client.socket()
    with pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(ssl.create_default_context())
    connection.close()


def test_a_doorkeeper_turns_recipients_away(mail_world: world.World, ann: account.Account) -> None:
    mail_world.on_recipient(lambda who: "550 5.1.1 No such user" if who.startswith("no") else None)

    assert deliver(ann, "nobody@firma.example") == "550 5.1.1 No such user"

    (turned,) = mail_world.record.story().turned
    assert (turned.recipient, turned.reply) == ("nobody@firma.example", "550 5.1.1 No such user")
    assert mail_world.record.story().arrived == ()


def test_a_session_that_idles_hears_of_a_new_mail(mail_world: world.World, ann: account.Account) -> None:
    mail = postoffice.Mail(RAW, record.Kind.ANSWER, "piotr@firma.example", "piotr@firma.example")
    with imap(ann) as client:
        client.select_folder("INBOX", readonly=True)
        client.idle()
        mail_world.place(ann.address, mail)
        heard = client.idle_check(timeout=10)
        client.idle_done()

    assert (1, b"EXISTS") in heard


def test_the_world_leaves_no_thread_and_no_port_behind(clock: clocks.ManualClock) -> None:
    with world.World(clock) as standing:
        rep = standing.add_rep("ann@reps.example", "Ann", "pw")
        client = imap(rep)
    with pytest.raises(ConnectionRefusedError):
        imap(rep)
    client.shutdown()


def test_the_record_can_be_read_step_by_step_and_waited_for(mail_world: world.World) -> None:
    book = mail_world.record
    first = book.add(lambda when: record.Mishap(when, "one"))
    seen, position = book.since(0)
    second = book.add(lambda when: record.Mishap(when, "two"))

    assert seen == (first,)
    assert book.since(position) == ((second,), 2)
    assert book.wait_for(lambda story: len(story.mishaps) == 2)
    assert not book.wait_for(lambda story: len(story.mishaps) == 3, timeout=0.01)
