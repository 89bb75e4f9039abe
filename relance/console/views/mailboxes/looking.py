"""The mailboxes: how each stands; one of them, paused, resumed and tried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.charts import Bar
from relance.console.pages import Page, Rail
from relance.console.requests import security
from relance.console.views.mailboxes import filed_copies, trying
from relance.console.views.mailboxes.owners import possible_owners
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.mailboxes.handing_over import HandOver
from relance.engine.mailboxes.health.watching import MailboxRate
from relance.engine.mailboxes.service import MailboxView
from relance.engine.mailboxes.settings.signing_in import TestStep
from relance.engine.mailboxes.settings.signing_mail import MailSigning, next_selector
from relance.engine.reporting import codes
from relance.engine.reporting.status import MailboxLine
from relance.engine.roles import Permission
from relance.mailbox import free_mail, providers
from relance.mailbox.account import Security
from relance.mailbox.composing import signature
from relance.wording import N_, Text, _, dates

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Mistakes:
    """What was wrong with a change, by field and with the whole. `insist`: it may be saved although the sign-in was not accepted."""

    wrong: Mapping[str, str]
    whole: str = ""
    insist: bool = False
    leave: str = ""  # what was wrong with a leave


FINE = Mistakes(NOTHING)


def index(visit: Visit) -> Response:
    """All that the viewer may see."""
    every = [*visit.app.mailboxes.list(), *visit.app.mailboxes.removed()]
    owners = visit.app.mailboxes.owners() if visit.me.may(Permission.MAILBOXES) else {}
    stands = STANDS.get(visit.asked("state"), ("", lambda each: each.kept))[1]
    found = [
        each
        for each in every
        if stands(each) and lists.fits(visit, f"{each.address} {each.name} {owners.get(each.address, '')}")
    ]
    rows, cursor = lists.known(visit, found, lambda each: each.address)
    return visit.show(
        "mailboxes.html",
        rows=rows,
        pages=lists.pages(visit, cursor),
        search=visit.asked("q"),
        chips=_chips(visit, every),
        chosen=[("state", visit.asked("state"))] if visit.asked("state") else [],
        lines=_lines(visit),
        owners=owners,
        path=lambda address: lists.into(visit, path(address)),
        codes=codes.text,
        can_change=visit.me.may(Permission.MAILBOXES),
    )


STANDS: Mapping[str, tuple[str, Callable[[MailboxView], bool]]] = {
    "sending": (N_("Sending"), lambda each: each.state == "active" and not each.trouble),
    "trouble": (N_("Problem"), lambda each: each.kept and bool(each.trouble)),
    "paused": (N_("Paused"), lambda each: each.state == "paused"),
    "removed": (N_("Removed"), lambda each: not each.kept),
}
# Without one of them, those that are kept.


def _chips(visit: Visit, every: Sequence[MailboxView]) -> list[lists.Chip]:
    """With how many each has; what nobody has is left out."""
    counted = {key: sum(map(fits, every)) for key, (_words, fits) in STANDS.items()}
    found = [
        lists.chip(visit, "state", key, _(words), counted[key]) for key, (words, _fits) in STANDS.items()
    ]
    return [each for each in found if each.count or each.on]


def show(visit: Visit) -> Response:
    """One of them."""
    return shown(visit, visit.path["address"])


def shown(
    visit: Visit,
    address: str,
    *,
    refused: Mistakes = FINE,
    written: Mapping[str, str] = NOTHING,
    leaving: HandOver | None = None,
    handing: HandOver | None = None,
) -> Response:
    """The page of one of them; with a test that the page's address names, what was wrong with a change, or what its removal
    (`leaving`) or a hand-over (`handing`) would do."""
    mailbox = _named(visit, address)
    users = possible_owners(visit)
    filing = visit.app.mailboxes.sent_copies(mailbox.address) if mailbox.kept else None
    trial = trying.asked(visit, mailbox.address)
    return _signed(
        visit,
        "mailbox.html",
        UNPROCESSABLE if refused.wrong or refused.whole or refused.leave else 200,
        wrong=refused.wrong,
        whole=refused.whole,
        leave_wrong=refused.leave,
        leaves=[each for each in mailbox.on_leave if each.ends > visit.now],
        insist=refused.insist,
        leaving=leaving,
        handing=handing,
        others=[each.address for each in visit.app.mailboxes.list() if each.address != mailbox.address],
        written={**_written(mailbox), **written},
        owner=visit.app.mailboxes.owners().get(mailbox.address, "") if users else "",
        users=users,
        origin=lists.origin(visit),
        index=lists.back(visit, "/mailboxes", ("state",)),
        mailbox=mailbox,
        ramp_up=[Bar(dates.short_day(each.day), 0, each.cap) for each in mailbox.ramp_plan],
        presets=[(each.name, each.title) for each in providers.KNOWN.values()],
        smtp=_server(mailbox.smtp),
        imap=_server(mailbox.imap),
        line=_lines(visit).get(mailbox.address),
        trial=trial,
        onward=_onward(visit, trial),
        rates=_rates(visit, mailbox),
        failures=visit.app.mailboxes.failures(mailbox.address) if mailbox.kept else {},
        copies=filing,
        copies_told=filed_copies.told(filing) if filing else "",
        health=visit.app.mailboxes.health(mailbox.address) if mailbox.kept else None,
        signing=_signing(visit, mailbox),
        can_change=visit.me.may(Permission.MAILBOXES),
        can_sign_in=visit.me.may(Permission.WORK),
        choices=visit.app.mailboxes.sign_in_choice(mailbox.address) if mailbox.kept else {},
    )


def _signed(visit: Visit, template: str, status: int, *, mailbox: MailboxView, **values: Any) -> Response:
    """The page, with the mailbox's signature as it stands below its mails; its HTML has a frame of its own, where its styles are."""
    text, form = signature.shown(mailbox.signature, mailbox.signature_html)
    frame = f"/mailbox-signature/{quote(mailbox.address)}" if form else ""
    shown = {"mailbox": mailbox, "codes": codes.text, "signed_text": text, "signed_frame": frame}
    answer = visit.show(template, status, **shown, **values)
    if form:
        answer.headers["content-security-policy"] = security.with_frames()
    return answer


def signed(visit: Visit) -> Response:
    """The HTML of a mailbox's signature alone, for its frame."""
    mailbox = visit.app.mailboxes.show(visit.path["address"])
    return visit.framed(signature.shown(mailbox.signature, mailbox.signature_html)[1])


def _rates(visit: Visit, mailbox: MailboxView) -> list[MailboxRate]:
    """Of all its mails, and by the receivers of most of them."""
    if not mailbox.kept:
        return []
    return [each for each in visit.app.mailboxes.rates(mailbox.address)[:6] if each.sent]


def _signing(visit: Visit, mailbox: MailboxView) -> MailSigning | None:
    """What signs its mails, for whoever may change that; None where nobody does: its provider owns a free-mail domain."""
    may = mailbox.kept and visit.me.may(Permission.MAILBOXES)
    own = mailbox.address.rpartition("@")[2] not in free_mail.DOMAINS
    return visit.app.mailboxes.signing(mailbox.address) if may and own else None


def _written(mailbox: MailboxView) -> dict[str, str]:
    """What the form for a change holds: the mailbox as it is."""
    plain = {
        "name": mailbox.name,
        "daily_cap": "" if mailbox.daily_cap is None else str(mailbox.daily_cap),
        "hourly_cap": "" if mailbox.hourly_cap is None else str(mailbox.hourly_cap),
        "gap_seconds": str(mailbox.gap_seconds),
        "jitter_seconds": str(mailbox.jitter_seconds),
        "ramp_up": mailbox.ramp_up,
        "username": mailbox.username,
        "aliases": ", ".join(mailbox.aliases),
        "unknown_policy": mailbox.unknown_policy,
        "plus_addressing": "yes" if mailbox.plus_addressing else "no",
        "zone": mailbox.zone,
        "ehlo_name": mailbox.ehlo_name,
        "tracking_host": mailbox.tracking_host,
        "signature": mailbox.signature,
        "signature_html": mailbox.signature_html,
        "dkim_selector": next_selector(mailbox.dkim_selector),
        "dkim_domain": mailbox.dkim_domain or mailbox.address.rpartition("@")[2],
        "dkim_kind": "rsa",
        **dict.fromkeys(("ca_file", "to", "new_threads", "unsign", "preset"), ""),
    }
    for kind, server in (("smtp", mailbox.smtp_server), ("imap", mailbox.imap_server)):
        if server is not None:
            plain |= {f"{kind}_host": server.host, f"{kind}_port": str(server.port)}
            plain[f"{kind}_security"] = server.security.value
    return plain


def _named(visit: Visit, address: str) -> MailboxView:
    """One that is kept or was removed. Raises `errors.NotFound`."""
    try:
        return visit.app.mailboxes.show(address)
    except errors.NotFound:
        for each in visit.app.mailboxes.removed():
            if each.address == address.strip().lower():
                return each
        raise


def _server(place: str) -> str:
    """`mail.acme.example:587 (starttls)` with what is in brackets as words."""
    where, _bracket, way = place.rstrip(")").rpartition(" (")
    words = _WAYS.get(way)
    return place if words is None else _(words, server=where)


_WAYS: Mapping[str, str] = {
    Security.TLS: N_("{server}, encrypted (TLS)"),
    Security.STARTTLS: N_("{server}, encrypted (STARTTLS)"),
    Security.PLAIN: N_("{server}, not encrypted (this machine only)"),
}


def _lines(visit: Visit) -> dict[str, MailboxLine]:
    """Their numbers, as they were a few seconds ago; no more than the viewer's list is looked up in it."""
    return {each.address: each for each in visit.site.watch.status(visit.language).mailboxes}


def pause(visit: Visit) -> Response:
    """Nothing leaves from it; it is still read."""
    address = visit.text("address", 320)
    visit.app.mailboxes.pause(address, visit.text("reason", 300))
    return visit.go(lists.stay(visit, path(address)), Text("Mailbox {address} is paused.", address=address))


def resume(visit: Visit) -> Response:
    """It sends again."""
    address = visit.text("address", 320)
    visit.app.mailboxes.resume(address)
    return visit.go(lists.stay(visit, path(address)), Text("{address} is sending again.", address=address))


def test(visit: Visit) -> Response:
    """Signs in to both servers; with `probe`, a mail from the mailbox to itself, too."""
    address = visit.app.mailboxes.show(visit.text("address", 320)).address
    return tried(visit, address, probe=visit.text("probe", 5) == "yes")


def tried(
    visit: Visit, address: str, *, probe: bool = False, steps: Sequence[TestStep] = (), said: Text | str = ""
) -> Response:
    """A test is begun, and the page shows it; or what was tried already (`steps`)."""
    if steps:
        return visit.go(lists.stay(visit, path(address), **trying.ended(visit, address, steps)), said)
    return visit.go(lists.stay(visit, path(address), **trying.begin(visit, address, probe=probe)), said)


def steps(visit: Visit) -> Response:
    """How far a test is, for the page to renew."""
    mailbox = visit.app.mailboxes.show(visit.asked("address"))
    trial = trying.asked(visit, mailbox.address)
    onward = _onward(visit, trial)
    return visit.part("mailbox.html", "trial", mailbox=mailbox, trial=trial, onward=onward, codes=codes.text)


def _onward(visit: Visit, trial: trying.Trial | None) -> tuple[str, str] | None:
    """Where it goes on from a mailbox that works, as long as nobody is enrolled anywhere: what the button says, and its page."""
    if trial is None or trial.running or not trial.ok:
        return None
    began = visit.app.today.beginning()
    if began.enrolled:
        return None
    if not began.people:
        words, page = _("Import people"), "/import"
    elif not began.sequence:
        words, page = _("New sequence"), "/sequence-new"
    else:
        words, page = _("Enroll people"), "/enroll"
    return (words, page) if visit.link(page) else None


def path(address: str) -> str:
    """Where a mailbox's page is."""
    return f"/mailboxes/{quote(address)}"


PAGES = (
    Page(
        "/mailboxes",
        index,
        Permission.LOOK,
        rail=Rail(N_("Mailboxes"), "mail", 70, count="mailboxes"),
    ),
    Page("/mailboxes/pause", pause, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/resume", resume, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/test", test, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/steps", steps, Permission.MAILBOXES, part=True),
    Page("/mailboxes/{address:path}", show, Permission.LOOK),
    Page("/mailbox-signature/{address:path}", signed, Permission.LOOK, part=True),
)
