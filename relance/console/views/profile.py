"""One's own profile: name, password, second factor, sessions."""

from __future__ import annotations

import io
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.requests import cookies, numbers
from relance.console.visit import Visit
from relance.engine.roles import Permission, role_name
from relance.engine.users.passwords import SHORTEST
from relance.wording import Text

_MISTAKES = ("name_error", "password_error", "code_error", "proof_error", "drop_error")


def show(visit: Visit, **more: Any) -> Response:
    """All of it; `more` is what a form that was refused says."""
    values: dict[str, Any] = {**dict.fromkeys(_MISTAKES, ""), "name": None, "offer": None, **more}
    status = 422 if any(values[name] for name in _MISTAKES) else 200
    found = visit.app.myself.profile(visit.me.user)
    return visit.show(
        "profile.html",
        status,
        profile=found,
        role=str(role_name(visit.me.role)),
        shortest=SHORTEST,
        **values,
    )


def describe(visit: Visit) -> Response:
    """Name and language."""
    name = visit.text("name")
    try:
        visit.app.myself.describe(visit.me.user, name=name, language=visit.text("language", 10))
    except errors.Invalid as bad:
        return show(visit, name_error=str(bad.problems[0].what), name=name)
    return visit.go("/profile", Text("Saved."))


def password(visit: Visit) -> Response:
    """A new password."""
    if visit.text("new", 500) != visit.text("again", 500):
        return show(visit, password_error=str(Text("The two passwords are not the same.")))
    try:
        visit.app.myself.change_password(
            visit.me.user, visit.text("old", 500), visit.text("new", 500), keep=visit.session or 0
        )
    except errors.WrongUse as bad:
        return show(visit, password_error=str(bad.on_page))
    return visit.go("/profile", Text("The password has been changed. Other browsers have been signed out."))


def offer(visit: Visit) -> Response:
    """A key for an app, as a square of dots."""
    key, address = visit.app.myself.offer_second_factor(visit.me.user)
    return show(visit, offer={"key": key, "square": _square(address)})


def use(visit: Visit) -> Response:
    """The first code of that key."""
    key = visit.text("key", 64)
    try:
        visit.app.myself.use_second_factor(
            visit.me.user, key, visit.text("code", 20), visit.text("password", 500)
        )
    except errors.WrongUse as bad:
        wrong = "code_error" if isinstance(bad, errors.Invalid) else "proof_error"
        offered = {"key": key, "square": _square(_address(visit, key))}
        return show(visit, offer=offered, **{wrong: str(bad.on_page)})
    return visit.go("/profile", Text("From now on you are asked for a code when you sign in."))


def drop(visit: Visit) -> Response:
    """No code any more."""
    try:
        visit.app.myself.drop_second_factor(visit.me.user, visit.text("password", 500))
    except errors.Forbidden as bad:
        return show(visit, drop_error=str(bad.on_page))
    return visit.go("/profile", Text("You will no longer be asked for a code."))


def end_session(visit: Visit) -> Response:
    """Sign out of another browser, or of all others, or everywhere."""
    which = visit.text("session", 20)
    if which == "all":
        visit.app.myself.sign_out(visit.me.user)
        answer = visit.go("/sign-in")
        cookies.take(visit.site.grounds, answer)
        return answer
    if which == "others":
        visit.app.myself.sign_out(visit.me.user, but=visit.session)
        return visit.go("/profile", Text("Other browsers have been signed out."))
    number = numbers.row(which)
    if number is not None:
        visit.app.myself.sign_out(visit.me.user, number)
    return visit.go("/profile", Text("That browser has been signed out."))


def _address(visit: Visit, key: str) -> str:
    from relance.engine.users import totp

    return totp.address(key, visit.me.email, "Relance")


def _square(address: str) -> Markup:
    import segno  # only for this

    made = io.BytesIO()
    segno.make(address, error="m").save(
        made,
        kind="svg",
        scale=5,
        border=2,
        xmldecl=False,
        svgns=False,
        dark="#000",
        light="#fff",
        omitsize=True,
    )
    return Markup(made.getvalue().decode())  # noqa: S704 - dots, drawn here


PAGES = (
    Page("/profile", show, Permission.SELF),
    Page("/profile", describe, Permission.SELF, "POST"),
    Page("/profile/password", password, Permission.SELF, "POST"),
    Page("/profile/second-factor", offer, Permission.SELF, "POST"),
    Page("/profile/second-factor/use", use, Permission.SELF, "POST"),
    Page("/profile/second-factor/drop", drop, Permission.SELF, "POST"),
    Page("/profile/sessions", end_session, Permission.SELF, "POST"),
)
