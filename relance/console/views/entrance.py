"""The way in: signing in, the code of a second factor, the link of an invitation, signing out, the language."""

from __future__ import annotations

from starlette.responses import Response

from relance import errors
from relance.console.lists import LONGEST_LIST
from relance.console.pages import Page
from relance.console.requests import cookies, security
from relance.console.requests.sign_in_links import GOOD_FOR
from relance.console.visit import Visit
from relance.engine.roles import Permission
from relance.engine.users.passwords import SHORTEST
from relance.engine.users.sign_in import Origin, SignIn, SignInAnswer
from relance.wording import Text

TOO_MANY = 429
LONGEST_PATH = 2000


def show(visit: Visit) -> Response:
    """The form; before anybody can sign in, how to make the first user."""
    if visit.viewer is not None:
        return visit.go(_local(visit.query.get("next", "")))
    return _form(visit)


def sign_in(visit: Visit) -> Response:
    """Address and password."""
    found = visit.installation.entrance.sign_in(
        visit.text("email", 300), visit.text("password", 500), origin(visit)
    )
    return _after(visit, found)


def code(visit: Visit) -> Response:
    """The code that an app shows."""
    found = visit.installation.entrance.finish(visit.text("half", 500), visit.text("code", 20), origin(visit))
    if found.answer is SignInAnswer.CODE:
        return _code_form(visit, found, Text("This code is not valid. Type the one that the app shows now."))
    return _after(visit, found)


def welcome(visit: Visit) -> Response:
    """What an invitation leads to: the form for a password."""
    known = visit.installation.entrance.invited(visit.path["token"])
    if known is None:
        return visit.show("mishap.html", 404, **_over())
    return _welcome_form(visit)


def join(visit: Visit) -> Response:
    """The password, and in."""
    token = visit.path["token"]
    if visit.text("password", 500) != visit.text("again", 500):
        return _welcome_form(visit, Text("The two passwords are not the same."))
    try:
        session = visit.installation.entrance.accept(
            token, visit.text("name"), visit.text("password", 500), origin(visit)
        )
    except errors.Invalid as bad:
        return _welcome_form(visit, bad.problems[0].what, bad.problems[0].where)
    except errors.NotFound:
        return visit.show("mishap.html", 404, **_over())
    return _in(visit, session, "/")


def enter(visit: Visit) -> Response:
    """A link that signs in by itself: for the browser of who sits at this machine. Opened again, it leads the same one home."""
    if visit.request.method == "GET" and _at_this_machine(
        visit
    ):  # who only asks for its head has not opened it
        session = visit.site.sign_in_links.use(visit.path["token"])
        if session is not None:
            return _in(visit, session, "/")
    if visit.viewer is not None:
        return visit.go("/")
    words = Text(
        "A link that signs in works once and for {time}, on the machine it was made on.", time=GOOD_FOR
    )
    return visit.show("mishap.html", 404, title=str(Text("This link no longer works")), words=str(words))


def _at_this_machine(visit: Visit) -> bool:
    client = visit.request.client
    return (
        client is not None
        and security.loopback(visit.request.headers.get("host", ""))
        and security.here(client.host)
    )


def signed_in(visit: Visit) -> Response:
    """For who signed in beside a page that they were signed out of."""
    return visit.show("signed_in.html")


def sign_out(visit: Visit) -> Response:
    """End this session."""
    visit.app.myself.sign_out(visit.me.user, visit.session)
    answer = visit.go("/sign-in")
    cookies.take(visit.site.grounds, answer)
    return answer


def speak(visit: Visit) -> Response:
    """Another language, from now on."""
    visit.app.myself.describe(visit.me.user, language=visit.text("language", 10))
    return visit.go(_local(visit.text("back", LONGEST_LIST)))


def origin(visit: Visit) -> Origin:
    """Where somebody comes from: the network, and what the browser calls itself."""
    client = visit.request.client
    return Origin(
        security.network(client.host) if client else "", visit.request.headers.get("user-agent", "")
    )


def _after(visit: Visit, found: SignIn) -> Response:
    if found.answer is SignInAnswer.IN:
        return _in(visit, found.token, _local(visit.text("next", LONGEST_PATH)))
    if found.answer is SignInAnswer.CODE:
        return _code_form(visit, found)
    if found.answer is SignInAnswer.LATER:
        words = Text("Too many attempts. Wait {time}, then try again.", time=found.wait)
        return _form(visit, words, TOO_MANY)
    return _form(visit, Text("The email address and password do not match. Check both and try again."))


def _in(visit: Visit, token: str, path: str) -> Response:
    answer = visit.go(path)
    cookies.give(visit.site.grounds, answer, token)
    return answer


def _form(visit: Visit, error: Text | str = "", status: int = 422) -> Response:
    return visit.show(
        "sign_in.html",
        status if error else 200,
        error=str(error),
        email=visit.text("email", 300),
        next=_local(visit.text("next", LONGEST_PATH) or visit.query.get("next", "")),
        ended=bool(visit.text("ended", 5) or visit.query.get("ended")),
        anybody=visit.installation.entrance.anybody(),
    )


def _code_form(visit: Visit, found: SignIn, error: Text | str = "") -> Response:
    where = _local(visit.text("next", LONGEST_PATH))
    return visit.show("code.html", 422 if error else 200, half=found.half, next=where, error=str(error))


def _welcome_form(visit: Visit, error: Text | str = "", where: Text | str = "password") -> Response:
    """The form, with what is wrong at its field."""
    known = visit.installation.entrance.invited(visit.path["token"])
    if known is None:
        return visit.show("mishap.html", 404, **_over())
    return visit.show(
        "welcome.html",
        422 if error else 200,
        error="" if where == "name" else str(error),
        name_error=str(error) if where == "name" else "",
        known=known,
        name=visit.text("name") or known.name,
        shortest=SHORTEST,
    )


def _over() -> dict[str, str]:
    words = Text(
        "The link has been used, or is older than 24 hours. Ask the person who sent it for a new one."
    )
    return {"title": str(Text("This link no longer works")), "words": str(words)}


def _local(path: str) -> str:
    """A path of ours, and nothing that a browser takes for another host."""
    good = (
        path.startswith("/")
        and not path.startswith(("//", "/\\"))
        and path.isprintable()
        and "\\" not in path
    )
    return path if good else "/"


PAGES = (
    Page("/sign-in", show, None),
    Page("/sign-in", sign_in, None, "POST"),
    Page("/sign-in/code", code, None, "POST"),
    Page("/welcome/{token}", welcome, None),
    Page("/welcome/{token}", join, None, "POST"),
    Page("/enter/{token}", enter, None),
    Page("/signed-in", signed_in, Permission.SELF),
    Page("/sign-out", sign_out, Permission.SELF, "POST"),
    Page("/language", speak, Permission.SELF, "POST"),
)
