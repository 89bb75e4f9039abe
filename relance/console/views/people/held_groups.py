"""People who are held, in groups: a group is a reason, and says what can be done about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from relance.console.views.people import contact_fields
from relance.engine.reasons import CAUSES, HOLDS, Code, HoldKind
from relance.engine.reporting.status import HeldView
from relance.engine.sending.doubt.in_doubt import UnknownMail
from relance.engine.store import headings
from relance.engine.store.held import HeldGroup, HeldMark
from relance.wording import N_, _, capital

UNKNOWN = "unknown"
RESTORED, MISSING, REMOVED = Code.MAYBE_SENT, Code.VALUE_MISSING, Code.MAILBOX_REMOVED
# Groups that ask for more than "let go on or end". In the first, a row is a mail; in all others a person.


@dataclass(frozen=True)
class GroupedPerson:
    """Somebody in a group. `key` is what a form names them by."""

    key: str
    email: str
    name: str
    sequence: str
    step: str | None
    mailbox: str
    why: str
    since: dt.datetime | None
    missing: tuple[str, ...] = ()
    searched: bool = False  # whether the Sent folder was searched, and shows nothing
    answer: int | None = None  # what came in and holds them


@dataclass(frozen=True)
class Group:
    """People who are held for the same reason. `rows` are those that are shown, `fields` {name: heading} what they lack."""

    code: str
    title: str
    advice: str
    kind: str
    rows: tuple[GroupedPerson, ...]
    count: int
    fields: Mapping[str, str]

    @property
    def same(self) -> bool:
        """Whether the reason is the same sentence for everybody, so that it need not stand in each row."""
        return len({each.why for each in self.rows}) < 2


TITLES: Mapping[str, str] = {
    UNKNOWN: N_("May have been delivered"),
    RESTORED: N_("May have been sent before the backup was restored"),
    MISSING: N_("A value is missing"),
    Code.PROSE: N_("Other reasons"),
}
ADVICE: Mapping[str, str] = {
    UNKNOWN: N_(
        "The connection broke while these mails were being sent. Look in the Sent folder of the mailbox, or ask the "
        "recipient: your answer decides whether the mail is sent again."
    ),
    RESTORED: N_(
        "The database was restored from a backup, so the next mail to these people may already have been sent. It is not sent again unless you say that it was not."
    ),
    MISSING: N_("Fill in what the next mail needs, and these people continue."),
    REMOVED: N_("Choose the mailbox to continue from. Their next mails then come from a different address."),
    HoldKind.COLLEAGUE: N_("Somebody else at their company answered. Read the answer before you decide."),
    HoldKind.ANSWER: N_(
        "A mail came in that may be their answer. Open it and say whose it is and what it means, or decide here."
    ),
    HoldKind.REFUSED: N_(
        "A server refused the mail. Those who go on get the next mail; the refused one is skipped."
    ),
    HoldKind.ORGANISATION: N_(
        "Their mail server refuses mail from this mailbox. For those who go on it is tried again."
    ),
}
ELSE = N_("Decide for each of them: let them go on, or end their sequence.")


def by_code(held: Sequence[HeldMark], unknown: Sequence[UnknownMail]) -> dict[Code, list[HeldMark]]:
    """The largest group first. Anyone with a mail in doubt is left out: that mail is asked about. Pure."""
    asked_about = in_doubt(unknown)
    found: dict[Code, list[HeldMark]] = {}
    for each in held:
        if (each.enrollment, each.step) not in asked_about:
            found.setdefault(_GROUP.get(each.code, Code.PROSE), []).append(each)
    return dict(sorted(found.items(), key=lambda each: -len(each[1])))


_GROUP = {code.value: headings.counted_as(code) for code in Code}


@dataclass(frozen=True)
class Counted:
    """Those of a group: how many, and the enrollments of those that are shown."""

    count: int
    numbers: tuple[int, ...]


def counted(found: Iterable[HeldGroup], most: int) -> dict[Code, Counted]:
    """The same of what the database counted by code. Pure."""
    together: dict[Code, list[HeldGroup]] = {}
    for each in found:
        together.setdefault(_GROUP.get(each.code, Code.PROSE), []).append(each)
    merged = {code: _merged(here, most) for code, here in together.items()}
    return dict(sorted(merged.items(), key=lambda each: -each[1].count))


def _merged(here: Sequence[HeldGroup], most: int) -> Counted:
    longest = sorted(
        (mark for each in here for mark in each.longest), key=lambda each: (each.since, each.enrollment)
    )
    return Counted(sum(each.count for each in here), tuple(each.enrollment for each in longest[:most]))


def in_doubt(unknown: Iterable[UnknownMail]) -> set[tuple[int, str]]:
    """Enrollments and steps whose mail is asked about by itself. Pure."""
    return {(each.enrollment, each.step) for each in unknown if each.enrollment is not None}


def shown(people: Mapping[Code, Counted], unknown: Sequence[UnknownMail], most: int) -> set[int]:
    """The enrollments that have a row where a group has at most so many. Pure."""
    of_mails = {each.enrollment for each in unknown[:most] if each.enrollment is not None}
    return of_mails | {number for group in people.values() for number in group.numbers}


def groups(
    people: Mapping[Code, Counted],
    rows: Mapping[int, HeldView],
    unknown: Sequence[UnknownMail],
    searched: Collection[tuple[str, str]],
    most: int,
) -> Iterable[Group]:
    """Mails in doubt first. `rows`: who is `shown`, by enrollment; `searched`: (address, sequence) whose Sent folder shows no
    mail; `most`: rows of a group. Pure."""
    if unknown:
        mails = tuple(_of_mail(each, rows.get(each.enrollment or 0)) for each in unknown[:most])
        yield Group(UNKNOWN, _(TITLES[UNKNOWN]), _(ADVICE[UNKNOWN]), UNKNOWN, mails, len(unknown), {})
    for code, those in people.items():
        here = [rows[number] for number in those.numbers if number in rows]
        if here:  # else they were let go while it was looked
            yield _group(code, here, those.count, searched)


def _group(
    code: Code, people: Sequence[HeldView], count: int, searched: Collection[tuple[str, str]]
) -> Group:
    kind = HOLDS[CAUSES[code]]
    if people[0].answer is not None and kind is HoldKind.OTHER:
        kind = HoldKind.ANSWER
    rows = tuple(_row(each, searched) for each in people)
    lacking = dict.fromkeys(name for each in rows for name in each.missing) if code is MISSING else {}
    fields = {name: contact_fields.label(name) for name in lacking}
    advice = ADVICE.get(code) or ADVICE.get(kind) or ELSE
    form = code.value if code in (RESTORED, MISSING, REMOVED) else kind.value
    return Group(code.value, _title(code), _(advice), form, rows, count, fields)


def _title(code: Code) -> str:
    return capital(_(TITLES[code]) if code in TITLES else headings.heading(code))


def _row(each: HeldView, searched: Collection[tuple[str, str]]) -> GroupedPerson:
    return GroupedPerson(
        str(each.enrollment),
        each.email,
        _named(each),
        each.sequence,
        each.step,
        each.mailbox,
        each.reason,
        each.since,
        each.missing,
        (each.email, each.sequence) in searched,
        each.answer,
    )


def _of_mail(mail: UnknownMail, person: HeldView | None) -> GroupedPerson:
    key, name = mail.message_id.strip("<>"), _named(person) if person else ""
    searched = mail.looks > 0
    since = mail.since
    return GroupedPerson(
        key, mail.email, name, mail.subject, mail.step, mail.mailbox, mail.words, since, (), searched
    )


def _named(each: HeldView) -> str:
    return " · ".join(part for part in (each.name, each.company) if part)
