"""Users: who may sign in, as what; invited by a link, shut out, signed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page, Rail
from relance.console.visit import Visit
from relance.engine.roles import ROLE_NAMES, Permission, Role, role_name
from relance.engine.users.service import UserView
from relance.wording import N_, Text, _, capital

MEANS: Mapping[Role, str] = {
    Role.MANAGER: N_("sees and does everything"),
    Role.SALESPERSON: N_("sees and works on what goes through their own mailboxes"),
    Role.VIEWER: N_("sees everything, changes nothing"),
}


_FILTERS = ("role", "stands")


def show(visit: Visit, **more: object) -> Response:
    """The list, and the form to invite somebody."""
    values = {"error": "", "email": "", "role": Role.SALESPERSON, "link": None, **more}
    status = 422 if values["error"] else 200
    roles = [(role, str(ROLE_NAMES[role]), MEANS[role]) for role in Role]
    names = {role: str(name) for role, name in ROLE_NAMES.items()}
    found = [each for each in visit.app.users.list() if _meant(visit, each)]
    users, cursor = lists.known(visit, found, lambda each: each.email)
    return visit.show(
        "users.html",
        status,
        users=users,
        roles=roles,
        role_name=role_name,
        search=visit.asked("q"),
        chips=_chips(visit, names),
        chosen=[(name, visit.asked(name)) for name in _FILTERS if visit.asked(name)],
        pages=lists.pages(visit, cursor),
        **values,
    )


STANDS: Mapping[str, tuple[str, Callable[[UserView], bool]]] = {
    "active": (N_("Active"), lambda user: user.active and user.joined),
    "invited": (N_("Invited"), lambda user: user.active and not user.joined),
    "blocked": (N_("Blocked"), lambda user: not user.active),
}


def _meant(visit: Visit, user: UserView) -> bool:
    role, stands = visit.asked("role"), visit.asked("stands")
    if role not in ("", user.role) or (stands in STANDS and not STANDS[stands][1](user)):
        return False
    return lists.fits(visit, f"{user.email} {user.name}")


def _chips(visit: Visit, names: Mapping[Role, str]) -> list[lists.Chip]:
    stands = [lists.chip(visit, "stands", key, _(words)) for key, (words, _fits) in STANDS.items()]
    return stands + [lists.chip(visit, "role", role.value, capital(name)) for role, name in names.items()]


def invite(visit: Visit) -> Response:
    """Make a link; it is shown once, on this page."""
    email, role = visit.text("email", 300), visit.text("role", 20)
    try:
        made = visit.app.users.invite(email, role)
    except errors.WrongUse as bad:
        return show(visit, error=str(bad.on_page), email=email, role=role)
    return show(visit, link=visit.site.grounds.url.rstrip("/") + made.path, invited=made)


def change(visit: Visit) -> Response:
    """Another role, or shut out, or let in again."""
    email, active = visit.text("email", 300), visit.text("active", 5)
    visit.app.users.change(
        email, role=visit.text("role", 20) or None, active={"yes": True, "no": False}.get(active)
    )
    if active == "no":
        return visit.go(
            _back(visit),
            Text("{email} can no longer sign in, and has been signed out everywhere.", email=email),
        )
    return visit.go(_back(visit), Text("{email} has been changed.", email=email))


def end_sessions(visit: Visit) -> Response:
    """Sign somebody out everywhere."""
    email = visit.text("email", 300)
    count = visit.app.users.end_sessions(email)
    return visit.go(
        _back(visit),
        Text.plural(
            "{email} has been signed out of {count} browser.",
            "{email} has been signed out of {count} browsers.",
            count,
            email=email,
        ),
    )


def _back(visit: Visit) -> str:
    """The list as it was filtered."""
    return lists.back(visit, "/users", _FILTERS)


PAGES = (
    Page("/users", show, Permission.USERS, rail=Rail(N_("Users"), "users", 90)),
    Page("/users/invite", invite, Permission.USERS, "POST"),
    Page("/users/change", change, Permission.USERS, "POST"),
    Page("/users/sign-out", end_sessions, Permission.USERS, "POST"),
)
