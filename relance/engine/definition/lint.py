"""Whether a sequence that can be read also makes sense: what would go wrong later is told now, at its line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from relance import errors, templates
from relance.engine.definition import (
    compiled,
    graph,
    languages,
    sequence,
    steps,
    unwritten,
)
from relance.engine.definition.examination import Examination
from relance.engine.definition.reading import load, partial, repairs
from relance.engine.definition.reading.yaml_source import Places
from relance.engine.definition.steps import EndStep, MailStep, Path, WaitStep
from relance.engine.schedule import send_windows
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

MANY_MAILS = 7  # to one person without an answer: beyond it complaints grow faster than meetings
SOON = 20.0  # hours between two mails; less reads as pestering
TIME_TO_CLICK = 4.0  # hours between a mail and the question whether it was clicked


@dataclass(frozen=True)
class Checked:
    """What a check found: the definition (None when problems stand in the way), problems and warnings."""

    definition: sequence.Sequence | None
    problems: tuple[errors.Problem, ...] = ()
    warnings: tuple[errors.Problem, ...] = ()


def examine(source: str | sequence.Sequence, known: Collection[str], where: str = "") -> Checked:
    """Read (if it is text) and check. `known` are the contact's fields a template may use; `where` names the file."""
    if isinstance(source, sequence.Sequence):
        return check(source, known)
    document = load.read(source, where)
    if document.sequence is None:
        more = partial.problems(document.data, known, document.places, where)
        rest = _however_mended(document, known, where)
        return Checked(None, _ordered([*document.problems, *more, *rest]), document.doubts)
    found = check(document.sequence, known, document.places, where)
    return replace(found, warnings=_ordered([*document.doubts, *found.warnings]))


def check(
    definition: sequence.Sequence, known: Collection[str], places: Places | None = None, where: str = ""
) -> Checked:
    """Everything that can be told about a sequence before anybody is enrolled."""
    look = Examination(definition, frozenset(known) | set(definition.values), places or Places(), where)
    _ask(look, QUESTIONS)
    return Checked(None if look.problems else definition, _ordered(look.problems), _ordered(look.warnings))


def _ask(look: Examination, questions: Iterable[Question]) -> None:
    for question in questions:
        question(look)


def _however_mended(document: load.Document, known: Collection[str], where: str) -> list[errors.Problem]:
    """What is wrong with the sound parts of a document, whichever way its broken ones are mended: none of it follows
    from those alone."""
    found: list[list[errors.Problem]] = []
    questions = [each for each in QUESTIONS if each not in _unanswered(document)]
    for definition in load.mended(document):
        names = frozenset(known) | set(definition.values)
        look = Examination(definition, names, document.places, where, document.data)
        _ask(look, questions)
        found.append(look.problems)
    first, *others = found or [[]]  # where the broken steps are mails, which more can be said about
    told = [{replace(each, hint="") for each in other} for other in others]
    return [each for each in first if all(replace(each, hint="") in other for other in told)]


def _unanswered(document: load.Document) -> set[Question]:
    """What cannot be asked of the sound parts, as the answer lies in a broken one."""
    parts = {path[0] for path in document.broken if path}
    left = {question for part, questions in _RESTS_ON.items() if part in parts for question in questions}
    if repairs.unnamed(document.data, [path for path in document.broken if path[:1] == ("steps",)]):
        left.add(_conditions_are_right)
    return left


def _ordered(found: list[errors.Problem]) -> tuple[errors.Problem, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: (problem.line, problem.column)))


Question = Callable[[Examination], None]
# The questions, each about one kind of mistake.


def _steps_are_reached(look: Examination) -> None:
    for step in look.plan.steps:
        step_id = graph.id_of(step)
        if step_id not in look.before:
            path = look.plan.paths[step_id]
            look.problem(
                path,
                Text("this step is never reached: every path ends before it.").coded(
                    SentenceCode.STEP_NOT_REACHED
                ),
                Text("Move it up, or remove the `end`."),
            )
            return  # all that follow are unreachable for the same reason


def _mails_have_subjects(look: Examination) -> None:
    for path, mail in look.mails():
        if mail.thread == "new" and any(choice.subject is None for choice in mail.choices):
            earlier = look.before.get(mail.id)
            instead = Text("Write `subject: ...`.")
            if earlier and earlier.earlier_mails:
                instead = Text("Write `subject: ...`, or `thread: reply` to continue the previous thread.")
            look.problem(path, Text("this mail has no subject.").coded(SentenceCode.SUBJECT_MISSING), instead)


def _replies_have_something_to_answer(look: Examination) -> None:
    for path, mail in look.mails():
        before = look.before.get(mail.id)
        if mail.thread == "reply" and before and not before.surely_mailed:
            if before.earlier_mails:
                what = Text(
                    "on some paths no mail has been sent before this reply (a branch or a `when` skips it)."
                ).coded(SentenceCode.NOTHING_TO_REPLY_TO)
            else:
                what = Text("this is a reply, but there is no mail before it.").coded(
                    SentenceCode.NOTHING_TO_REPLY_TO
                )
            look.problem((*path, "thread"), what, Text("Write `thread: new` and a subject."))


def _mails_keep_apart(look: Examination) -> None:
    for path, mail in look.mails():
        before = look.before.get(mail.id)
        if before is None:
            continue
        if before.hours == 0:
            look.problem(
                path,
                Text("this mail would go out together with the one before it.").coded(
                    SentenceCode.MAILS_TOGETHER
                ),
                Text("Add `after: 3 business days`."),
            )
        elif before.hours < SOON:
            look.warn(
                path,
                Text("only {time} after the previous mail.", time=_span(before.hours)).coded(
                    SentenceCode.MAILS_CLOSE
                ),
                Text("Two or three business days are usual."),
            )
        if before.most_mails == MANY_MAILS:
            look.warn(
                path,
                Text(
                    "this is mail number {number} to one person without a reply.", number=MANY_MAILS + 1
                ).coded(SentenceCode.MANY_MAILS),
            )


def _span(hours: float) -> Text:
    minutes = round(hours * 60)
    if minutes < 120:
        return Text.plural("{count} minute", "{count} minutes", minutes)
    return Text.plural("{count} hour", "{count} hours", round(hours))


def _send_hours_meet(look: Examination) -> None:
    for path, mail in look.mails():
        if mail.at is None:
            continue
        rule = compiled.rule_for(look.definition, mail)
        if not any(hour.end > send_windows.parse_time(mail.at) for day in rule.week.days for hour in day):
            look.problem(
                (*path, "at"),
                Text("{at} is later than the sending hours of any day.", at=mail.at).coded(
                    SentenceCode.AFTER_SENDING_HOURS
                ),
                Text("See `send: hours`."),
            )


def _words_are_right(look: Examination) -> None:
    for path, text in look.texts():
        if path[0] != "values":
            found = templates.check_source(partial.source(str(path[-1]), text), look.known)
            look.problems += look.moved(path, found)


def _nothing_is_left_to_write(look: Examination) -> None:
    for path, text in look.texts():
        look.problems += look.moved(path, unwritten.left(text, look.known))
        look.warnings += look.moved(path, unwritten.nowhere(text))


def _conditions_are_right(look: Examination) -> None:
    if look.definition.stop.when:
        everything = frozenset(mail.id for mail in look.plan.mails)
        _condition(look, ("stop", "when"), look.definition.stop.when, everything)
    for step in look.plan.steps:
        before = look.before.get(graph.id_of(step))
        if before is None:
            continue
        for key, text in step.asks():
            path = (*look.plan.paths[graph.id_of(step)], *key)
            asked = _condition(look, path, text, before.earlier_mails)
            if asked & {"clicked", "opened"} and before.hours < TIME_TO_CLICK:
                look.warn(path, Text("this is checked right after the mail is sent, before anyone could have clicked.").coded(SentenceCode.ASKED_TOO_SOON), Text("Add `after: 2 days`."))  # fmt: skip


def _condition(look: Examination, path: Path, text: str, earlier: frozenset[str]) -> set[str]:
    """Check one condition; the names of the facts it asks for."""
    found = templates.check_condition(text, look.known)
    look.problems += look.moved(path, found)
    if found:
        return set()
    facts = templates.compile_condition(text).facts
    for fact, arguments in facts:
        _is_measured(look, path, fact)
        if arguments:
            _is_earlier(look, path, arguments, earlier)
    return {fact for fact, _ in facts}


def _is_measured(look: Examination, path: Path, fact: str) -> None:
    track = look.definition.track
    if fact == "clicked" and not track.clicks:
        look.problem(
            path,
            Text("clicked() can never be true, because `track: clicks` is off.").coded(
                SentenceCode.CLICKS_NOT_TRACKED
            ),
            Text("Write `clicks: on`."),
        )
    if fact == "replied":
        look.warn(
            path,
            Text("replied() is never true here: an answer ends the sequence before the next step.").coded(
                SentenceCode.REPLIED_NEVER_TRUE
            ),
            Text("Leave it out: a contact who has answered gets nothing more."),
        )
    if fact == "opened" and not (track.opens and track.trust_opens):
        look.problem(
            path,
            Text("opened() tells you little: machines open mail that people never see.").coded(
                SentenceCode.OPENS_TELL_LITTLE
            ),
            Text(
                "Use clicked() instead; to use opened() all the same, write `trust_opens: yes` under `track`."
            ),
        )


def _is_earlier(look: Examination, path: Path, arguments: tuple[str, ...], earlier: frozenset[str]) -> None:
    step_id = arguments[0]
    mails = {mail.id: mail for mail in look.plan.mails}
    if step_id not in mails:
        near = errors.nearest(step_id, mails)
        look.problem(
            path,
            Text('`when`: no mail has the id "{step_id}".', step_id=step_id).coded(SentenceCode.MAIL_UNKNOWN),
            Text('Did you mean "{near}"?', near=near) if near else "",
        )
    elif step_id not in earlier:
        what = Text('`when`: the mail "{step_id}" does not come before this step.', step_id=step_id).coded(
            SentenceCode.MAIL_NOT_BEFORE
        )
        look.problem(path, what, Text("Ask about an earlier one."))
    elif len(arguments) > 1:
        _is_a_link(look, path, mails[step_id], arguments[1])


def _is_a_link(look: Examination, path: Path, mail: MailStep, label: str) -> None:
    """That the words of `mail` hold a link of that name; silent where they have mistakes of their own."""
    try:
        labels = [_labels(choice) for choice in mail.choices]
    except errors.Invalid:
        return
    everywhere = sorted(frozenset[str]().union(*labels))
    if label not in everywhere:
        near = errors.nearest(label, everywhere)
        known = (
            Text("Its links are called: {labels}.", labels=", ".join(everywhere))
            if everywhere
            else Text("It has no links.")
        )
        hint = Text('Did you mean "{near}"?', near=near) if near else known
        look.problem(
            path,
            Text('`when`: the mail "{id}" has no link called "{label}".', id=mail.id, label=label).coded(
                SentenceCode.LINK_UNKNOWN
            ),
            hint,
        )
    elif not all(label in found for found in labels):
        look.warn(
            path,
            Text('not every variant of "{id}" has the link "{label}".', id=mail.id, label=label).coded(
                SentenceCode.LINK_NOT_EVERYWHERE
            ),
        )


def _labels(choice: steps.Choice) -> frozenset[str]:
    return templates.compile_source(templates.Source(choice.subject, choice.body, choice.html)).labels


def _rest_is_sensible(look: Examination) -> None:
    if not look.plan.mails:
        look.warn(("steps",), Text("no step of this sequence sends a mail.").coded(SentenceCode.NO_MAILS))
    for step in look.plan.steps:
        step_id = graph.id_of(step)
        if isinstance(step, WaitStep) and look.plan.next(step_id) is None:
            look.warn(
                look.plan.paths[step_id],
                Text("this wait has no effect: no step follows.").coded(SentenceCode.WAIT_WITHOUT_EFFECT),
            )
    if look.definition.unsubscribe == "none":
        look.warn(
            ("unsubscribe",),
            Text("the mail has no unsubscribe line, only an unsubscribe header.").coded(
                SentenceCode.NO_UNSUBSCRIBE_LINE
            ),
        )


def _language_is_one(look: Examination) -> None:
    language = look.definition.language
    if language is not None and language not in languages.CODES:
        what = Text('"{value}" is not a language code.', value=language).coded(SentenceCode.LANGUAGE_UNKNOWN)
        look.problem(("language",), what, Text("Write two lower-case letters: pl, en, de."))


def _ends_are_no_jumps(look: Examination) -> None:
    """`end` takes a reason; somebody who writes a step's id there means it to go on from that step."""
    ids = {graph.id_of(step) for step in look.plan.steps}
    for step in look.plan.steps:
        if isinstance(step, EndStep) and step.end in ids:
            path = (*look.plan.paths[graph.id_of(step)], "end")
            what = Text(
                '`end`: the sequence ends here and does not continue with "{id}".', id=step.end
            ).coded(SentenceCode.END_NAMES_STEP)
            hint = Text("Write the reason why it ends, or remove this step and move the other one here.")
            look.problem(path, what, hint)


QUESTIONS: tuple[Question, ...] = (
    _language_is_one,
    _ends_are_no_jumps,
    _steps_are_reached,
    _mails_have_subjects,
    _replies_have_something_to_answer,
    _mails_keep_apart,
    _send_hours_meet,
    _words_are_right,
    _nothing_is_left_to_write,
    _conditions_are_right,
    _rest_is_sensible,
)
"""Every question a check asks, in order."""

_RESTS_ON: Mapping[str | int, frozenset[Question]] = {
    "send": frozenset({_send_hours_meet}),
    "track": frozenset({_conditions_are_right}),
    "values": frozenset({_conditions_are_right, _words_are_right}),
}
"""The part of a sequence without which questions have no answer."""
