"""Tasks as a queue: the next one is open, with whom to call and what came from them; it closes with how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page, Rail
from relance.console.requests import numbers
from relance.console.visit import Visit
from relance.engine.inbound.corrections.inbox import AnswerView
from relance.engine.reporting import codes
from relance.engine.reporting.history.task_endings import TaskEnding
from relance.engine.roles import Permission
from relance.engine.sequences.steps.task_lists import TaskFilter
from relance.engine.states import TaskChange, TaskOutcome
from relance.engine.store.inbound.replies import ReplyFilter
from relance.engine.store.sequences.tasks import Task
from relance.wording import N_, Text, _, date_of

OPEN = "task"  # the task that is open, in the address; "none": the list alone
UNDO = "undo"  # the task that was closed last
GOES_ON = "wrong person, continue"  # in the form: that outcome, and the sequence is not stopped
_OUTCOMES = (
    ("d", TaskOutcome.DONE, N_("Done"), "check", N_("It is done as it was asked.")),
    (
        "n",
        TaskOutcome.NO_ANSWER,
        N_("No answer"),
        "phone",
        N_("Nobody was reached. To try again, postpone it instead."),
    ),
    (
        "l",
        TaskOutcome.LATER,
        N_("Asked for later"),
        "clock",
        N_("They want to hear from us later. The sequence keeps its times."),
    ),
    (
        "w",
        TaskOutcome.WRONG_PERSON,
        N_("Wrong person"),
        "circle-user",
        N_("This stops the sequence for them: nothing more of it is sent."),
    ),
    (
        "",
        GOES_ON,
        N_("Wrong person, continue"),
        "circle-user",
        N_("The sequence still writes to them, unless it asks for this outcome itself."),
    ),
)
# Key, code, label, icon, and what it means.
_PUT_OFF = {"tomorrow": attrgetter("next_day"), "week": attrgetter("week")}
# What the buttons ask for, as it is among the times that are offered.


def show(visit: Visit) -> Response:
    """The queue, and the task that is open: by its number, else the first."""
    wanted = _wanted(visit)
    found = visit.app.tasks.page(wanted, after=visit.query.get(lists.AFTER, ""), limit=lists.PAGE)
    opened = _opened(visit, found.tasks)
    before, behind = _beside(found.tasks, opened)
    return visit.show(
        "tasks.html",
        rows=[(each, _link(visit, each.id)) for each in found.tasks],
        opened=opened,
        ended=_ended(visit, opened),
        chosen=visit.query.get(OPEN, "").isdigit(),
        answer=_answer(visit, opened),
        chips=_chips(visit, wanted),
        search=visit.query.get("q", ""),
        hidden=[(name, visit.query[name]) for name in ("when", "mine") if name in visit.query],
        pages=lists.pages(visit, found.cursor),
        outcomes=[(key, str(each), _(label), sign, _(means)) for key, each, label, sign, means in _OUTCOMES],
        later=visit.app.tasks.postponed_times(),
        can_work=visit.me.may(Permission.WORK),
        undone=numbers.row(visit.query.get(UNDO, "")),
        back=lists.link(visit, **{OPEN: "none"}),
        first=_link(visit, opened.id if opened else None),
        before=_link(visit, before),
        behind=_link(visit, behind),
        after=behind or 0,
        today=visit.now,
    )


def done(visit: Visit) -> Response:
    """Closed, by how it ended; the next one opens. The sequence stops for the wrong person, unless it is said that it goes on."""
    number, note, said = _number(visit), visit.text("note").strip(), visit.text("outcome", 30)
    outcome = TaskOutcome.WRONG_PERSON.value if said == GOES_ON else said
    stop = said == TaskOutcome.WRONG_PERSON
    stopped = Text("Nothing more of this sequence is sent to them.") if stop else ""
    if not visit.app.tasks.done(number, outcome=outcome, note=note, stop=stop):
        kept = Text("Your note is kept in the person's history.") if note else ""
        return _closed_before(visit, number, Text.together(kept, stopped))
    closed = Text("Task closed: {outcome}.", outcome=codes.text("outcome", outcome))
    return visit.go(_on(visit, undo=number), Text.together(closed, stopped))


def _closed_before(visit: Visit, number: int, more: Text | str = "") -> Response:
    """Somebody else was quicker: by whom and how it was closed is told, and shown."""
    ended = visit.app.tasks.ending(number)
    said = Text("This task is not open any more.") if ended is None else ended.words
    return visit.go(_on(visit, number), Text.together(said, more), "warn")


def skip(visit: Visit) -> Response:
    """It need not be done; the sequence goes on."""
    found = visit.app.tasks.skip(TaskFilter((_number(visit),)))
    return _told(visit, found.results[0].outcome, Text("Task skipped. The sequence continues."), undo=True)


def undo(visit: Visit) -> Response:
    """The task that was closed last is open again, and shown."""
    number = _number(visit)
    if not visit.app.tasks.undo(number):
        return visit.go(
            _on(visit, number), Text("Nothing was taken back: this task is not closed any more."), "warn"
        )
    said = Text("Taken back: the task is open again, and the sequence stands where it stood.")
    return visit.go(_on(visit, number), said)


def snooze(visit: Visit) -> Response:
    """Due another day."""
    wait = _PUT_OFF.get(visit.text("for", 20))
    if wait is None:
        raise errors.Invalid(Text("Choose until when the task is postponed."))
    until = wait(visit.app.tasks.postponed_times())
    found = visit.app.tasks.snooze(TaskFilter((_number(visit),)), until, note=visit.text("note").strip())
    return _told(visit, found.results[0].outcome, Text("Task postponed until {day}.", day=date_of(until)))


def assign(visit: Visit) -> Response:
    """Mine, or anyone who comes first."""
    who = visit.me.email if visit.text("who", 10) == "me" else ""
    found = visit.app.tasks.assign(TaskFilter((_number(visit),)), who, note=visit.text("note").strip())
    said = Text("The task is yours.") if who else Text("The task is open to anyone.")
    return _told(visit, found.results[0].outcome, said, stay=True)


def _told(
    visit: Visit, became: TaskChange, said: Text, *, stay: bool = False, undo: bool = False
) -> Response:
    if became is TaskChange.CHANGED:
        number = _number(visit)
        return visit.go(_on(visit, number if stay else None, undo=number if undo else None), said)
    return _closed_before(visit, _number(visit))


def _wanted(visit: Visit) -> TaskFilter:
    return TaskFilter(
        when=visit.query.get("when") or None,
        assignee=visit.me.email if visit.query.get("mine") == "yes" else None,
        search=visit.query.get("q", "")[:200],
    )


def _opened(visit: Visit, rows: Sequence[Task]) -> Task | None:
    asked = visit.query.get(OPEN, "")
    if asked == "none":
        return None
    number = numbers.row(asked)
    if number is not None:
        found = visit.app.tasks.page(TaskFilter((number,), states=())).tasks
        if not found:
            raise errors.NotFound(Text("There is no such task. The Tasks page shows all tasks."))
        return found[0]
    return next(iter(rows), None)


def _ended(visit: Visit, opened: Task | None) -> TaskEnding | None:
    """How the task that is open on the page was closed, where it was."""
    return None if opened is None or opened.state == "open" else visit.app.tasks.ending(opened.id)


def _beside(rows: Sequence[Task], opened: Task | None) -> tuple[int | None, int | None]:
    numbers = [each.id for each in rows]
    if opened is None or opened.id not in numbers:
        return None, next(iter(numbers), None)
    place = numbers.index(opened.id)
    return (numbers[place - 1] if place else None), (numbers[place + 1] if place + 1 < len(numbers) else None)


def _answer(visit: Visit, opened: Task | None) -> AnswerView | None:
    """The last thing that came from them."""
    if opened is None:
        return None
    return next(iter(visit.app.inbox.list(ReplyFilter(email=opened.email), limit=1)), None)


def _chips(visit: Visit, wanted: TaskFilter) -> list[lists.Chip]:
    meant = ("tasks", wanted.search or "", wanted.assignee or "")
    found = visit.site.watch.counted(visit, meant, lambda: visit.app.tasks.counts(wanted))
    return [
        lists.chip(visit, "when", "overdue", _("Overdue"), found.overdue),
        lists.chip(visit, "when", "today", _("Today"), found.today),
        lists.chip(visit, "when", "later", _("Later"), found.later),
        lists.chip(visit, "mine", "yes", _("Assigned to me")),
    ]


def _link(visit: Visit, number: int | None) -> str:
    if number is None:
        return ""
    return lists.link(visit, **{OPEN: str(number), lists.AFTER: visit.query.get(lists.AFTER)})


def _on(visit: Visit, stay: int | None = None, *, undo: int | None = None) -> str:
    """The queue as it was, with the next task open, and the way back from what was closed."""
    after = numbers.row(visit.text("after", 20)) if stay is None else stay
    shown = {OPEN: str(after) if after else None, UNDO: str(undo) if undo else None}
    return lists.back(visit, "/tasks", ("when", "mine"), **shown)


def _number(visit: Visit) -> int:
    number = numbers.row(visit.text("task", 20))
    if number is None:
        raise errors.NotFound(Text("There is no such task. The Tasks page shows all tasks."))
    return number


_KEYS = (
    ("d", N_("Done")),
    ("n", N_("No answer")),
    ("l", N_("Asked for later")),
    ("w", N_("Wrong person")),
    ("s", N_("Postpone to the next business day")),
    ("u", N_("Take back the last task that was closed")),
    ("j", N_("Next task")),
    ("k", N_("Previous task")),
)
PAGES = (
    Page(
        "/tasks",
        show,
        Permission.LOOK,
        rail=Rail(N_("Tasks"), "list-checks", 40, count="tasks", phone=True),
        keys=_KEYS,
    ),
    Page("/tasks/done", done, Permission.WORK, "POST"),
    Page("/tasks/skip", skip, Permission.WORK, "POST"),
    Page("/tasks/undo", undo, Permission.WORK, "POST"),
    Page("/tasks/snooze", snooze, Permission.WORK, "POST"),
    Page("/tasks/assign", assign, Permission.WORK, "POST"),
)
