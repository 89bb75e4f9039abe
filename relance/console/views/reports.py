"""Reports: what left and its results, by days, by kinds of answers and for a sequence; a share only where it can be told."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from relance.console import lists
from relance.console.charts import Bar
from relance.console.pages import Page, Rail
from relance.console.visit import Visit
from relance.engine.contacts import csv_reader
from relance.engine.reporting import codes
from relance.engine.reporting.history.daily import DayCounts
from relance.engine.reporting.history.rates import FEWEST, Rate
from relance.engine.reporting.sequence_report import Funnel
from relance.engine.roles import Permission, Role, Viewer
from relance.engine.store.inbound.replies import ReplyFilter
from relance.mailbox.parsing.inbound import Kind
from relance.wording import N_, Text, capital, dates, n_

if TYPE_CHECKING:
    from relance.app import Relance
    from relance.engine.users.service import UserView

PERIODS = (7, 30, 90)
USUAL = 30
_COUNTED = ("sent", "answered", "bounced", "opened", "clicked")


@dataclass(frozen=True)
class ReportSubject:
    """What a report is about."""

    since: dt.date
    until: dt.date
    days: int
    sequence: str | None
    mailbox: str | None
    owner: str | None = None  # whose mailboxes, where a manager asks


@dataclass(frozen=True)
class ReportLine:
    """A number of a report, with its share where it has one; `machines` stand apart."""

    label: Text
    count: int
    rate: Rate | None = None
    machines: int = 0


def show(visit: Visit) -> Response:
    """The page."""
    owners = _owners(visit)
    asked = _asked(visit, owners)
    app = _seen_by(visit, asked, owners)
    days = app.reports.by_day(asked.since, asked.until, sequence=asked.sequence, mailbox=asked.mailbox)
    every = visit.app.sequences.states()
    report = visit.app.report(asked.sequence) if asked.sequence else None
    return visit.show(
        "reports.html",
        asked=asked,
        periods=[
            lists.Chip(
                n_("{count} day", "{count} days", each), lists.link(visit, days=str(each)), each == asked.days
            )
            for each in PERIODS
        ],
        sequences=[name for name, _ in every],
        mailboxes=[each.address for each in app.mailboxes.list()],
        owners=[(each.email, each.name or each.email) for each in owners],
        lines=_lines(days),
        sent=[Bar(dates.short_day(each.day), each.sent) for each in days],
        answered=[Bar(dates.short_day(each.day), each.answered) for each in days],
        answers=_answers(visit, app, asked),
        failures=list(
            app.reports.failures(
                asked.since, asked.until, sequence=asked.sequence, mailbox=asked.mailbox
            ).items()
        ),
        report=report,
        funnel=_funnel(report.all_mails) if report else [],
        file=lists.link(visit).replace("/reports", "/reports/days.csv", 1),
        told=told,
        fewest=FEWEST,
        all_seen=visit.me.scope.everything and not asked.owner,
    )


def _owners(visit: Visit) -> Sequence[UserView]:
    """Whose numbers a manager may ask for: those who have mailboxes."""
    if not visit.me.may(Permission.MAILBOXES):
        return ()
    theirs = set(visit.app.mailboxes.owners().values())
    return [each for each in visit.app.users.list() if each.email in theirs]


def _seen_by(visit: Visit, asked: ReportSubject, owners: Sequence[UserView]) -> Relance:
    """The installation as the viewer may see it; where a manager asks for somebody's numbers, as that salesperson sees it."""
    whose = next((each for each in owners if each.email == asked.owner), None)
    if whose is None:
        return visit.app
    return visit.installation.seen_by(Viewer(whose.id, whose.email, Role.SALESPERSON))


def file(visit: Visit) -> Response:
    """The days as a file for a spreadsheet, whose cells are no formulas."""
    owners = _owners(visit)
    asked = _asked(visit, owners)
    reports = _seen_by(visit, asked, owners).reports
    days = reports.by_day(asked.since, asked.until, sequence=asked.sequence, mailbox=asked.mailbox)
    return visit.file(table(days, asked), f"report-{asked.since}-{asked.until}.csv")


def table(days: Sequence[DayCounts], asked: ReportSubject) -> bytes:
    """A row a day. Pure."""
    about = [each or "" for each in (asked.sequence, asked.mailbox, asked.owner)]
    rows = ((each.day.isoformat(), *(str(getattr(each, name)) for name in _COUNTED), *about) for each in days)
    return csv_reader.table([("day", *_COUNTED, "sequence", "mailbox", "owner"), *rows])


def _asked(visit: Visit, owners: Sequence[UserView]) -> ReportSubject:
    owner = visit.asked("owner")
    wanted = visit.asked("days", 4)
    days = int(wanted) if wanted in map(str, PERIODS) else USUAL
    today = visit.now.astimezone(zoneinfo.ZoneInfo(visit.installation.settings.zone)).date()
    return ReportSubject(
        today - dt.timedelta(days=days - 1),
        today,
        days,
        visit.asked("sequence") or None,
        visit.asked("mailbox") or None,
        owner if owner in {each.email for each in owners} else None,
    )


def _lines(days: Sequence[DayCounts]) -> list[ReportLine]:
    """Opens and clicks are counted each time, so that they have no share of the mails."""
    counted = {name: sum(getattr(each, name) for each in days) for name in _COUNTED}
    sent = counted["sent"]
    return [
        ReportLine(Text("Mails sent"), sent),
        ReportLine(Text("Answers from people"), counted["answered"], Rate(counted["answered"], sent)),
        ReportLine(Text("Mails that came back"), counted["bounced"], Rate(counted["bounced"], sent)),
        ReportLine(Text("Opens by people"), counted["opened"]),
        ReportLine(Text("Clicks by people"), counted["clicked"]),
    ]


def _funnel(found: Funnel) -> list[ReportLine]:
    """Each counts people, of those who were sent anything."""

    def line(label: Text, count: int, machines: int = 0) -> ReportLine:
        return ReportLine(label, count, Rate(count, found.sent), machines)

    return [
        ReportLine(Text("Were sent a mail"), found.sent),
        line(Text("Opened it"), found.opened, found.opened_by_machines),
        line(Text("Clicked"), found.clicked, found.clicked_by_machines),
        line(Text("Answered"), found.replied),
        line(Text("Mail came back"), found.bounced),
        line(Text("Asked for no more mail"), found.unsubscribed),
    ]


def _answers(visit: Visit, app: Relance, asked: ReportSubject) -> list[tuple[str, int, str]]:
    """By what they are, the most first, each with the inbox that shows them (which knows no owners)."""
    zone = zoneinfo.ZoneInfo(visit.installation.settings.zone)
    since = dt.datetime.combine(asked.since, dt.time(), zone).astimezone(dt.UTC)
    wanted = ReplyFilter(mailbox=asked.mailbox, since=since, sequence=asked.sequence)
    found = app.inbox.counts(wanted)
    intents = [
        (codes.text("intent", code), number, f"intent={code}") for code, number in found.intents.items()
    ]
    others = [
        (codes.text("mail", code), number, f"kind={code}")
        for code, number in found.kinds.items()
        if code != Kind.HUMAN
    ]
    unjudged = found.kinds.get(Kind.HUMAN.value, 0) - sum(found.intents.values())
    if unjudged > 0:
        intents.append((codes.text("mail", Kind.HUMAN), unjudged, f"kind={Kind.HUMAN}"))
    rows = [
        (capital(words), number, "" if asked.owner else f"/inbox?{query.replace(' ', '+')}")
        for words, number, query in intents + others
    ]
    return sorted(rows, key=lambda each: -each[1])


def told(rate: Rate) -> str:
    """A share as people read it, with the number it rests on. Pure."""
    if rate.share is None or rate.low is None or rate.high is None:
        if rate.of < FEWEST:
            return str(
                Text.plural("{count} mail is too few to say", "{count} mails are too few to say", rate.of)
            )
        return str(Text("more than there were mails sent"))
    low, high = (dates.decimal(round(100 * each, 1)) for each in (rate.low, rate.high))
    share = dates.decimal(round(100 * rate.share, 1))
    return str(Text("{share}% ({low} to {high}%) of {count}", share=share, low=low, high=high, count=rate.of))


PAGES = (
    Page("/reports", show, Permission.LOOK, rail=Rail(N_("Reports"), "chart-column", 80)),
    Page("/reports/days.csv", file, Permission.LOOK, part=True),
)
