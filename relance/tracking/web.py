"""The small HTTP app behind the links of a mail.

GET and HEAD record and show, and change nothing; only POST unsubscribes. No cookies. The paths are secrets of their
recipients, so whoever serves this app keeps them out of access logs.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from relance import clock, errors
from relance.tracking import answers, hits, pages, recording, targets, tokens
from relance.tracking.desk import Desk, OptOutResult
from relance.tracking.safe_headers import SafeHeaders

log = logging.getLogger(__name__)

LARGEST_BODY = 16 * 1024  # RFC 8058 needs 26 bytes, and some room where they come as multipart
SLOWEST_BODY = 10.0  # seconds; whoever needs longer for one line of form is no mailbox provider
PATIENCE = recording.PATIENCE  # seconds a visitor waits for our database
REPLAY_SECONDS = 5.0  # between two tries to carry out what was kept
DESK_THREADS = 20

HEADERS = {
    "cache-control": "no-store, private",
    "content-security-policy": pages.CONTENT_POLICY,
    "cross-origin-resource-policy": "cross-origin",  # webmail shows the pixel from its own origin
    "referrer-policy": "no-referrer",  # the target must not learn the token
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}

Answer = TypeVar("Answer")


class DeskFailed(Exception):
    """The desk raised: its database is down, most likely. What it said stands in our log, not in the response."""


def build(
    desk: Desk,
    signer: tokens.Signer,
    *,
    now: Callable[[], dt.datetime] | None = None,
    language: str = "en",
) -> Starlette:
    """The ASGI app. `now` gives the time written on hits (business time; the machine's clock by default); `language` is
    that of the pages where the browser asks for none of ours."""
    counter = Counter(desk, signer, now or clock.Clock().now)

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with counter.open_for_visitors():
            yield

    application = TrackingApp(
        counter,
        lifespan=life,
        routes=[
            Route("/o/{token}.gif", counter.open),
            Route("/c/{token}", counter.click),
            Route("/u/{token}", counter.no, methods=["GET", "POST"]),
            Route("/healthz", _health),
        ],
        middleware=[Middleware(SafeHeaders, headers=HEADERS)],
        exception_handlers={HTTPException: _http_error, DeskFailed: _desk_failed},
    )
    # To the address without (or with) the last slash it would lead by way of the request's Host header: anybody's words.
    application.router.redirect_slashes = False
    application.state.language = language
    return application


class TrackingApp(Starlette):
    """Starlette, behind the answers that need nothing of it: routes, requests and middleware cost several times a hit."""

    def __init__(self, counter: Counter, **given: Any) -> None:
        super().__init__(**given)
        self._counter = counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once, or pass it on."""
        if not await self._counter.answered(scope, send):
            await super().__call__(scope, receive, send)


class Counter:
    """Where requests are received: reads the token, asks the desk in a thread, answers."""

    def __init__(self, desk: Desk, signer: tokens.Signer, now: Callable[[], dt.datetime]) -> None:
        self._desk = desk
        self._reader = answers.RequestReader(signer, now)
        self._answers = answers.TrackingAnswers(self._reader, HEADERS)
        # Hits come in floods and may wait; they must not stand in the way of somebody who says no, and nobody who waits
        # for the database in the way of what is written down beside it.
        self._threads = ThreadPoolExecutor(DESK_THREADS, "relance-desk")
        self._beside = ThreadPoolExecutor(2, "relance-desk-beside")
        self._recording = ThreadPoolExecutor(1, "relance-desk-hits")
        self._recorder = recording.Recorder(self._record)

    @contextlib.asynccontextmanager
    async def open_for_visitors(self) -> AsyncIterator[None]:
        """While it lasts, what was kept is carried out; at its end, what is waiting is recorded."""
        replaying = asyncio.get_running_loop().create_task(self._replay())
        try:
            yield
        finally:
            replaying.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._recorder.close()
            for pool in (self._threads, self._beside, self._recording):
                pool.shutdown(wait=False, cancel_futures=True)

    async def answered(self, scope: Scope, send: Send) -> bool:
        """The pixel, the same for every token, and the redirect to the target in a link: recorded, then sent. Whatever
        the database does, they are sent; and a token that is not ours takes its turn with those that are."""
        answer = self._answers.to(scope)
        if answer is None:
            return False
        hit, messages = answer
        await self._recorder.add(hit)
        await answers.say(messages, send)
        return True

    async def open(self, request: Request) -> Response:
        """Names the route and what it can be asked; GET and HEAD have been answered before."""
        del request
        return Response(answers.PIXEL, media_type="image/gif")

    async def click(self, request: Request) -> Response:
        """A redirect to the target that is stored for an older link, recorded with the look-up; and to nothing else."""
        hit = self._hit(request, tokens.Purpose.CLICK)
        if hit is None:
            return _page(request, pages.gone, 404)
        target: str | None = hit.carried or await self._ask(self._desk.clicked, hit)
        place = targets.location(target) if target is not None else None
        if target is not None and place is None:
            log.error("link %d of message %d has a target that is not safe to follow", hit.index, hit.message)
        if place is None:
            return _page(request, pages.gone, 404)
        return Response(status_code=302, headers={"location": place})

    async def no(self, request: Request) -> Response:
        """One route for both, so that a 405 names all that is allowed (RFC 9110, 15.5.6)."""
        return await (self.unsubscribe if request.method == "POST" else self.ask)(request)

    async def ask(self, request: Request) -> Response:
        """The page with the unsubscribe button; scanners may load it as often as they like."""
        hit = self._hit(request, tokens.Purpose.UNSUBSCRIBE)
        if hit is None:
            return _page(request, pages.gone, 404)
        return _contact_page(request, pages.ask, await self._contact(hit))

    async def unsubscribe(self, request: Request) -> Response:
        """Act, then answer: for the button of the page and for one click in a mail program alike (RFC 8058)."""
        hit = self._hit(request, tokens.Purpose.UNSUBSCRIBE)
        if hit is None:
            return _page(request, pages.gone, 404)
        form = await _read_form(request)
        if form.get("List-Unsubscribe") != "One-Click":
            return _contact_page(request, pages.ask, await self._contact(hit), 400)
        heard = await self._said_no(hit)
        if heard is OptOutResult.UNKNOWN:
            return _page(request, pages.lost, 404)
        if heard is OptOutResult.KEPT:
            return _contact_page(request, pages.kept, await self._contact(hit), 202)
        return _contact_page(request, pages.done, await self._contact(hit))

    async def _said_no(self, hit: hits.Hit) -> OptOutResult:
        """Written down first, then carried out: whatever ends this process or its database in between, it stands."""
        kept = False
        with contextlib.suppress(DeskFailed):
            kept = await self._ask(self._desk.keep, hit, pool=self._beside)
        try:
            return await self._ask(self._desk.unsubscribe, hit)
        except DeskFailed:
            if kept:
                return OptOutResult.KEPT
            raise

    def _hit(self, request: Request, purpose: tokens.Purpose) -> hits.Hit | None:
        return self._reader.hit(request.scope, purpose, request.path_params["token"])

    async def _record(self, found: Sequence[hits.Hit]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._recording, self._desk.record, found)

    async def _replay(self) -> None:
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(self._recording, self._desk.replay)
            except errors.Trouble as away:
                log.warning("opt-outs could not be carried out just now; they are kept: %s", away)
            except Exception:
                log.warning("opt-outs could not be carried out just now; they are kept", exc_info=True)
            await asyncio.sleep(REPLAY_SECONDS)

    async def _contact(self, hit: hits.Hit) -> str | None:
        """The masked address; the page does without it rather than fail."""
        try:
            return await self._ask(self._desk.contact_of, hit)
        except DeskFailed:
            return None

    async def _ask(
        self, question: Callable[..., Answer], hit: hits.Hit, *, pool: ThreadPoolExecutor | None = None
    ) -> Answer:
        """The desk's answer, if it comes in time; what came too late is done all the same, and nobody waits for it."""
        asked = asyncio.get_running_loop().run_in_executor(pool or self._threads, question, hit)
        try:
            return await asyncio.wait_for(asked, PATIENCE)
        except TimeoutError as late:
            log.warning("a tracking request was not answered in time")
            raise DeskFailed from late
        except Exception as trouble:
            log.warning("a tracking request could not be handled", exc_info=True)
            raise DeskFailed from trouble


async def _read_form(request: Request) -> FormData:
    """The form of a POST, bounded in size, time and number of fields."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            body = await _read_body(request)
            if kind == "multipart/form-data":
                return await MultiPartParser(request.headers, _once(body), max_files=0, max_fields=10).parse()
            if kind in ("application/x-www-form-urlencoded", ""):
                return await FormParser(request.headers, _once(body)).parse()
    except TimeoutError:
        raise HTTPException(408) from None
    except (MultiPartException, ClientDisconnect, ValueError, KeyError):
        raise HTTPException(400) from None
    raise HTTPException(415)


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413)
    return bytes(body)


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
    yield b""


async def _health(request: Request) -> Response:
    del request
    return PlainTextResponse("ok\n")


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if "Allow" in headers:
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return _page(request, pages.gone if status == 404 else pages.trouble, status, headers)


async def _desk_failed(request: Request, error: Exception) -> Response:
    del error
    return _page(request, pages.trouble, 503, {"retry-after": "120"})


def _page(
    request: Request, make: Callable[[str], str], status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return HTMLResponse(make(_language(request)), status, headers)


def _contact_page(
    request: Request, make: Callable[[str, str | None], str], contact: str | None, status: int = 200
) -> Response:
    return HTMLResponse(make(_language(request), contact), status)


def _language(request: Request) -> str:
    return pages.choose_language(request.headers.get("accept-language"), request.app.state.language)
