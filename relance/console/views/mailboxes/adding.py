"""A mailbox taken in: its address, name and password; servers are found, unless somebody names them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from starlette.responses import Response

from relance import errors, late
from relance.config import practice
from relance.console.pages import Page
from relance.console.views.mailboxes import looking
from relance.console.views.mailboxes.owners import possible_owners
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.settings import signing_in
from relance.engine.mailboxes.settings.signing_in import TestStep
from relance.engine.mailboxes.sign_ins import choices
from relance.engine.roles import Permission, Role
from relance.engine.users.service import UserView
from relance.mailbox import providers, tls
from relance.mailbox.account import Account, Security, Server
from relance.wording import Text

if TYPE_CHECKING:
    from relance.mailbox.providers import discovery, resolver, web
else:  # whoever adds a mailbox asks DNS, and the domain's web site
    discovery, resolver, web = late.modules(
        "relance.mailbox.providers.discovery",
        "relance.mailbox.providers.resolver",
        "relance.mailbox.providers.web",
    )

FORM_FIELDS = (
    *("address", "name", "username", "daily_cap", "hourly_cap", "gap_seconds", "jitter_seconds", "ramp_up"),
    *(f"{kind}_{part}" for kind in ("smtp", "imap") for part in ("host", "port", "security")),
)
# What a form that is shown again still holds. The password is not among them: it never leaves again.
LONGEST_CERTIFICATE = 100_000


def form(visit: Visit) -> Response:
    """The empty form; with the address of one that is added again."""
    empty = dict.fromkeys((*FORM_FIELDS, "ca_file"), "")
    return _shown(visit, {**empty, "address": visit.asked("address", 320)}, {}, "")


def _shown(
    visit: Visit, written: Mapping[str, str], wrong: Mapping[str, str], whole: str, /, *, insist: bool = False
) -> Response:
    """`insist`: it may be saved although the sign-in was not accepted."""
    world, users = _practice(visit), possible_owners(visit)
    return visit.show(
        "mailbox_add.html",
        UNPROCESSABLE if wrong or whole else 200,
        written={"owner": _usual_owner(visit, users), **written},
        users=users,
        wrong=wrong,
        whole=whole,
        insist=insist,
        practice=world.address if world else "",
        choices=visit.app.mailboxes.sign_in_choices(),
    )


def _practice(visit: Visit) -> Account | None:
    """The mailbox of the sandbox that runs for this home, as long as it is not added."""
    try:
        found = practice.account(visit.installation.settings.home)
    except errors.NotFound:
        return None
    known = {each.address for each in visit.app.mailboxes.list() if each.kept}
    return None if found.address.lower() in known else found


def add(visit: Visit) -> Response:
    """Signed in to, then taken in; or the form again, with each mistake at its field."""
    steps: list[TestStep] = []
    anyway = visit.text("anyway", 5) == "yes"
    found = _found(visit)
    if not found.believed and found.told:
        return _to_confirm(visit, found, found.told)
    try:
        chosen = owner(visit)
        added = visit.app.mailboxes.add(spec(visit, found.setup), anyway=anyway, done=steps.append)
    except (errors.Invalid, errors.Unreachable) as refused:
        if isinstance(refused, errors.Unreachable) and not signing_in.unproved(refused):
            raise
        return again(visit, refused, found.told)
    if chosen:
        visit.app.mailboxes.assign(added.address, chosen)
    return looking.tried(visit, added.address, steps=steps, said=found.told or "")


def _usual_owner(visit: Visit, users: Sequence[UserView]) -> str:
    """Whose it is unless somebody else is chosen: their own who add it, where they write to people themselves or are the only user."""
    alone = [each.email for each in users] == [visit.me.email]
    return visit.me.email if alone or visit.me.role is Role.SALESPERSON else ""


def owner(visit: Visit) -> str:
    """Who was chosen; "": nobody. Raises `errors.Invalid` for somebody who is not there (any more)."""
    chosen = visit.text("owner", 320)
    if chosen and chosen not in {each.email for each in possible_owners(visit)}:
        raise errors.Invalid(Text("This owner is not among the users. Choose one of the list."))
    return chosen


def add_practice(visit: Visit) -> Response:
    """The sandbox's mailbox taken in, as the sandbox left its servers, password and certificate in the home: a form names none of them."""
    found = practice.account(visit.installation.settings.home)
    spec = MailboxSpec.of(found, gap_seconds=0)  # nobody to spare in a sandbox
    added = visit.app.mailboxes.add(spec, anyway=True)
    if owner := _usual_owner(visit, possible_owners(visit)):
        visit.app.mailboxes.assign(added.address, owner)
    return looking.tried(visit, added.address)


def mistakes(
    refused: errors.Invalid | errors.Unreachable, fields: Collection[str]
) -> tuple[dict[str, str], str]:
    """What is wrong, by the field where it stands, and what concerns the whole form."""
    wrong: dict[str, str] = {}
    if isinstance(refused, errors.Unreachable):
        return wrong, str(refused.on_page)
    whole: list[str] = []
    for each in refused.problems:
        where = str(each.where)
        name = _SERVER_FIELDS.get(where, where)
        if name in fields:
            wrong[name] = " ".join(str(words) for words in (each.what, each.hint) if words)
        else:
            whole.append(str(each.on_page))
    whole += [str(refused.page)] if refused.page else []
    return wrong, " ".join(whole)


_SERVER_FIELDS = {"smtp": "smtp_host", "imap": "imap_host"}


def again(visit: Visit, refused: errors.Invalid | errors.Unreachable, told: Text | None = None) -> Response:
    """The form once more, with what is wrong. `told`: where the servers come from that were asked."""
    wrong, whole = mistakes(refused, (*FORM_FIELDS, "password", "ca_file"))
    said = f"{whole} {told}" if whole and told else whole
    return _shown(visit, _typed(visit), wrong, said, insist=signing_in.unproved(refused))


def _typed(visit: Visit) -> dict[str, str]:
    written = {name: visit.text(name, 320) for name in FORM_FIELDS}
    written["owner"] = visit.text("owner", 320)
    written["ca_file"] = visit.text("ca_file", LONGEST_CERTIFICATE)
    return written


def _to_confirm(visit: Visit, found: discovery.Discovery, told: Text) -> Response:
    """Servers of another domain, which only DNS or a web site speaks for: no password goes there before a person has seen them. They
    stand in the form, so that adding once more is enough."""
    written = _typed(visit)
    for kind, server in (("smtp", found.setup.smtp), ("imap", found.setup.imap)):
        usual = {"host": server.host, "port": str(server.port), "security": server.security.value}
        written |= {f"{kind}_{part}": written[f"{kind}_{part}"] or usual[part] for part in usual}
    asked = Text(
        "They belong to another domain. They are filled in below: add the mailbox if they are right."
    )
    return _shown(visit, written, {"smtp_host": str(Text.together(told, asked))}, "")


def of_provider(visit: Visit) -> providers.Setup:
    """The servers of whom the mailbox's owner signs in at. Raises `errors.Invalid` where those that were found are a person's to confirm."""
    sign_in = visit.text("sign_in", 20)
    provider = choices.provider_of(sign_in, visit.text("address", 320).strip()) if sign_in else None
    if provider:
        return providers.of(provider)
    found = _found(visit)
    if not found.believed and found.told:
        raise errors.Invalid([errors.Problem(found.told, where="smtp_host")])
    return found.setup


def spec(visit: Visit, found: providers.Setup) -> MailboxSpec:
    """What the form holds; `found`: the servers as far as it names none. Raises `errors.Invalid`."""
    address = visit.text("address", 320).strip()
    given = {name: visit.text(name, 320).strip() for name in FORM_FIELDS}
    return MailboxSpec(
        address,
        given["name"],
        given["username"] or address,
        visit.text("password", 1000),
        _server(given, "smtp", found.smtp),
        _server(given, "imap", found.imap),
        ca_file=certificate(visit),
        daily_cap=number(given, "daily_cap", 50) or None,
        gap_seconds=number(given, "gap_seconds", 60),
        hourly_cap=number(given, "hourly_cap", 0) or None,
        jitter_seconds=number(given, "jitter_seconds", 0),
        ramp_up=given["ramp_up"],
    )


def _found(visit: Visit) -> discovery.Discovery:
    """The servers of the address, and from where; where the form names both hosts, nobody is asked and nothing is to be said."""
    address = visit.text("address", 320).strip()
    if visit.text("smtp_host", 320).strip() and visit.text("imap_host", 320).strip():
        return discovery.Discovery(providers.guess(address), discovery.ServersFrom.DOMAIN, "")
    names = resolver.Dns()
    return discovery.discover(address, names, web.PublicWeb(names))


def certificate(visit: Visit) -> str | None:
    """The certificate itself: who sits at a browser has no file on the server, and none is opened by its path from here."""
    written = visit.text("ca_file", LONGEST_CERTIFICATE).strip()
    if written and not tls.is_pem(written):
        what = Text(
            "This is not a certificate in PEM. Paste all of it, with the line -----BEGIN CERTIFICATE-----."
        )
        raise errors.Invalid([errors.Problem(what, where="ca_file")])
    return written or None


def _server(given: Mapping[str, str], kind: str, found: Server) -> Server:
    """As it is written; what is not, as it usually is."""
    security = given[f"{kind}_security"]
    if security and security not in {each.value for each in Security}:
        raise errors.Invalid(Text("Choose how the connection is secured."))
    port = number(given, f"{kind}_port", found.port)
    return Server(
        given[f"{kind}_host"] or found.host, port, Security(security) if security else found.security
    )


def number(given: Mapping[str, str], name: str, usual: int) -> int:
    """A whole number that was typed; where nothing was, the usual one. Raises `errors.Invalid`."""
    written = given[name]
    if not written:
        return usual
    if not (written.isascii() and written.isdigit() and len(written) < 30):
        raise errors.Invalid([errors.Problem(Text("Enter a whole number."), where=name)])
    return int(written)


PAGES = (
    Page("/mailboxes/new", form, Permission.MAILBOXES),
    Page("/mailboxes", add, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/sandbox", add_practice, Permission.MAILBOXES, "POST"),
)
