"""How servers lay out what they return, delay, acknowledge, ask and report."""

from __future__ import annotations

from dataclasses import dataclass

OURS = "jan@nasza.example"
THEM = "anna.nowak@acme.example"
ORIGINAL = f"""From: Jan Kowalski <{OURS}>
To: Anna Nowak <{THEM}>
Subject: A shorter pipeline
Message-ID: <m1.abc@nasza.example>
Date: Mon, 3 Aug 2026 09:00:00 +0200

Good morning Anna, is Thursday good for a call? Unsubscribe: https://t.nasza.example/u/x
"""


@dataclass(frozen=True)
class Failure:
    """One way a delivery ends: what the server says, and what that means."""

    name: str
    status: str
    words: str
    kind: str
    action: str = "failed"


FAILURES = (
    Failure("unknown", "5.1.1", f"550 5.1.1 <{THEM}>: Recipient address rejected: User unknown in virtual mailbox table", "hard bounce"),
    Failure("o365-unknown", "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "hard bounce"),
    Failure("o365-denied", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [x.prod.outlook.com]", "hard bounce"),
    Failure("gmail-unknown", "5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address.", "hard bounce"),
    Failure("disabled", "5.2.1", "550 5.2.1 The email account that you tried to reach is inactive.", "hard bounce"),
    Failure("no-domain", "5.1.2", "Host or domain name not found. Name service error for name=acme.example type=MX: Host not found", "hard bounce"),
    Failure("nxdomain", "5.4.4", "DNS Error: DNS type 'mx' lookup of acme.example responded with code NXDOMAIN Domain name not found: acme.example", "hard bounce"),
    Failure("bare-550", "5.0.0", "550 Requested action not taken: mailbox unavailable", "hard bounce"),
    Failure("yahoo-gone", "5.0.0", "554 delivery error: dd This user doesn't have a yahoo.com account (anna) [0] - mta1", "hard bounce"),
    Failure("relay-unknown-571", "5.7.1", f"550 5.7.1 <{THEM}>: no such user here", "hard bounce"),
    Failure("full", "5.2.2", "552 5.2.2 The email account that you tried to reach is over quota. Please direct the recipient to clear some space", "soft bounce"),
    Failure("full-4", "4.2.2", "452 4.2.2 Mailbox full", "soft bounce"),
    Failure("full-as-511", "5.1.1", "550 5.1.1 mailbox is full, message rejected", "soft bounce"),
    Failure("expired", "4.4.7", "delivery temporarily suspended: connect to mx.acme.example: Connection timed out", "soft bounce"),
    Failure("greylisted", "4.2.0", "450 4.2.0 Recipient address rejected: Greylisted, try again later", "soft bounce", "delayed"),
    Failure("delayed", "4.4.1", "connect to mx.acme.example[192.0.2.1]:25: Connection refused", "soft bounce", "delayed"),
    Failure("loop", "5.4.6", "554 5.4.6 Routing loop detected: too many hops", "soft bounce"),
    Failure("too-large", "5.3.4", "552 5.3.4 Message size exceeds fixed limit", "soft bounce"),
    Failure("spamhaus", "5.7.1", "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org", "blocked"),
    Failure("gmail-spam", "5.7.1", "550-5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam", "blocked"),
    Failure("gmail-unauth", "5.7.26", "550-5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.", "blocked"),
    Failure("dmarc", "5.7.1", "550 5.7.1 Unauthenticated email from nasza.example is not accepted due to domain's DMARC policy", "blocked"),
    Failure("gmail-quota", "5.4.5", "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to", "blocked"),
    Failure("o365-quota", "5.1.90", "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", "blocked"),
    Failure("o365-spammer", "5.1.8", "550 5.1.8 Access denied, bad outbound sender AS(42004)", "blocked"),
    Failure("rate", "4.7.28", "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address", "blocked", "delayed"),
    Failure("block-as-511", "5.1.1", "550 5.1.1 rejected: your IP has a poor reputation, see Spamhaus", "blocked"),
    Failure("policy", "5.7.0", "554 5.7.0 Message rejected due to local policy. Mimecast", "blocked"),
)  # fmt: skip


def report(sender: str, subject: str, notice: str, failure: Failure) -> str:
    """A multipart/report by RFC 3464."""
    return f"""Return-Path: <>
From: {sender}
To: {OURS}
Subject: {subject}
Date: Mon, 3 Aug 2026 09:00:05 +0000
Message-ID: <dsn.1@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

--B1
Content-Type: text/plain; charset=us-ascii

{notice}

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.nasza.example
Arrival-Date: Mon, 3 Aug 2026 09:00:00 +0000

Final-Recipient: rfc822; {THEM}
Original-Recipient: rfc822;{THEM}
Action: {failure.action}
Status: {failure.status}
Diagnostic-Code: smtp; {failure.words}

--B1
Content-Type: message/rfc822

{ORIGINAL}
--B1--
"""


def plain(sender: str, subject: str, text: str, extra: str = "Return-Path: <>\n") -> str:
    """A returned mail without a report: only words."""
    return f"""{extra}From: {sender}
To: {OURS}
Subject: {subject}
Date: Mon, 3 Aug 2026 09:00:05 +0000
Message-ID: <p.1@mx.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{text}
"""


def postfix(failure: Failure) -> str:
    notice = f"""This is the mail system at host mx.nasza.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{THEM}>: host mx.acme.example[192.0.2.1] said: {failure.words} (in reply to RCPT TO command)"""
    return report(
        "MAILER-DAEMON@mx.nasza.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        notice,
        failure,
    )


def gmail(failure: Failure) -> str:
    late = failure.action == "delayed"
    subject = "Delivery Status Notification (Delay)" if late else "Delivery Status Notification (Failure)"
    head = (
        "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to"
        if late
        else "** Address not found **\n\nYour message wasn't delivered to"
    )
    return report("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", subject, f"{head} {THEM}.\n\nThe response was:\n\n{failure.words}", failure)  # fmt: skip


def exchange(failure: Failure) -> str:
    notice = f"""Delivery has failed to these recipients or groups:

Anna Nowak ({THEM})

Diagnostic information for administrators:

Generating server: AM0PR01.eurprd01.prod.exchangelabs.com
{THEM}
Remote Server returned '{failure.words}'"""
    return report("Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@nasza.example>", "Undeliverable: A shorter pipeline", notice, failure)  # fmt: skip


def exim(failure: Failure) -> str:
    text = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {THEM}
    host mx.acme.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{THEM}>:
    {failure.words}

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}"""
    extra = f"Return-Path: <>\nX-Failed-Recipients: {THEM}\nAuto-Submitted: auto-replied\n"
    return plain("Mail Delivery System <Mailer-Daemon@mx.nasza.example>", "Mail delivery failed: returning message to sender", text, extra)  # fmt: skip


def qmail(failure: Failure) -> str:
    text = f"""Hi. This is the qmail-send program at mx.nasza.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{THEM}>:
192.0.2.1 does not like recipient.
Remote host said: {failure.words}
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

{ORIGINAL}"""
    return plain("MAILER-DAEMON@mx.nasza.example", "failure notice", text)


SERVERS = {"postfix": postfix, "gmail": gmail, "exchange": exchange, "exim": exim, "qmail": qmail}
