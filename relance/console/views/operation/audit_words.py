"""What the audit log says, in words: what was done, what each value is called, and the value as people write it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from relance import wording
from relance.console.requests import language
from relance.engine import reasons
from relance.engine.jobs import titles
from relance.engine.reasons import Code, code_words
from relance.engine.reporting import codes
from relance.engine.store import headings
from relance.engine.store.users.audit import AuditEntry
from relance.wording import N_, Text, _


def said(entry: AuditEntry) -> str:
    """What was done; where a later release did it, that it was something else."""
    return _(ACTIONS[entry.action]) if entry.action in ACTIONS else str(UNKNOWN)


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """What was written down, a line each: what it is called, before, after."""
    old, new = entry.before or {}, entry.after or {}
    names = [name for name in {**old, **new} if name not in HIDDEN and old.get(name) != new.get(name)]
    return [(field(name), value(name, old.get(name)), value(name, new.get(name))) for name in names]


def field(name: str) -> str:
    """What people call a value: one of ours, else a field of contacts."""
    return _(FIELDS[name]) if name in FIELDS else str(reasons.field_name(name))


def value(name: str, found: Any) -> str:
    """A value as people write it."""
    if found in (None, "", []):
        return "–"
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, Mapping):
        shown = {each: one for each, one in found.items() if one not in (None, "", []) and each not in HIDDEN}
        return ", ".join(f"{field(each)}: {value(each, one)}" for each, one in shown.items()) or "–"
    if isinstance(found, list):
        return ", ".join(value(name, each) for each in found)
    return _word(name, str(found))


def _word(name: str, found: str) -> str:
    if name in _CODES:
        return _CODES[name](found)
    return _moment(found) or found


def _moment(found: str) -> str:
    """A day or an instant as people write it; empty for what is neither."""
    if len(found) < len("2026-03-02") or found[4:5] != "-":
        return ""
    try:
        if len(found) == len("2026-03-02"):
            return wording.day(dt.date.fromisoformat(found))
        at = dt.datetime.fromisoformat(found)
    except ValueError:
        return ""
    return wording.moment(at) if at.tzinfo else wording.day(at.date())


def _of(*tables: str) -> Callable[[str], str]:
    """A code by the first of these tables that knows it."""

    def word(code: str) -> str:
        plain = code.replace("-", " ")
        known = (
            codes.text(table, each)
            for table in tables
            for each in (code, plain)
            if each in codes.TABLES[table]
        )
        return str(next(known, code_words.LATER))

    return word


def _deed(code: str) -> str:
    return str({**titles.CHANGES, **titles.DEEDS}.get(code, code_words.LATER))


def _because(code: str) -> str:
    return headings.heading(Code(code)) if code in set(Code) else str(code_words.LATER)


_CODES: Mapping[str, Callable[[str], str]] = {
    "action": _deed,
    "deed": _deed,
    "decision": _of("decision"),
    "held_because": _because,
    "intent": _of("intent"),
    "kind": _of("mail"),
    "language": language.named,
    "outcome": _of("outcome"),
    "role": _of("user role"),
    "states": _of("person", "task"),
    "unknown_policy": _of("policy"),
    "when": _of("task time"),
}
# What is kept as a code, by the name of the value.

HIDDEN = frozenset({"again", "key", "own", "quote", "undo_seconds", "wait_seconds", "probe", "dry_run"})
# How something was asked for, which says nothing of what was changed.

FIELDS: Mapping[str, str] = {
    "active": N_("may sign in"),
    "language": N_("language"),
    "name": N_("name"),
    "network": N_("network"),
    "on": N_("code at sign-in"),
    "action": N_("what"),
    "also_elsewhere": N_("also people in another sequence"),
    "anyway": N_("saved without a test"),
    "assignee": N_("assigned to"),
    "base": N_("version it was begun from"),
    "ca_file": N_("certificate of your own authority"),
    "company": N_("company"),
    "contact": N_("contact"),
    "daily_cap": N_("limit in 24 hours"),
    "decision": N_("decision"),
    "deed": N_("what"),
    "digest": N_("text it was begun from"),
    "ehlo_name": N_("name in the greeting"),
    "email": N_("contact"),
    "emails": N_("people"),
    "force": N_("in spite of open mails"),
    "gap_seconds": N_("seconds between mails"),
    "hourly_cap": N_("limit in an hour"),
    "jitter_seconds": N_("random seconds more"),
    "ramp_up": N_("ramp-up"),
    "go_on": N_("people who bounced go on"),
    "held_because": N_("held because"),
    "ids": N_("tasks"),
    "imap": N_("receives through"),
    "intent": N_("meaning"),
    "kind": N_("kind of mail"),
    "mailbox": N_("mailbox"),
    "mailboxes": N_("mailboxes"),
    "numbers": N_("people by number"),
    "outcome": N_("how it ended"),
    "over": N_("replaced decision"),
    "plus_addressing": N_("plus addressing"),
    "new_threads": N_("also at a new thread"),
    "note": N_("note"),
    "password": N_("new password"),
    "read": N_("read"),
    "reason": N_("reason"),
    "role": N_("role"),
    "search": N_("search"),
    "same_thread": N_("conversations continued in the same thread"),
    "sequence": N_("sequence"),
    "sessions": N_("browsers"),
    "signature": N_("signature"),
    "signature_html": N_("signature in HTML"),
    "smtp": N_("sends through"),
    "source": N_("text of the sequence"),
    "states": N_("state"),
    "step": N_("step"),
    "stop": N_("the sequence is stopped"),
    "to": N_("to"),
    "tracking_host": N_("web address of the links"),
    "until": N_("until"),
    "unknown_policy": N_("mail that may not have arrived"),
    "user": N_("user"),
    "variant": N_("variant"),
    "username": N_("sign-in name"),
    "wanted": N_("which"),
    "when": N_("due"),
    "zone": N_("time zone"),
    "when_paused": N_("also while the mailbox is paused"),
    "who": N_("assigned to"),
    "whom": N_("who"),
}
# Every name that is noted is here (a test compares), or is a field of contacts.

UNKNOWN = Text.within("audit", "something that a later release does")
ACTIONS: Mapping[str, str] = {
    "session.begin": N_("signed in"),
    "session.end": N_("signed out"),
    "session.code_refused": N_("refused a code at sign-in"),
    "session.refused": N_("refused a sign-in"),
    "users.accept": N_("set a password using a link"),
    "users.change": N_("changed a user"),
    "users.describe": N_("changed name or language"),
    "users.invite": N_("created a link"),
    "users.password": N_("changed a password"),
    "users.proof_refused": N_("typed a wrong current password"),
    "users.second_factor": N_("changed the code at sign-in"),
    "users.sign_out": N_("signed somebody out"),
    "mailboxes.add": N_("added a mailbox"),
    "mailboxes.connect": N_("connected mailboxes"),
    "mailboxes.add_signed_in": N_("added a mailbox"),
    "mailboxes.assign": N_("set the owner of a mailbox"),
    "mailboxes.change": N_("changed a mailbox"),
    "mailboxes.pause": N_("paused a mailbox"),
    "mailboxes.hand_over": N_("handed people over to another mailbox"),
    "mailboxes.remove": N_("removed a mailbox"),
    "mailboxes.resume": N_("resumed a mailbox"),
    "mailboxes.test": N_("tested a mailbox"),
    "mailboxes.check_health": N_("checked the health of a mailbox"),
    "mailboxes.let_first_mails_go": N_("decided about first mails of a mailbox with failed checks"),
    "mailboxes.sign_mails": N_("changed the key that signs a mailbox's mails"),
    "mailboxes.add_leave": N_("entered a leave of a mailbox's owner"),
    "mailboxes.cancel_leave": N_("cancelled a leave of a mailbox's owner"),
    "mailboxes.file_copies": N_("switched copies of sent mail"),
    "contacts.add": N_("added a contact"),
    "contacts.change": N_("changed a contact"),
    "contacts.import_file": N_("imported contacts"),
    "contacts.lift": N_("removed entries from the do-not-contact list"),
    "contacts.suppress": N_("put somebody on the do-not-contact list"),
    "contacts.suppress_list": N_("imported a do-not-contact list"),
    "contacts.undo_list": N_("took back an imported do-not-contact list"),
    "contacts.unsuppress": N_("took somebody off the do-not-contact list"),
    "sequences.publish": N_("published a sequence"),
    "sequences.pause": N_("paused a sequence"),
    "sequences.send_test": N_("sent a test of a mail"),
    "sequences.resume": N_("resumed a sequence"),
    "enroll": N_("enrolled people"),
    "enrollments.pause": N_("paused people"),
    "enrollments.release": N_("let people go on"),
    "enrollments.resume": N_("resumed people"),
    "enrollments.stop": N_("stopped people"),
    "inbox.accept_substitute": N_("accepted a substitute"),
    "inbox.correct": N_("corrected an answer"),
    "inbox.dismiss_substitute": N_("dismissed a substitute"),
    "inbox.mark": N_("marked answers"),
    "inbox.undo": N_("took back a correction"),
    "inbox.reply": N_("replied to an answer"),
    "inbox.take_back": N_("took back a reply"),
    "jobs.cancel": N_("cancelled work in the background"),
    "jobs.change_enrollments": N_("changed many people"),
    "jobs.check_contacts": N_("checked a file"),
    "jobs.decide_held": N_("decided about held people"),
    "jobs.hand_over": N_("handed people over to another mailbox"),
    "jobs.remove_mailbox": N_("removed a mailbox"),
    "jobs.connect_mailboxes": N_("connected mailboxes"),
    "jobs.enroll": N_("enrolled people"),
    "jobs.import_contacts": N_("imported contacts"),
    "restored.decide": N_("decided what was sent before a restore"),
    "resume": N_("resumed people"),
    "tasks.assign": N_("assigned tasks"),
    "tasks.done": N_("completed a task"),
    "tasks.skip": N_("skipped tasks"),
    "tasks.snooze": N_("postponed tasks"),
    "tasks.undo": N_("opened a task again"),
    "unknown.resolve": N_("decided about a mail in doubt"),
}
# Whatever may be done has a name here (a test compares).
