"""A mailbox changed: everything but its address; and whose it is."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page
from relance.console.views.mailboxes import adding, looking, trying
from relance.console.visit import Visit
from relance.engine.mailboxes.settings import signing_in
from relance.engine.mailboxes.settings.changing import MailboxChange, ServerChange
from relance.engine.mailboxes.settings.signing_in import TestStep
from relance.engine.roles import Permission
from relance.mailbox.account import Security
from relance.mailbox.composing import signature
from relance.wording import Text

FIELDS = (
    *("name", "daily_cap", "hourly_cap", "gap_seconds", "jitter_seconds", "username"),
    *("aliases", "unknown_policy", "plus_addressing", "zone", "ehlo_name"),
    *("tracking_host", "signature", "signature_html", "ramp_up", "preset"),
    *(f"{kind}_{part}" for kind in ("smtp", "imap") for part in ("host", "port", "security")),
)
# What a form that is shown again still holds. The password is not among them: it never leaves again.


def change(visit: Visit) -> Response:
    """What was left as it was stays; an empty password is none. A mistake stands at its field."""
    address = visit.text("address", 320)
    given = {name: visit.text(name, signature.HTML_MOST + 1).strip() for name in FIELDS if name in visit.form}
    steps: list[TestStep] = []
    anyway = visit.text("anyway", 5) == "yes"
    try:
        visit.app.mailboxes.change(address, _wish(visit, given), anyway=anyway, done=steps.append)
    except (errors.Invalid, errors.Unreachable) as refused:
        insist = signing_in.unproved(refused)
        if isinstance(refused, errors.Unreachable) and not insist:
            raise
        wrong, whole = adding.mistakes(refused, (*FIELDS, "password", "ca_file"))
        given["ca_file"] = visit.text("ca_file", adding.LONGEST_CERTIFICATE)
        return looking.shown(visit, address, refused=looking.Mistakes(wrong, whole, insist), written=given)
    said = Text("{address} is changed.", address=address)
    tested = trying.ended(visit, address, steps) if steps else {}
    return visit.go(lists.stay(visit, looking.path(address), **tested), said)


def _wish(visit: Visit, given: Mapping[str, str]) -> MailboxChange:
    """What the form holds; a field that it does not have stays."""
    pasted, preset = adding.certificate(visit), given.get("preset") or None
    aliases = given["aliases"].replace(",", " ").split() if "aliases" in given else None
    return MailboxChange(
        given.get("name"),
        _number(given, "daily_cap"),
        _number(given, "gap_seconds"),
        visit.text("password", 1000) or None,
        given.get("username"),
        None if preset else _server(given, "smtp"),
        None if preset else _server(given, "imap"),
        "" if visit.text("no_certificate", 5) == "yes" else pasted,
        given.get("unknown_policy"),
        given["plus_addressing"] == "yes" if "plus_addressing" in given else None,
        aliases,
        _number(given, "hourly_cap"),
        _number(given, "jitter_seconds"),
        given.get("zone"),
        given.get("ehlo_name"),
        given.get("tracking_host"),
        given.get("signature"),
        given.get("signature_html"),
        given.get("ramp_up"),
        preset,
    )


def _number(given: Mapping[str, str], name: str) -> int | None:
    return adding.number(given, name, 0) if name in given else None


def _server(given: Mapping[str, str], kind: str) -> ServerChange:
    way = given.get(f"{kind}_security")
    if way and way not in {each.value for each in Security}:
        raise errors.Invalid(Text("Choose how the connection is secured."))
    return ServerChange(
        given.get(f"{kind}_host"), _number(given, f"{kind}_port"), Security(way) if way else None
    )


def assign(visit: Visit) -> Response:
    """From now on it is this user's, or nobody's."""
    address, email = visit.text("address", 320), visit.text("email", 320)
    visit.app.mailboxes.assign(address, email or None)
    whose = email or Text("nobody")
    said = Text("The owner of {address} is now: {email}.", address=address, email=whose)
    return visit.go(lists.stay(visit, looking.path(address)), said)


PAGES = (
    Page("/mailboxes/change", change, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/assign", assign, Permission.MAILBOXES, "POST"),
)
