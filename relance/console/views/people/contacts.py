"""People: found in a list; and one of them, with all that happened, why they stand where they stand, and what comes next."""

from __future__ import annotations

import zoneinfo
from urllib.parse import quote, urlencode

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page, Rail
from relance.console.requests import numbers
from relance.console.views.answers import beside
from relance.console.views.people import contact_fields, history, people_filters
from relance.console.visit import Visit
from relance.engine.contacts import stoppable
from relance.engine.reporting import codes
from relance.engine.reporting.history.messages import MessageFilter
from relance.engine.roles import Permission
from relance.engine.schedule import timezones
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import BulkOutcome
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.inbound.replies import Wanted
from relance.wording import N_, Text, clock_time, country

MAILS, ANSWERS, EVENTS = 20, 50, 200
# The newest of each that are shown.


def index(visit: Visit) -> Response:
    """The list, by address."""
    search, after = visit.asked("q"), visit.asked(lists.AFTER)
    wanted = people_filters.wanted(visit)
    found = visit.app.contacts.list(search or None, lists.PAGE + 1, after or None, words=True, wanted=wanted)
    rows = found[: lists.PAGE]
    cursor = rows[-1].email if len(found) > lists.PAGE else ""
    return visit.show(
        "contacts.html",
        rows=rows,
        standing=visit.app.enrollments.of_people([each.email for each in rows]),
        codes=codes.text,
        search=search,
        chips=people_filters.chips(visit),
        choices=people_filters.choices(visit),
        chosen=people_filters.chosen(visit),
        pages=lists.pages(visit, cursor),
    )


def show(visit: Visit) -> Response:
    """One of them."""
    person = visit.app.contacts.show(visit.path["email"])
    explained = visit.app.explain(person.email, commands=False)
    mails = visit.app.messages.opened(MessageFilter(email=person.email), MAILS)
    answers = visit.app.inbox.list(Wanted(email=person.email), limit=ANSWERS)
    hits = visit.app.messages.machine_hits(person.email)
    events = visit.app.timeline(person.email, EVENTS + 1)
    more = len(events) > EVENTS
    can_work = visit.me.may(Permission.WORK)
    return visit.show(
        "contact.html",
        person=person,
        name=person.full_name or person.email,
        clock=_clock(visit, person),
        facts=_facts(person),
        refused=visit.app.contacts.refusing(person.email),
        shortened=beside.beginning,
        explained=explained[::-1],
        items=history.history(
            events[-EVENTS:],
            {each.message.id: each for each in mails},
            {each.id: each for each in answers},
            hits,
            whole=not more,
        ),
        more=EVENTS if more else 0,
        codes=codes.text,
        can_work=can_work,
        can_suppress=visit.me.may(Permission.CONTACTS),
        domain=_domain(person)
        if visit.me.scope.everything and not stoppable.is_public(_domain(person))
        else "",
    )


def act(visit: Visit) -> Response:
    """Pause, go on or stop in one sequence; or never again."""
    email, wish = visit.text("email", 320), visit.text("do", 20)
    number = numbers.row(visit.text("enrollment", 20))
    person = visit.app.contacts.show(email)
    if wish not in _STEER or number is None:
        raise errors.Invalid(Text("There is no such decision."))
    operation, said = _STEER[wish]
    method = getattr(visit.app.enrollments, operation)
    states = ("paused", "away") if wish == "resume" else ()
    done = method(EnrollmentFilter(numbers=(number,), states=states), reason=visit.text("reason", 300))
    outcome = next((each.outcome for each in done.results), BulkOutcome.MOVED_ON)
    if outcome is BulkOutcome.CHANGED:
        return visit.go(path(person.email), said)
    if outcome is BulkOutcome.STAYS_PAUSED:
        return visit.go(path(person.email), Text("Released. It stays paused, because somebody paused it."))
    why = codes.text("bulk", outcome)
    return visit.go(path(person.email), Text("Nothing was changed: {why}", why=why), "warn")


_STEER = {
    "pause": ("pause", Text("Paused. Nothing is sent until somebody resumes it.")),
    "resume": ("resume", Text("Resumed.")),
    "release": ("release", Text("The sequence continues.")),
    "stop": ("stop", Text("The sequence has ended for this person.")),
}


def never_again(visit: Visit) -> Response:
    """Onto the do-not-contact list: the person; a whole domain after a question that says whom it stops."""
    person = visit.app.contacts.show(visit.text("email", 320))
    reason = visit.text("reason", 300)
    if visit.text("whom", 10) == "domain":
        return visit.go(f"/suppressions?{urlencode({'ask': _domain(person), 'reason': reason})}")
    visit.app.contacts.suppress(person.email, reason)
    return visit.go(path(person.email), Text("{value} gets no more mail.", value=person.email))


def path(email: str) -> str:
    """Where somebody's page is."""
    return f"/contacts/{quote(email)}"


def _domain(person: Contact) -> str:
    return person.email.rpartition("@")[2]


def _clock(visit: Visit, person: Contact) -> tuple[str, str]:
    """Their zone and the time it is there; ours, where nothing says otherwise."""
    region = person.fields.get("state") or person.fields.get("region")
    code = timezones.country_code(person.country) if person.country else None
    zone = person.zone or (timezones.country_zone(code, region) if code else None)
    known = zone or visit.installation.settings.zone
    return known, clock_time(visit.now, zoneinfo.ZoneInfo(known))


def _facts(person: Contact) -> list[tuple[str, str]]:
    shown = ("title", "phone", "country", "language")
    own = [(name, getattr(person, name)) for name in shown] + sorted(person.fields.items())
    return [
        (contact_fields.label(name), _country(value) if name == "country" else value)
        for name, value in own
        if value
    ]


def _country(written: str) -> str:
    """A country's name in the reader's language; what names none, as it was written."""
    code = timezones.country_code(written)
    return country(code, timezones.country_name(code)) if code else written


PAGES = (
    Page("/contacts", index, Permission.LOOK, rail=Rail(N_("Contacts"), "circle-user", 60)),
    Page("/contacts/{email:path}", show, Permission.LOOK),
    Page("/contact/steer", act, Permission.WORK, "POST"),
    Page("/contact/never-again", never_again, Permission.CONTACTS, "POST"),
)
