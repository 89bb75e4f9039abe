"""The application that serves the console: who asks is found out, what they may not do is refused, the rest is a page's work."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from relance import errors, wording
from relance.console import assets
from relance.console.pages import Page
from relance.console.requests import cookies, language, security
from relance.console.site import Site
from relance.console.views import contents, mishaps, outage
from relance.console.visit import Visit
from relance.engine.reporting.concerns import ConcernKind
from relance.tracking.safe_headers import SafeHeaders
from relance.wording import Text

if TYPE_CHECKING:
    from relance.app import Relance

log = logging.getLogger(__name__)
MISDIRECTED = 421
SIGNED_OUT = 401


def build(installation: Relance) -> Starlette:
    """The ASGI application of an open installation."""
    site = Site(installation, contents.PAGES)
    routes = [Route(each.path, _endpoint(site, each), methods=[each.method]) for each in site.pages]
    made = Starlette(
        routes=[Route("/static/{name}", assets.serve), Route("/healthz", _health), *routes],
        middleware=[Middleware(SafeHeaders, headers=security.HEADERS)],
        exception_handlers={HTTPException: _elsewhere(site), Exception: _crashed},
    )
    made.router.redirect_slashes = False  # it would lead by way of the request's Host header
    made.state.site = site
    return made


def sign_in_link(made: Starlette, session: str) -> str:
    """The path of a link that gives a session that has begun to whoever opens it first, on this machine; `session` is what
    its cookie holds."""
    site: Site = made.state.site
    return site.sign_in_links.make(session)


def _endpoint(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        refused = _refused(site, request)
        if refused is not None:
            return refused
        form = await _form(request, page.largest) if _read(site, page, request) else FormData()
        try:
            return await run_in_threadpool(_answer, site, page, request, form)
        finally:
            await form.close()  # lets go of what was uploaded

    return serve


def _refused(site: Site, request: Request) -> Response | None:
    """What is turned away before anybody is asked who they are."""
    host = request.headers.get("host", "")
    if not security.host_allowed(host, site.grounds.hosts):
        return _plainly(site, request, _MISDIRECTED, MISDIRECTED)
    own = f"{request.url.scheme}://{host}"
    if not security.same_origin(request.method, request.headers, own):
        return _plainly(site, request, _FROM_ELSEWHERE, 403)
    if request.url.scheme != "https" and not security.loopback(host):
        return _plainly(site, request, _UNENCRYPTED, 403)
    return None


_MISDIRECTED = Text(
    "The console does not answer to this name. Set console_url to the address that people open."
)
_FROM_ELSEWHERE = Text("This came from a page of another site, and was not carried out.")
_UNENCRYPTED = Text(
    "The console can only be opened over https, or on the machine it runs on: otherwise passwords would be sent "
    "unencrypted. docs/operations.md says how."
)
_CRASHED = Text("Something went wrong in Relance. The log has the details.")


def _plainly(site: Site, request: Request, words: Text, status: int) -> Response:
    """A sentence alone, in the language that the browser asks for: there is no page, and nobody is known yet."""
    with wording.speaking(language.of(request, None, site.installation.settings.language)):
        return PlainTextResponse(str(words), status)


def _read(site: Site, page: Page, request: Request) -> bool:
    """Whether what was sent is read: of somebody who cannot be signed in only by the way in."""
    known = page.permission is None or bool(cookies.token(site.grounds, request))
    return request.method == "POST" and known


async def _form(request: Request, largest: int) -> FormData:
    """The fields. Files are for the pages that take them."""
    if int(request.headers.get("content-length") or 0) > largest:
        raise HTTPException(413)
    try:
        return await _bounded(request, largest).form(max_files=1, max_fields=2000)
    except MultiPartException as bad:
        raise HTTPException(400) from bad


def _bounded(request: Request, largest: int) -> Request:
    """The same; what is sent in pieces does not say beforehand how long it is."""
    read = 0

    async def receive() -> Message:
        nonlocal read
        message = await request.receive()
        read += len(message.get("body", b""))
        if read > largest:
            raise HTTPException(413)
        return message

    return Request(request.scope, receive)


def _answer(site: Site, page: Page, request: Request, form: FormData) -> Response:
    """In a thread: who it is, whether they may, and then the page."""
    try:
        visit = _visit(site, request, form, visiting=page.method == "POST" or not page.part)
    except (errors.Unreachable, errors.Unwritable) as away:
        return _without_database(site, request, away)
    with wording.speaking(visit.language):
        try:
            answer = _allowed(visit, page) or page.handle(visit)
            if page.method == "POST":
                site.watch.forget()
        except errors.RelanceError as told:
            answer = mishaps.told(visit, told)
        except HTTPException as told:
            answer = mishaps.page(visit, told.status_code)
        except Exception:
            log.exception("a page of the console could not be made: %s", page.path)
            answer = mishaps.page(visit, 500)
    asked = wording.matched(request.query_params.get("lang"))
    if asked and visit.viewer is None:
        answer.set_cookie(language.COOKIE, asked, httponly=True, samesite="lax", secure=site.secure)
    return answer


def _visit(site: Site, request: Request, form: FormData, *, visiting: bool = True) -> Visit:
    token = cookies.token(site.grounds, request)
    found = site.installation.entrance.signed_in(token, visiting=visiting) if token else None
    viewer = found.user.viewer if found else None
    spoken = language.of(request, viewer, site.installation.settings.language)
    visit = Visit(request, site, site.installation, spoken, viewer, form=form)
    if found is not None:
        visit.session, visit.token, visit.since = found.session, token, found.user.visit_before
    return visit


def _without_database(site: Site, request: Request, away: errors.Trouble) -> Response:
    """Nobody can tell who asks."""
    log.warning("a page could not be shown: %s", away)
    why = ConcernKind.UNWRITABLE if isinstance(away, errors.Unwritable) else ConcernKind.DATABASE
    return outage.page(request, site.installation.settings.language, why)


def _allowed(visit: Visit, page: Page) -> Response | None:
    """Nothing where they may; else the way in, or words. (What a page calls asks once more, in `relance.app.permitted`.)"""
    if page.permission is None:
        return None
    if visit.viewer is None:
        if visit.partial:
            return mishaps.page(
                visit, SIGNED_OUT
            )  # what is on the screen stays: `connection.js` says so above it
        return _to_the_way_in(visit, page)
    visit.viewer.require(page.permission)
    return None


def _to_the_way_in(visit: Visit, page: Page) -> Response:
    """It says why they are there, and leads back to where they were."""
    url = visit.request.url
    where = f"{url.path}?{url.query}" if page.method == "GET" and url.query else visit.here
    asked = {} if where == "/" else {"next": where}
    if cookies.token(visit.site.grounds, visit.request):
        asked["ended"] = "yes"
    return RedirectResponse("/sign-in" + (f"?{urlencode(asked, safe='/')}" if asked else ""), 303)


def _elsewhere(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, trouble: Exception) -> Response:
        status = trouble.status_code if isinstance(trouble, HTTPException) else 500

        def make() -> Response:
            try:
                visit = _visit(site, request, FormData())
            except (errors.Unreachable, errors.Unwritable) as away:
                return _without_database(site, request, away)
            with wording.speaking(visit.language):
                return mishaps.page(visit, status)

        if not security.host_allowed(request.headers.get("host", ""), site.grounds.hosts):
            return PlainTextResponse("", MISDIRECTED)
        return await run_in_threadpool(make)

    return answer


async def _crashed(request: Request, trouble: Exception) -> Response:
    log.error("the console could not answer", exc_info=trouble)
    return _plainly(request.app.state.site, request, _CRASHED, 500)


async def _health(request: Request) -> Response:
    del request
    return PlainTextResponse("ok")
