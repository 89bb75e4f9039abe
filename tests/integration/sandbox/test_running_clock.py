"""The whole cast on a running clock: threads, servers and requests at once, and the audit over it."""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl

import imapclient

from relance import clock as clocks
from relance.mailbox import account
from relance.sandbox import audit, prospects, record, world
from relance.sandbox.cast import behaviour, people

START = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
DAY = 86_400
ROUNDS = 3


def sync(rep: account.Account) -> None:
    with imapclient.IMAPClient(rep.imap.host, port=rep.imap.port, ssl=False, timeout=10) as client:
        client.starttls(ssl.create_default_context(cafile=rep.ca_file))
        client.login(rep.username, rep.credentials.secret)


def send(rep: account.Account, round_: int, recipients: list[str]) -> None:
    """One mail to everybody, without looking at anything that came in: what no engine may do."""
    with smtplib.SMTP(rep.smtp.host, rep.smtp.port, local_hostname="c.example", timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=rep.ca_file))
        client.login(rep.username, rep.credentials.secret)
        for recipient in recipients:
            words = f"words of step {'abcdef'[round_]}"
            client.mail(rep.address)
            if client.rcpt(recipient)[0] == 250:
                identity = f"<{round_}.{recipient}>"
                client.data(f"Subject: Hello\r\nMessage-ID: {identity}\r\n\r\n{words}\r\n")
            else:
                client.rset()


def test_a_careless_sender_is_found_out() -> None:
    contacts = people.roster(60, 1).people
    cast = {
        email: persona
        for email, persona in behaviour.cast(contacts, 1).items()
        if persona.fate not in (behaviour.Fate.ONE_CLICK, behaviour.Fate.UNSUBSCRIBE_PAGE)
    }
    clock = clocks.Clock.scaled(5 * DAY, START)
    with world.World(clock, seed=1) as standing, prospects.Prospects(standing, cast) as actors:
        rep = standing.add_rep("ann@reps.example", "Ann", "pw")
        for round_ in range(ROUNDS):
            sync(rep)
            send(rep, round_, list(cast))
            wake = START + dt.timedelta(days=6 * (round_ + 1))
            assert standing.record.wait_for(lambda _, wake=wake: clock.now() >= wake)  # type: ignore[misc]
            assert actors.settle()
        story = standing.record.story()

    found = audit.audit(story, [])
    spoke = {one.person for one in story.placed if one.kind in record.ANSWERS}

    assert story.mishaps == ()
    assert spoke
    assert spoke <= {email for email, persona in cast.items() if persona.fate in behaviour.ANSWERING}
    assert found.sent_twice == 0
    assert found.after_answer > 0
    assert found.unexplained == found.mails_arrived == len(story.arrived)
    refused = {email for email, persona in cast.items() if persona.fate is behaviour.Fate.REFUSED}
    assert refused <= {turned.recipient for turned in story.turned}
    assert not refused & {mail.recipient for mail in story.arrived}
