"""What is wrong with what a mailbox is to be: its servers, its limits, what it signs in with."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from relance import errors
from relance.engine.contacts import fields as contact_fields
from relance.engine.schedule import throttle, timezones
from relance.engine.schedule.pace import ramp_up
from relance.engine.states import POLICIES
from relance.engine.store.mailboxes import mailboxes
from relance.mailbox import greeting, providers, tls
from relance.mailbox.account import Security, Server
from relance.mailbox.composing import compose, signature
from relance.tracking.links import Links
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

EMPTY = Text("is empty.").coded(SentenceCode.VALUE_EMPTY)
NEGATIVE = Text("cannot be negative.").coded(SentenceCode.VALUE_UNFIT)
_CONTROL = Text("contains a control character.").coded(SentenceCode.VALUE_UNFIT)
_NO_SERVER = Text("needs a host and a port from 1 to 65535.").coded(SentenceCode.VALUE_UNFIT)
_UNPROTECTED = Text("would send the password unencrypted.").coded(SentenceCode.UNPROTECTED)


def spec_problems(spec: Any, email: str, today: dt.date | None) -> Iterator[errors.Problem]:
    """What is wrong with a mailbox to take in (`MailboxSpec`). `today`: None where it needs no password."""
    if today and (ended := providers.password_ended(email, spec.smtp, spec.imap, today)):
        yield ended
    yield from name_problems(spec.name)
    if unreadable := tls.fault_of_pem(spec.ca_file):
        yield errors.Problem(unreadable, where="ca_file")
    yield from sign_in_problems(username=spec.username, password=spec.password if today else "-")
    for what, server in (("smtp", spec.smtp), ("imap", spec.imap)):
        yield from server_problems(what, server)
    yield from limit_problems(spec)
    yield from ramp_problems(spec.ramp_up, spec.daily_cap)
    yield from policy_problems(spec.unknown_policy)


def name_problems(name: str) -> Iterator[errors.Problem]:
    """What is wrong with a sender's name: it stands in the From of every mail."""
    try:
        tidy = contact_fields.tidy("name", name)
    except contact_fields.UnfitField as unfit:
        yield errors.Problem(unfit.args[0], where="name")
        return
    if len(tidy) > compose.NAME_LIMIT:
        longer = Text("can have at most {most} characters.", most=compose.NAME_LIMIT)
        yield errors.Problem(longer.coded(SentenceCode.VALUE_TOO_LONG), where="name")


def server_problems(what: str, server: Server) -> Iterator[errors.Problem]:
    """What is wrong with where a server is to be; `what`: smtp or imap."""
    if not server.host or not 0 < server.port < 65536:
        yield errors.Problem(_NO_SERVER, where=what)
    if server.security is Security.PLAIN and server.host not in ("127.0.0.1", "::1", "localhost"):
        hint = Text("Write tls or starttls; plain is for servers on this machine.")
        yield errors.Problem(_UNPROTECTED, where=what, hint=hint)


def policy_problems(policy: str) -> Iterator[errors.Problem]:
    """What is wrong with what becomes of mail nobody knows the fate of."""
    if policy not in POLICIES:
        known = Text("must be one of {policies}", policies=", ".join(POLICIES))
        yield errors.Problem(known.coded(SentenceCode.VALUE_UNFIT), where="unknown_policy")


def limit_problems(told: object) -> Iterator[errors.Problem]:
    """What is wrong with how fast a mailbox may send."""
    longest = int(throttle.LONGEST_GAP.total_seconds())
    for where in mailboxes.LIMITS:
        number, most = getattr(told, where) or 0, longest if where in _SPANS else throttle.MOST_MAILS
        if number < 0:
            yield errors.Problem(NEGATIVE, where=where)
        elif number > most:
            yield errors.Problem(_at_most(most), where=where)


_SPANS = ("gap_seconds", "jitter_seconds")


def _at_most(most: int) -> Text:
    return Text("can be at most {most}.", most=most).coded(SentenceCode.VALUE_UNFIT)


_NO_PLAN = Text(
    "must be the first day's number and how many more each day, such as 10+5, or one number for each day, such as 10, 15, 25."
).coded(SentenceCode.VALUE_UNFIT)
_DIGITS = 6  # of any number of a plan; Python refuses to read thousands of them
_NO_END = Text("needs a limit in 24 hours that it leads up to.").coded(SentenceCode.VALUE_UNFIT)


def ramp_problems(written: str, cap: int | None) -> Iterator[errors.Problem]:
    """What is wrong with a ramp-up; empty is well. `cap`: the mailbox's limit in 24 hours."""
    if not written:
        return
    if any(len(each) > _DIGITS or int(each) > ramp_up.MOST_MAILS for each in re.findall(r"\d+", written)):
        yield errors.Problem(_at_most(ramp_up.MOST_MAILS), where="ramp_up")
    elif ramp_up.RampPlan.read(written) is None:
        yield errors.Problem(_NO_PLAN, where="ramp_up")
    elif not cap:
        yield errors.Problem(_NO_END, where="ramp_up")


def sign_in_problems(**given: str) -> Iterator[errors.Problem]:
    """What is wrong with what a mailbox is signed in to with."""
    for what, value in given.items():
        if not value:
            yield errors.Problem(EMPTY, where=what)
        if any(unicodedata.category(letter) == "Cc" for letter in value):
            hint = Text("Was it pasted together with a line break?")
            yield errors.Problem(_CONTROL, where=what, hint=hint)


_NO_NAME = Text("must be a whole host name, such as mail.acme.example.").coded(SentenceCode.VALUE_UNFIT)


def sender_problems(told: Any) -> Iterator[errors.Problem]:
    """What is wrong with how a mailbox is to show itself; None and empty are well."""
    try:
        if told.zone:
            timezones.checked_zone(told.zone)
    except ValueError as wrong:
        yield errors.Problem(wrong.args[0].coded(SentenceCode.VALUE_UNFIT), where="zone")
    if told.ehlo_name and not greeting.is_name(told.ehlo_name):
        yield errors.Problem(_NO_NAME, where="ehlo_name")
    try:
        if told.tracking_host:
            Links.check(told.tracking_host.strip())
    except errors.Misconfigured as refused:
        yield errors.Problem(refused.text.coded(SentenceCode.VALUE_UNFIT), where="tracking_host")
    for where, flaw in (
        ("signature", signature.flaw_of_text(told.signature or "")),
        ("signature_html", signature.flaw_of_html(told.signature_html or "")),
    ):
        if flaw is not None:
            yield errors.Problem(flaw.coded(SentenceCode.VALUE_UNFIT), where=where)
