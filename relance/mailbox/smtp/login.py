"""The login of an SMTP session: one mechanism, one refusal, and what the refusal means."""

from __future__ import annotations

import base64

import aiosmtplib

from relance.mailbox import login_refusals, refusal_words
from relance.mailbox.account import Account
from relance.mailbox.auth import Credentials, Sasl
from relance.mailbox.login_refusals import Meaning
from relance.mailbox.smtp import protocol
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode


async def ask(
    line: protocol.Wire, credentials: Credentials, offered: frozenset[str], seconds: float
) -> aiosmtplib.SMTPResponse | None:
    """The server's last word on the login; None where it offers no mechanism that takes these credentials.

    One mechanism is asked: a second refusal could lock the person out. Only a server that knows no such command after all
    is asked by the other one it offers.
    """
    line.conceal(credentials.redact)
    reply, way = None, credentials.sasl(offered)
    while way and (reply is None or reply.code in login_refusals.SMTP_NO_SUCH_WAY):
        reply = await _said(line, way, seconds)
        offered -= {way.mechanism}
        way = credentials.sasl(offered)
    return reply


async def _said(line: protocol.Wire, way: Sasl, seconds: float) -> aiosmtplib.SMTPResponse:
    """AUTH (RFC 4954, 4)."""
    told = [base64.b64encode(response) for response in way.responses]
    begun = [told.pop(0)] if way.at_once else []
    reply = await line.ask(b" ".join((b"AUTH", way.mechanism.encode(), *begun)), seconds)
    for answer in told:
        if reply.code == 334:
            reply = await line.ask(answer, seconds)
    return reply


def no_way(credentials: Credentials, offered: str) -> str:
    """What is said of a server that offers no mechanism for these."""
    if credentials.by_token:
        return f"the server offers no login by OAuth 2.0 (it offers: {offered})"
    return f"the server offers no login by password (it offers: {offered})"


def refused(reply: aiosmtplib.SMTPResponse) -> SendResult:
    """What a 4xx or 5xx to AUTH means; blame `SENDER` says that these credentials are refused, and a person must act."""
    said, meaning = smtp_replies.bounded(reply.message), login_refusals.of_smtp(reply.code, reply.message)
    blame = Blame.SENDER if meaning is Meaning.REFUSED else Blame.SERVER
    status = refusal_words.status(reply.message, reply.code)
    return SendResult(Outcome.NOT_SENT, "auth", blame, reply.code, status, said)


def answered(refusal: SendResult) -> bool:
    """Whether the server did its work when it let nobody in: it said no, or offers nothing that takes a password. Pure.

    One that is silent, or gone, at AUTH has not answered, though it greeted.
    """
    return refusal.stage == "auth" and (refusal.code is not None or refusal.blame is Blame.SENDER)


def told(account: Account, refusal: SendResult) -> Text:
    """A refusal of the way out in a sentence that says what to do."""
    place = f"{account.smtp.host}:{account.smtp.port}"
    said = ended(smtp_replies.shown(refusal.code, refusal.text))
    if refusal.stage != "auth" or refusal.code is None:
        return Text(
            "The SMTP server {place} cannot be used: {words} {advice}",
            place=place,
            words=said,
            advice=_advice(refusal),
        ).coded(SentenceCode.SERVER_UNUSABLE if refusal.blame is Blame.SENDER else SentenceCode.UNREACHABLE)
    if refusal.blame is Blame.SENDER:
        return Text(
            "The SMTP server {place} refused the login of {username}: {words} {advice}",
            place=place,
            username=account.username,
            words=said,
            advice=login_refusals.advice("SMTP", by_token=account.credentials.by_token),
        ).coded(SentenceCode.LOGIN_REFUSED)
    return Text(
        "The SMTP server {place} does not accept the login of {username} for now: {words} It will be tried again.",
        place=place,
        username=account.username,
        words=said,
    ).coded(SentenceCode.LOGIN_REFUSED_FOR_NOW)


def _advice(refusal: SendResult) -> Text:
    if refusal.blame is not Blame.SENDER:
        return Text("Check the host and port; it will be tried again.")
    return Text(
        "Check its host, port and security; for a server of your own, give the PEM file of its authority."
    )
