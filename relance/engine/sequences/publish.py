"""Sequences: checked, published as versions that never change, listed, paused and resumed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import Connection

from relance import errors, templates
from relance.engine.context import Context
from relance.engine.definition import lint, sequence
from relance.engine.definition.lint import Checked
from relance.engine.definition.reading import files, load, partial
from relance.engine.event_log.of_mailboxes import SequencePaused, SequencePublished, SequenceResumed
from relance.engine.reasons import Code
from relance.engine.roles import scope_now
from relance.engine.sequences.resuming import backlog
from relance.engine.store import done_by, events, statistics
from relance.engine.store.contacts import contacts
from relance.engine.store.sequences import sequences
from relance.engine.store.sequences.sequences import Version
from relance.wording import N_, Text

SENDER = frozenset({"sender_name", "sender_first_name", "sender_address"})

Source = Path | str | sequence.Sequence
# A Path is a file of this machine, which only who sits at it may name; a str is the text itself, whatever it looks like.


@dataclass(frozen=True)
class Published:
    """What publishing did: `changed` is False when the latest version says the same."""

    name: str
    version: int
    changed: bool
    warnings: tuple[errors.Problem, ...] = ()


@dataclass(frozen=True)
class SequenceSummary:
    """One sequence in a list. `counts` are its enrollments by state. Numbers are of those the viewer may see."""

    name: str
    version: int
    state: str
    reason: str
    published_at: dt.datetime
    steps: int
    counts: Mapping[str, int]
    positive: int = 0  # people whose answer was judged as interested
    next_mail: dt.datetime | None = (
        None  # when the next mail to anybody falls due; None: none does, or the sequence is paused
    )
    paused_by: str = ""


@dataclass(frozen=True)
class VersionView:
    """One version of a sequence."""

    number: int
    published_at: dt.datetime
    digest: str


@dataclass(frozen=True)
class SequenceDetail:
    """One version of a sequence in full, and which others there are (newest first)."""

    name: str
    version: int
    state: str
    reason: str
    published_at: dt.datetime
    yaml: str
    versions: tuple[VersionView, ...]
    counts: Mapping[str, int]
    paused_by: str = ""
    published_by: str = ""  # who published this version; empty where that is not known
    reworded_by: str = (
        ""  # who changed its text since, comments or layout; empty where nobody did, or that is not known
    )


def check(context: Context, source: Source) -> Checked:
    """Everything that is wrong with a sequence, and what may surprise. Changes nothing. A `Path` is a file, a str the text itself.

    A field no contact has is a mistake; as long as there are no contacts at all it is a warning.
    """
    return _checked(context, *_text(source))


def _checked(context: Context, text: str | sequence.Sequence, where: str) -> Checked:
    with context.database.read() as conn:
        anybody = contacts.count(conn) > 0
        known = {"email", *contacts.FIELDS, *SENDER, *contacts.own_fields(conn)}
    found = lint.examine(text, known, where)
    if anybody or not found.problems:
        return found
    return _forgiving(text, known, where, found)


def _forgiving(text: str | sequence.Sequence, known: set[str], where: str, strict: Checked) -> Checked:
    """The same check as if every field that is used were known; what only the strict one finds is a warning."""
    mild = lint.examine(text, known | set(_named(text, where)), where)
    doubts = tuple(each for each in strict.problems if each not in mild.problems)
    return Checked(mild.definition, mild.problems, (*mild.warnings, *doubts))


def _named(text: str | sequence.Sequence, where: str) -> Iterator[str]:
    """Every field that a sequence's words and conditions use, where they can be read."""
    plain = sequence.written(text) if isinstance(text, sequence.Sequence) else load.read(text, where).data
    for source in partial.words(plain):
        yield from _words_names(source)
    for condition in partial.conditions(plain):
        yield from _condition_names(condition)


def _words_names(source: templates.Source) -> frozenset[str]:
    try:
        return templates.compile_source(source).variables
    except errors.Invalid:
        return frozenset()


def _condition_names(text: str) -> frozenset[str]:
    try:
        return templates.compile_condition(text).names
    except errors.Invalid:
        return frozenset()


class Overtaken(errors.WrongUse):
    """Somebody published another version since this text was begun, or another text of the same one (`reworded`); nothing was
    done. `latest` is the number of the version that is there."""

    def __init__(self, name: str, latest: int, *, reworded: bool = False) -> None:
        self.latest = latest
        what = _REWORDED if reworded else _PUBLISHED
        super().__init__(Text(what, latest=latest, name=name))


_PUBLISHED = N_(
    "Version {latest} of {name} has been published since you started. Your text has been kept, and nothing was published."
)
_REWORDED = N_(
    "The text of version {latest} of {name} has been changed since you started. Your text has been kept, and nothing was published."
)


def publish(context: Context, source: Source, *, base: int | None = None, digest: str = "") -> Published:
    """Make a definition the sequence's newest version; raises `errors.Invalid` with every problem, and nothing is done.

    Contacts already enrolled stay with their version. The text is kept as it is written, comments included, and takes the place
    of the latest version's text if it says the same. A `Path` is a file, a str the text itself. `base` is the
    version that the text was begun from (0: there was none): if it is no longer the latest, `Overtaken` is raised; so it
    is if the `text_digest` of that version's text is no longer `digest` (empty: not asked): comments alone make no new version.
    """
    text, where = _text(source)
    checked = _checked(context, text, where)
    if checked.definition is None:
        raise errors.Invalid(checked.problems)
    definition, written = checked.definition, text if isinstance(text, str) else ""
    now = context.clock.now()
    with context.database.write() as conn:
        if base is not None:
            _require_latest(conn, definition.name, base, digest, now)
        number, changed = sequences.publish(
            conn, definition.name, sequence.digest(definition), sequence.written(definition), now, written
        )
        if changed:
            events.record_event(conn, SequencePublished(definition.name, number), now)
    return Published(definition.name, number, changed, checked.warnings)


def _require_latest(conn: Connection, name: str, base: int, digest: str, now: dt.datetime) -> None:
    sequences.lock(conn, name, now)
    latest = next(iter(sequences.versions(conn, name)), None)
    number = latest.number if latest else 0
    if number != base:
        raise Overtaken(name, number)
    if latest and digest and text_digest(as_written(conn, latest)) != digest:
        raise Overtaken(name, number, reworded=True)


text_digest = sequences.text_digest


def _text(source: Source) -> tuple[str | sequence.Sequence, str]:
    """The definition or its text, and the name of its file. A str is always a text: it may be a stranger's."""
    if isinstance(source, Path):
        return files.text_of(source), str(source)
    return files.bounded(source) if isinstance(source, str) else source, ""


# Looking at what is published.


def summaries(context: Context) -> list[SequenceSummary]:
    """Every sequence, by name."""
    with context.database.read() as conn:
        people, positive = sequences.people(conn), statistics.positive_by_sequence(conn)
        return [
            _summary(context, conn, each, people.get(each.sequence_id), positive.get(each.sequence_id, 0))
            for each in sequences.latest(conn)
        ]


@dataclass(frozen=True)
class SequenceStanding:
    """How one sequence stands, without what happened to its mails. `enrolled` and `positive` count those the viewer may see."""

    sequence: str
    version: int
    state: str
    reason: str
    goal: str | None
    enrolled: int
    positive: int
    paused_by: str = ""
    mailboxes: Mapping[str, int] = field(
        default_factory=dict
    )  # {address: share of new people}; empty: all in equal shares


def standing(context: Context, name: str) -> SequenceStanding:
    """How one sequence stands; raises `errors.NotFound`."""
    with context.database.read() as conn:
        latest = versions_of(conn, name)[0]
        number = latest.sequence_id
        enrolled, positive = _counted(conn, number)
        says = context.library.script(conn, latest.id).definition
    stands = (latest.name, latest.number, latest.state, latest.reason)
    return SequenceStanding(*stands, says.goal, enrolled, positive, str(latest.paused_by), says.mailboxes)


def _counted(conn: Connection, number: int) -> tuple[int, int]:
    """Who is in a sequence, and who of them is interested."""
    if scope_now().everything:
        return sum(statistics.states_of(conn, number).values()), statistics.positive(conn, number)
    people = sequences.people(conn).get(number)
    enrolled = sum(people.counts.values()) if people else 0
    return enrolled, statistics.positive_by_sequence(conn).get(number, 0)


def states(context: Context) -> list[tuple[str, str]]:
    """Every sequence's name and state, by name, without counting anybody."""
    with context.database.read() as conn:
        return sequences.states(conn)


def _summary(
    context: Context, conn: Connection, each: Version, people: sequences.People | None, positive: int
) -> SequenceSummary:
    steps = len(context.library.script(conn, each.id).plan.steps)
    ahead = people.next_mail if people and each.state == "active" else None
    counts = people.counts if people else {}
    published = each.published_at
    stands = (each.name, each.number, each.state, each.reason)
    return SequenceSummary(*stands, published, steps, counts, positive, ahead, str(each.paused_by))


def show(context: Context, name: str, version: int | None = None) -> SequenceDetail:
    """One version (the latest, if none is named); raises `errors.NotFound`."""
    with context.database.read() as conn:
        found = versions_of(conn, name)
        chosen = next((each for each in found if version in (None, each.number)), None)
        if chosen is None:
            raise errors.NotFound(
                Text(
                    "{name} has no version {version}; the latest is {latest}.",
                    name=name,
                    version=version,
                    latest=found[0].number,
                )
            )
        people = sequences.people(conn).get(chosen.sequence_id)
        text = as_written(conn, chosen)
        by = events.publisher(conn, chosen.name, chosen.number, chosen.published_at)
        since = sequences.reworded_by(conn, chosen.id)
    return SequenceDetail(
        chosen.name,
        chosen.number,
        chosen.state,
        chosen.reason,
        chosen.published_at,
        text,
        tuple(VersionView(each.number, each.published_at, each.digest) for each in found),
        people.counts if people else {},
        str(chosen.paused_by),
        str(by.named()) if by is not None else "",
        str(since.named()) if since is not None else "",
    )


def as_written(conn: Connection, version: Version) -> str:
    """The text of a version, with its comments; written anew where only what it says is known."""
    kept = sequences.source(conn, version.id)
    return kept or load.to_yaml(sequence.Sequence.model_validate(version.definition))


def versions_of(conn: Connection, name: str) -> list[Version]:
    """Every version of a sequence, newest first; raises `errors.NotFound` with the nearest name."""
    found = sequences.versions(conn, name)
    if not found:
        names = [each.name for each in sequences.latest(conn)]
        raise errors.NotFound(
            Text.together(Text('there is no sequence "{name}".', name=name), _instead(name, names)),
            command="" if names else Text("Publish one with `relance sequence publish FILE`."),
        )
    return found


def _instead(name: str, names: list[str]) -> Text | str:
    by_lower = {each.lower(): each for each in names}
    near = errors.nearest(name.lower(), by_lower)
    if near:
        return Text('Did you mean "{name}"?', name=by_lower[near])
    return Text("Known: {names}.", names=", ".join(names[:10])) if names else ""


# Pausing all of it.


def pause(context: Context, name: str, reason: str = "") -> bool:
    """Nothing of this sequence leaves until it is resumed. Answers are still read. False where nothing changed by it."""
    return _set_state(context, name, reason)


def resume(context: Context, name: str) -> bool:
    """Let the sequence go on. What fell due meanwhile is spread over the next opening, not sent in one minute. False where it
    was not paused."""
    changed = _set_state(context, name, None)
    backlog.spread_overdue(context, name)
    return changed


def _set_state(context: Context, name: str, reason: str | None) -> bool:
    """Paused for a reason in a person's words, or resumed (None)."""
    now = context.clock.now()
    with context.database.write() as conn:
        before = versions_of(conn, name)[0]
        if reason == (before.reason if before.state == "paused" else None):
            return False
        why = None if reason is None else done_by.done(conn, Code.PAUSED, text=reason)
        sequences.set_state(conn, name, why)
        events.record_event(conn, SequenceResumed(name) if why is None else SequencePaused(why, name), now)
        return True
