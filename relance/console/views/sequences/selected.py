"""What is done with many people of a sequence at once: asked first, with how many, and done only with so many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page
from relance.console.requests import numbers
from relance.console.views.long_work import jobs
from relance.console.views.sequences.overview import link, people_meant
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.roles import Permission
from relance.engine.sequences.bulk import BulkReport, BulkResult
from relance.engine.sequences.listing import MAX_PAGE, EnrollmentFilter
from relance.engine.states import BulkOutcome, State
from relance.wording import N_, Text

Counted = Callable[[int], Text]
_NAMED = 20
# People who are named where something is done with many; the rest is a number.
LOOKED_AT = 2000
# Of so many each is looked at before it is asked; more are counted, which takes no longer for a million.


@dataclass(frozen=True)
class Action:
    """What can be done with many: the question, the button that does it, a promise, and what was done."""

    icon: str
    asks: Counted
    does: Counted
    means: str
    done: Counted
    dangerous: bool = False


ACTIONS: Mapping[str, Action] = {
    "pause": Action(
        "pause",
        lambda count: Text.plural("Pause {count} person?", "Pause {count} people?", count),
        lambda count: Text.plural("Pause {count} person", "Pause {count} people", count),
        N_("Nothing is sent to them until somebody resumes them. Answers are still read."),
        lambda count: Text.plural("{count} person was paused.", "{count} people were paused.", count),
    ),
    "resume": Action(
        "play",
        lambda count: Text.plural("Resume {count} person?", "Resume {count} people?", count),
        lambda count: Text.plural("Resume {count} person", "Resume {count} people", count),
        N_("The sequence continues for them where it left off."),
        lambda count: Text.plural("{count} person was resumed.", "{count} people were resumed.", count),
    ),
    "stop": Action(
        "ban",
        lambda count: Text.plural("Stop {count} person?", "Stop {count} people?", count),
        lambda count: Text.plural("Stop {count} person", "Stop {count} people", count),
        N_("This ends the sequence for them for good, and cancels their open tasks."),
        lambda count: Text.plural("{count} person was stopped.", "{count} people were stopped.", count),
        dangerous=True,
    ),
}
_WHY: Mapping[BulkOutcome, Counted] = {
    BulkOutcome.STAYS_PAUSED: lambda count: Text.plural(
        "{count} person is released and stays paused, because somebody paused them.",
        "{count} people are released and stay paused, because somebody paused them.",
        count,
    ),
    BulkOutcome.MAIL_IN_DOUBT: lambda count: Text.plural(
        "{count} person is left as they are: a mail may have reached them, and that is decided separately.",
        "{count} people are left as they are: a mail may have reached them, and that is decided one at a time.",
        count,
    ),
    BulkOutcome.STEP_IN_DOUBT: lambda count: Text.plural(
        "{count} person is left as they are: a step may have been sent before the database was restored.",
        "{count} people are left as they are: a step may have been sent before the database was restored.",
        count,
    ),
    BulkOutcome.MAILBOX_REMOVED: lambda count: Text.plural(
        "{count} person is left as they are: their mailbox was removed, and another has to be chosen.",
        "{count} people are left as they are: their mailbox was removed, and another has to be chosen.",
        count,
    ),
    BulkOutcome.MOVED_ON: lambda count: Text.plural(
        "The state of {count} person had changed in the meantime.",
        "The state of {count} people had changed in the meantime.",
        count,
    ),
}


@dataclass(frozen=True)
class Wish:
    """An action, and with whom."""

    key: str
    wanted: EnrollmentFilter

    @property
    def action(self) -> Action:
        """As it is shown."""
        return ACTIONS[self.key]


@dataclass(frozen=True)
class BulkQuestion:
    """With how many an action would be done, the first of them by address, and what is to be said of the others."""

    count: int
    named: Sequence[str]
    others: Sequence[Text]


def ask(visit: Visit) -> Response:
    """What an action would do with those who are chosen; nothing is done yet."""
    wish = _wish(visit)
    return _question(visit, wish, _look(visit, wish))


def act(visit: Visit) -> Response:
    """It is done, if it is still done with as many as were said; where they are very many, or with fewer: some always end."""
    wish = _wish(visit)
    now, said = _look(visit, wish), numbers.row(visit.text("count", 20))
    if now.count != said and not LOOKED_AT < now.count < (said or 0):
        return _question(visit, wish, now, UNPROCESSABLE)
    if now.count > jobs.AT_ONCE:
        job = visit.app.jobs.change_enrollments(wish.key, _with_whom(wish))
        return visit.go(jobs.link(job))
    found = _act(visit, wish, dry_run=False)
    told = [wish.action.done(len(_changed(found))), *_others(found)]
    return visit.go(_list(visit, wish), Text.together(*told), "good" if len(told) == 1 else "warn")


def _look(visit: Visit, wish: Wish) -> BulkQuestion:
    seen = visit.app.enrollments.glance(wish.key, _with_whom(wish), _NAMED)
    if seen.count > LOOKED_AT:
        return BulkQuestion(seen.count, seen.emails, [_UNSURE] if wish.key == "resume" else [])
    found = _act(visit, wish, dry_run=True)
    changed = _changed(found)
    return BulkQuestion(len(changed), [each.email for each in changed[:_NAMED]], _others(found))


_UNSURE = Text(
    "Those with whom this cannot be done stay as they are. Once it is done, the page of the work names them."
)


def _list(visit: Visit, wish: Wish) -> str:
    """Where they were chosen, as it was filtered."""
    return lists.back(visit, link(wish.wanted.sequence or ""), ("state",))


def _question(visit: Visit, wish: Wish, found: BulkQuestion, code: int = 200) -> Response:
    return visit.show(
        "sequence_act.html",
        code,
        action=wish.action,
        means=wish.action.means,
        asks=wish.action.asks(found.count),
        does=wish.action.does(found.count),
        name=wish.wanted.sequence,
        many=found.count,
        named=found.named,
        others=found.others,
        other=code != 200,
        fields=[*_fields(visit), ("count", str(found.count))],
        back=_list(visit, wish),
    )


def _wish(visit: Visit) -> Wish:
    """Those who are ticked, or all who match; raises `errors.Invalid` where nobody is."""
    key, name = visit.text("do"), visit.text("name")
    if key not in ACTIONS:
        raise errors.Invalid(Text("There is no such action."))
    if visit.text("matching") == "yes":
        return Wish(key, people_meant(name, visit.text("state"), visit.text("q", 300)))
    ticked = _ticked(visit)
    if not ticked:
        raise errors.Invalid(Text("Nobody was chosen. Tick people in the list, or all that match."))
    return Wish(key, EnrollmentFilter(sequence=name, numbers=ticked))


def _ticked(visit: Visit) -> tuple[int, ...]:
    given = [each for each in visit.form.getlist("row") if isinstance(each, str)][:MAX_PAGE]
    return tuple(number for each in given if (number := numbers.row(each)) is not None)


def _act(visit: Visit, wish: Wish, *, dry_run: bool) -> BulkReport:
    people, wanted = visit.app.enrollments, _with_whom(wish)
    if wish.key == "pause":
        return people.pause(wanted, dry_run=dry_run)
    if wish.key == "stop":
        return people.stop(wanted, dry_run=dry_run)
    return people.resume(wanted, dry_run=dry_run)


def _with_whom(wish: Wish) -> EnrollmentFilter:
    """Who is away comes back by themselves, unless they were ticked."""
    if wish.key != "resume" or wish.wanted.states:
        return wish.wanted
    paused, away = State.PAUSED.value, State.AWAY.value
    return replace(wish.wanted, states=(paused, away) if wish.wanted.numbers else (paused,))


def _changed(found: BulkReport) -> list[BulkResult]:
    return [each for each in found.results if each.outcome is BulkOutcome.CHANGED]


def _others(found: BulkReport) -> list[Text]:
    """Those with whom it cannot be done, and why."""
    counted = found.counts
    return [words(counted[outcome]) for outcome, words in _WHY.items() if counted.get(outcome)]


def _fields(visit: Visit) -> Sequence[tuple[str, str]]:
    """What was chosen, to be sent along once more."""
    names = ("name", "do", "row", "matching", "state", "q", "list")
    return [
        (key, value) for key, value in visit.form.multi_items() if key in names and isinstance(value, str)
    ]


PAGES = (
    Page("/sequence/people", ask, Permission.WORK, method="POST"),
    Page("/sequence/people/done", act, Permission.WORK, method="POST"),
)
