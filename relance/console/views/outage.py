"""What a browser is shown while there is no database to ask: when Relance starts before it, and when it goes away later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from relance import wording
from relance.console import assets, rendering
from relance.console.requests import language, security
from relance.engine.reporting.concerns import ConcernKind
from relance.tracking.safe_headers import SafeHeaders
from relance.wording import Text

if TYPE_CHECKING:
    from relance.config import Settings

UNAVAILABLE = 503
AGAIN_SECONDS = 5
# Until the browser asks again by itself.
WaitsFor = Callable[[], ConcernKind | None]
METHODS = ["GET", "POST"]


def build(settings: Settings, waits_for: WaitsFor) -> Starlette:
    """The ASGI application of a console whose database is not open yet: every address says so. `waits_for` tells what was in
    the way when it was last tried; None where nothing was, and it takes its time."""

    async def everything(request: Request) -> Response:
        return await run_in_threadpool(page, request, settings.language, waits_for())

    return Starlette(
        routes=[
            Route("/static/{name}", assets.serve),
            Route("/{path:path}", everything, methods=METHODS),
        ],
        middleware=[Middleware(SafeHeaders, headers=security.HEADERS)],
    )


def page(request: Request, default: str, why: ConcernKind | None) -> Response:
    """One sentence on what is in the way, in the browser's language; a form that was sent has not been done."""
    spoken = language.of(request, None, default)
    with wording.speaking(spoken):
        said = str(_said(why))
        if request.headers.get("hx-request") == "true":
            return PlainTextResponse(said, UNAVAILABLE)
        body = rendering.alone("outage.html", language=spoken, said=said, sent=request.method == "POST")
        # Only what can be opened again is: a form would be sent once more.
        again = {} if request.method == "POST" else {"refresh": str(AGAIN_SECONDS)}
        return HTMLResponse(body, UNAVAILABLE, headers=again)


def _said(why: ConcernKind | None) -> Text:
    if why is None:
        return Text("Relance is opening its database. After an update this can take a few minutes.")
    if why is ConcernKind.UNWRITABLE:
        return Text(
            "Relance cannot write to its disk or its database. Until that is fixed nothing is sent and nothing is read; nothing is lost. Its log says why."
        )
    return Text(
        "The database does not answer. Until it does, nothing is sent and nothing is read; nothing is lost. The log says why."
    )
