"""Enroll: who, in which sequence, from which mailboxes; what would come of it is shown, and then it is done in the background."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.requests import numbers
from relance.console.views.long_work import jobs
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.reporting import codes
from relance.engine.roles import Permission
from relance.engine.sequences.enroll import EnrollReport
from relance.engine.store.jobs import JobKind, JobState
from relance.wording import Text, capital

CHECKED_AT_ONCE = 20_000  # people who are looked through while a page waits
NAMED_SKIPS = 50  # of those who would be skipped
_TYPED = 900_000  # characters of addresses
_IMPORTS = 20  # that are offered, the latest
_BETWEEN = re.compile(r"[\s,;]+")
_ENTRIES = re.compile(r"[\n;]+")
_ANGLED = re.compile(r"<[^<>\s]+@[^<>\s]+>")  # as mail programs copy an address, with a name before it


@dataclass(frozen=True)
class EnrollForm:
    """Who is to be enrolled where, as the form says it. `job`: everybody whom that import brought, in place of `typed`."""

    sequence: str = ""
    job: int | None = None
    typed: str = ""
    mailboxes: Mapping[str, int] = field(default_factory=dict)  # those that were chosen, with their shares
    of: str = ""  # the sequence whose mailboxes and shares the form offered
    untouched: bool = False  # they are as they were offered

    @property
    def senders(self) -> Mapping[str, int] | None:
        """As the engine is asked for them: what was left as it was offered is what the sequence says, whichever was chosen since."""
        return None if self.untouched else self.mailboxes


def form(visit: Visit) -> Response:
    """The form, filled in as far as its link says."""
    name = visit.asked("sequence")
    wish = EnrollForm(
        name, numbers.row(visit.asked("import")), visit.asked("email"), _offered(visit, name), name
    )
    return _form(visit, wish)


def _offered(visit: Visit, sequence: str) -> dict[str, int]:
    """The mailboxes that a sequence names and the viewer may send from, with their shares; where there are none, all in equal shares."""
    active = [each.address for each in visit.app.mailboxes.list() if each.state == "active"]
    own: Mapping[str, int] = {}
    if sequence:
        with contextlib.suppress(errors.NotFound):
            own = visit.app.sequences.standing(sequence).mailboxes
    named = {each: own[each] for each in active if each in own}
    return named if any(named.values()) else {} if own else dict.fromkeys(active, 1)


def _form(visit: Visit, wish: EnrollForm, error: Text | str = "") -> Response:
    done = visit.app.jobs.list(kinds=[JobKind.IMPORT_CONTACTS], limit=_IMPORTS).jobs
    imports = [each for each in done if each.state is JobState.DONE]
    return visit.show(
        "enroll.html",
        UNPROCESSABLE if error else 200,
        wish=wish,
        address=_address(wish),
        error=str(error),
        sequences=[(name, name) for name, _state in visit.app.sequences.states()],
        imports=imports,
        all_seen=visit.me.scope.everything,
        mailboxes=[each for each in visit.app.mailboxes.list() if each.state == "active"],
    )


def _address(wish: EnrollForm) -> str:
    """Of the form, as far as a link says it: addresses that were typed stand in none, where they would be kept by others. Pure."""
    said = {"sequence": wish.sequence} | ({"import": str(wish.job)} if wish.job is not None else {})
    return f"/enroll?{urlencode(said)}"


def plan(visit: Visit) -> Response:
    """What would come of it; nothing is done yet."""
    wish = _wish(visit)
    try:
        people = _people(visit, wish)
        found = visit.app.enroll(
            wish.sequence, people[:CHECKED_AT_ONCE], mailboxes=wish.senders, dry_run=True
        )
    except errors.Invalid as wrong:
        return _form(visit, wish, wrong.on_page)
    return _plan(visit, wish, found, len(people))


def _plan(visit: Visit, wish: EnrollForm, found: EnrollReport, people: int) -> Response:
    counted = Counter(each.code for each in found.skipped)
    caps = {each.address: each.daily_cap for each in visit.app.mailboxes.list()}
    return visit.show(
        "enroll_plan.html",
        wish=wish,
        address=_address(wish),
        plan=found,
        first=codes.first_step(found.first_kind, found.first_due),
        last=codes.last_mails(
            found.last_first_mail, found.last_mail, found.last_mail_code, found.last_mail_reason
        ),
        shares=[(address, many, caps.get(address)) for address, many in found.by_mailbox.items()],
        reasons=[(capital(codes.text("job result", code)), many) for code, many in counted.most_common()],
        skipped=found.skipped[:NAMED_SKIPS],
        unseen=max(0, people - CHECKED_AT_ONCE),
    )


def change(visit: Visit) -> Response:
    """The form again, as it was sent."""
    return _form(visit, _wish(visit))


def start(visit: Visit) -> Response:
    """It is done, in the background."""
    wish = _wish(visit)
    try:
        job = visit.app.jobs.enroll(wish.sequence, _people(visit, wish), mailboxes=wish.senders)
    except errors.Invalid as wrong:
        return _form(visit, wish, wrong.on_page)
    return visit.go(jobs.link(job))


def _wish(visit: Visit) -> EnrollForm:
    named = [str(each)[:320] for each in visit.form.getlist("mailbox") if isinstance(each, str)]
    chosen = {each: _share(visit.text(f"share:{each}", 10)) for each in named}
    of = visit.text("of", 200)
    job = numbers.row(visit.text("import", 20)) if visit.text("who") == "import" else None
    who = (job, visit.text("emails", _TYPED))
    untouched = bool(chosen) and "of" in visit.form and chosen == _offered(visit, of)
    return EnrollForm(visit.text("sequence", 200), *who, chosen, of, untouched)


def _share(text: str) -> int:
    """What was typed as a share; what is none is refused like one that is too large."""
    return int(text) if text.isdecimal() else -1 if text else 1


def _people(visit: Visit, wish: EnrollForm) -> list[str]:
    """Their addresses. Raises `errors.Invalid` where nobody is named."""
    if not wish.mailboxes:
        raise errors.Invalid(Text("Choose at least one mailbox."))
    found = visit.app.jobs.imported(wish.job) if wish.job is not None else typed(wish.typed)
    if not found:
        raise errors.Invalid(Text("Name at least one person."))
    return found


def typed(text: str) -> list[str]:
    """Addresses that were typed or pasted, whatever stands between them, each once; names beside `<anna@firm.example>` are none. Pure."""
    found = (each.strip("<>") for entry in _ENTRIES.split(text) for each in _of_entry(entry))
    return list(dict.fromkeys(filter(None, found)))


def _of_entry(entry: str) -> list[str]:
    words = _BETWEEN.split(_ANGLED.sub(r" \g<0> ", entry))
    return [each for each in words if "@" in each] if _ANGLED.search(entry) else words


PAGES = (
    Page("/enroll", form, Permission.WORK),
    Page("/enroll/plan", plan, Permission.WORK, "POST"),
    Page("/enroll/change", change, Permission.WORK, "POST"),
    Page("/enroll", start, Permission.WORK, "POST"),
)
