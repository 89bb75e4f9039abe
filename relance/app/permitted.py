"""What somebody who signed in may do with an installation: the one place where roles are enforced.

`app.seen_by(viewer)` looks like `Relance`, and each of its methods asks `RULES` first. A method without a row is refused, and so
is a salesperson where a row does not say how the method is kept to what is theirs: both fail closed. What is done is done in the
user's name, and what changes something is written into the audit log.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeVar, cast

from relance import errors
from relance.app.narrowing import (
    Call,
    Installation,
    Narrowed,
    anything,
    by_itself,
    oneself,
    own_mailbox,
    own_mailboxes_only,
    own_person,
    own_rows,
    own_unknown,
)
from relance.clock import machine_now
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.roles import Permission, Viewer, seeing
from relance.engine.store.users import audit
from relance.wording import Text

App = TypeVar("App", bound=Installation)


@dataclass(frozen=True)
class Rule:
    """Who may call a method. `own`: how it is kept to what is a salesperson's; None: they may not call it."""

    permission: Permission
    own: Narrowed | None = None
    changes: bool = False
    audited: bool = False  # the method writes its own entry
    file: bool = False  # its first argument is a file of this machine, which a page made of what was sent


def _look(own: Narrowed | None = anything) -> Rule:
    return Rule(Permission.LOOK, own)


def _do(permission: Permission, own: Narrowed | None = None) -> Rule:
    return Rule(permission, own, changes=True)


_SELF = Rule(Permission.SELF, oneself, changes=True, audited=True)
_DRAFTS = Rule(Permission.SEQUENCES, oneself)  # nobody else's yet: what is published is in the audit log
_USERS = Rule(Permission.USERS, changes=True, audited=True)

RULES: Mapping[str, Rule] = {
    "contacts.add": Rule(Permission.CONTACTS, anything, changes=True, audited=True),
    "contacts.import_file": Rule(Permission.CONTACTS, anything, changes=True, file=True),
    "contacts.lift": _do(Permission.LIFT),
    "contacts.list": _look(by_itself),
    "contacts.refusing": _look(own_person),
    "contacts.show": _look(own_person),
    # A salesperson keeps the no of their own people and of strangers (`contacts.stoppable`); domains, and lifting one, are a manager's.
    "contacts.suppress": _do(Permission.CONTACTS, anything),
    "contacts.suppress_list": _do(Permission.CONTACTS, anything),
    "contacts.would_stop": Rule(Permission.CONTACTS, anything),
    "contacts.undo_list": _do(Permission.LIFT),
    "contacts.suppressed": _look(),
    "contacts.suppressions": _look(),
    "contacts.unsuppress": _do(Permission.LIFT),
    "drafts.begin": _DRAFTS,
    "drafts.drop": _DRAFTS,
    "drafts.list": _DRAFTS,
    "drafts.others": _DRAFTS,
    "drafts.save": _DRAFTS,
    "drafts.show": _DRAFTS,
    "enroll": _do(Permission.WORK, own_mailboxes_only),
    "enrollments.counts": _look(by_itself),
    "enrollments.glance": _look(by_itself),
    "enrollments.list": _look(by_itself),
    "enrollments.of_people": _look(by_itself),
    "enrollments.overdue": _look(by_itself),
    "enrollments.pause": _do(Permission.WORK, by_itself),
    "enrollments.release": _do(Permission.WORK, by_itself),
    "enrollments.resume": _do(Permission.WORK, by_itself),
    "enrollments.stop": _do(Permission.WORK, by_itself),
    "events": _look(None),
    "explain": _look(own_person),
    "held": _look(by_itself),
    "held_groups": _look(by_itself),
    "held_marks": _look(by_itself),
    "inbox.accept_substitute": _do(Permission.WORK, own_rows("answer")),
    "inbox.addresses": _look(own_rows("answer")),
    "inbox.correct": _do(Permission.WORK, own_rows("answer")),
    "inbox.counts": _look(by_itself),
    "inbox.detail": _look(own_rows("answer")),
    "inbox.dismiss_substitute": _do(Permission.WORK, own_rows("answer")),
    "inbox.foretell": _look(own_rows("answer")),
    "inbox.list": _look(by_itself),
    "inbox.mark": _do(Permission.WORK, own_rows("answer", "numbers")),
    "inbox.page": _look(by_itself),
    "inbox.replies": _look(own_rows("answer")),
    "inbox.reply": _do(Permission.WORK, own_rows("answer")),
    "inbox.show": _look(own_rows("answer")),
    "inbox.take_back": _do(Permission.WORK, own_rows("answer")),
    "inbox.undo": _do(Permission.WORK, own_rows("answer")),
    "jobs.cancel": _do(Permission.WORK, by_itself),
    "jobs.change_enrollments": _do(Permission.WORK, by_itself),
    "jobs.check_contacts": _do(Permission.CONTACTS, anything),
    "jobs.decide_held": _do(Permission.WORK, by_itself),
    "jobs.connect_mailboxes": _do(Permission.MAILBOXES),
    "jobs.enroll": _do(Permission.WORK, own_mailboxes_only),
    "jobs.hand_over": _do(Permission.MAILBOXES),
    "jobs.import_contacts": _do(Permission.CONTACTS, by_itself),
    "jobs.imported": _look(by_itself),
    "jobs.lines": _look(by_itself),
    "jobs.list": _look(by_itself),
    "jobs.refused": _look(by_itself),
    "jobs.refused_file": _look(by_itself),
    "jobs.remove_mailbox": _do(Permission.MAILBOXES),
    "jobs.sheet": _look(by_itself),
    "jobs.show": _look(by_itself),
    "mailboxes.add_leave": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.cancel_leave": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.add": _do(Permission.MAILBOXES),
    "mailboxes.assign": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.change": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.file_copies": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.sent_copies": _look(own_mailbox),
    "mailboxes.health": _look(own_mailbox),
    "mailboxes.rates": _look(own_mailbox),
    "mailboxes.failures": _look(own_mailbox),
    "mailboxes.health_of_all": Rule(Permission.MAILBOXES),
    "mailboxes.check_health": _do(Permission.MAILBOXES),
    "mailboxes.signing": Rule(Permission.MAILBOXES),
    "mailboxes.sign_mails": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.stop_signing": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.let_first_mails_go": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.owners": Rule(Permission.MAILBOXES),
    "mailboxes.connect": _do(Permission.MAILBOXES),
    "mailboxes.hand_over": _do(Permission.MAILBOXES),
    "mailboxes.list": _look(by_itself),
    "mailboxes.pause": _do(Permission.MAILBOXES),
    "mailboxes.remove": _do(Permission.MAILBOXES),
    "mailboxes.removed": _look(by_itself),
    "mailboxes.resume": _do(Permission.MAILBOXES),
    "mailboxes.sign_in": Rule(Permission.MAILBOXES, changes=True, audited=True),
    "mailboxes.add_signed_in": _do(Permission.MAILBOXES),
    "mailboxes.begin_sign_in": Rule(Permission.WORK, own_mailbox),  # changes nothing yet
    "mailboxes.begin_new_sign_in": Rule(Permission.MAILBOXES),
    "mailboxes.sign_in_begun": Rule(Permission.WORK, by_itself),
    "mailboxes.end_sign_in": Rule(Permission.WORK, by_itself, changes=True, audited=True),
    "mailboxes.sign_in_choice": _look(own_mailbox),
    "mailboxes.sign_in_choices": _look(),
    "mailboxes.show": _look(own_mailbox),
    "mailboxes.test": _do(Permission.MAILBOXES),
    "messages.list": _look(by_itself),
    "messages.machine_hits": _look(own_person),
    "messages.opened": _look(by_itself),
    "messages.show": _look(own_rows("message")),
    "myself.change_password": _SELF,
    "myself.describe": _SELF,
    "myself.drop_second_factor": _SELF,
    "myself.offer_second_factor": Rule(Permission.SELF, oneself),
    "myself.profile": Rule(Permission.SELF, oneself),
    "myself.sign_out": _SELF,
    "myself.use_second_factor": _SELF,
    "report": _look(),
    "reports.by_day": _look(by_itself),
    "reports.failures": _look(by_itself),
    "restored.decide": _do(Permission.WORK, by_itself),
    "restored.list": _look(by_itself),
    "resume": _do(Permission.WORK),
    "sequences.check": _look(),
    "sequences.lacking": _look(by_itself),
    "sequences.list": _look(),
    "sequences.pause": _do(Permission.SEQUENCES),
    "sequences.plan": Rule(Permission.SEQUENCES),
    "sequences.preview": _look(own_person),
    "sequences.publish": _do(Permission.SEQUENCES),
    "sequences.resume": _do(Permission.SEQUENCES),
    "sequences.sample": _look(by_itself),
    "sequences.send_test": _do(Permission.WORK, own_person),
    "sequences.show": _look(),
    "sequences.starter": _look(),
    "sequences.starters": _look(),
    "sequences.standing": _look(),
    "sequences.states": _look(),
    "settings.describe": Rule(Permission.OPERATE),
    "status": _look(None),
    "tasks.assign": _do(Permission.WORK, by_itself),
    "tasks.counts": _look(by_itself),
    "tasks.done": _do(Permission.WORK, own_rows("task", "task_id")),
    "tasks.ending": _look(own_rows("task", "task_id")),
    "tasks.list": _look(by_itself),
    "tasks.page": _look(by_itself),
    "tasks.postponed_times": _look(),
    "tasks.skip": _do(Permission.WORK, by_itself),
    "tasks.snooze": _do(Permission.WORK, by_itself),
    "tasks.undo": _do(Permission.WORK, own_rows("task", "task_id")),
    "timeline": _look(own_person),
    "today.beginning": _look(),
    "today.day": _look(by_itself),
    "today.news": _look(by_itself),
    "today.waiting": _look(by_itself),
    "unknown.list": _look(by_itself),
    "unknown.resolve": _do(Permission.WORK, own_unknown),
    "users.change": _USERS,
    "users.end_sessions": _USERS,
    "users.invite": _USERS,
    "users.list": Rule(Permission.USERS),
    "users.log": Rule(Permission.USERS),
}
OPEN = ("clock",)
# What is no call, and tells nothing about anybody.


def seen_by(app: App, viewer: Viewer) -> App:
    """The installation as one user may use it."""
    return cast(App, _Permitted(app, viewer, ""))


class _Permitted:
    """`Relance`, or one of its nouns, behind the table. Nothing is fetched before the table was asked."""

    def __init__(self, app: Installation, viewer: Viewer, path: str) -> None:
        self._app, self._viewer, self._path = app, viewer, path

    def __getattr__(self, name: str) -> Any:
        path = f"{self._path}{name}"
        if path in OPEN:
            return getattr(self._app, path)
        if path in RULES:
            self._viewer.require(RULES[path].permission)
            method = operator.attrgetter(path)(self._app)
            return functools.wraps(method)(functools.partial(_called, self._app, self._viewer, path, method))
        if not self._path and any(each.startswith(f"{path}.") for each in RULES):
            return _Permitted(self._app, self._viewer, f"{path}.")
        raise errors.Forbidden(Text("Nobody who signs in may do this ({name}).", name=path))


def _called(
    app: Installation, viewer: Viewer, path: str, method: Callable[..., Any], /, *args: Any, **given: Any
) -> Any:
    rule = RULES[path]
    call = Call(app, viewer, args, given)
    _require_no_files(rule, call)
    if not viewer.scope.everything or rule.own is oneself:
        _narrow(rule, call)
    with actors.acting(Actor(ActorKind.USER, viewer.email)), seeing(viewer.scope):
        found = method(*args, **given)
        if rule.changes and not rule.audited and given.get("dry_run") is not True and _changed(found):
            _note(path, method, call)
    return found


def _changed(found: object) -> bool:
    """Whether a call came to anything, as far as its result says: what somebody else had done before is not their doing."""
    return found is not False and found != () and bool(getattr(found, "any_changed", True))


def _require_no_files(rule: Rule, call: Call) -> None:
    """Whoever signed in from elsewhere names no file of this machine, neither as such nor by its name in words."""
    given = (*call.args, *call.given.values())
    allowed = isinstance(given[0], PurePath) if rule.file and given else not any(map(_is_file, given))
    if not allowed:
        raise errors.Forbidden(Text("Files on this machine are not available to people who sign in."))


def _is_file(value: object) -> bool:
    return isinstance(value, PurePath)


def _narrow(rule: Rule, call: Call) -> None:
    if rule.own is None:
        raise errors.Forbidden(Text("This is not available to salespeople."))
    rule.own(call)


NOTED = frozenset({"action", "decision", "deed", "until", "wanted", "who", "whom"})
# Arguments that say what was done, or with which rows: they are noted however they are given.


def _by_place(method: Callable[..., Any], call: Call) -> dict[str, Any]:
    """What was given by its place, by its name."""
    names = [name for name in inspect.signature(method).parameters if name not in call.given]
    return dict(zip(names, call.args, strict=False))


def _note(path: str, method: Callable[..., Any], call: Call) -> None:
    """What was asked for. (What it came to stands in the events, which name the same actor.)"""
    about = _by_place(method, call)
    subject = next((told for name, each in about.items() if name not in NOTED and (told := _name(each))), "")
    noted = {name: each for name, each in about.items() if name in NOTED} | call.given
    after = {name: told for name, value in noted.items() if (told := _told(value)) is not None}
    with call.app._context.database.write() as conn:
        audit.write(conn, path, subject[:200], machine_now(), after=after or None)


def _name(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, (list, tuple)) and value and all(type(each) is int for each in value):
        return ", ".join(map(str, value))
    if dataclasses.is_dataclass(value):
        return str(getattr(value, "address", "") or getattr(value, "name", ""))
    return value if isinstance(value, str) and "\n" not in value else ""


def _told(value: object) -> Any:
    """An argument as the log keeps it: what its own `repr` would hide is left out."""
    if isinstance(value, (bool, int, str)):
        return value[:200] if isinstance(value, str) else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = [each.name for each in dataclasses.fields(value) if each.repr]
        return {name: _told(getattr(value, name)) for name in shown}
    if isinstance(value, (tuple, list)):
        return [_told(each) for each in value[:20]]
    return None if value is None or callable(value) else str(value)[:200]
