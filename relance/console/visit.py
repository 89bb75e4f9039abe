"""A request as a page sees it, and what can be answered."""

from __future__ import annotations

import contextvars
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from relance.console import flashes, rendering
from relance.console.asked import Asked
from relance.console.requests import security
from relance.engine.contacts import csv_reader
from relance.wording import Text

UNPROCESSABLE = 422


class Visit(Asked):
    """One request to a page, and its answer."""

    def link(self, path: str) -> str | None:
        """The path, where there is a page that they may open; None else: nobody is led to a door that is shut."""
        return path if any(each.path == path and each.open_to(self.me) for each in self.site.pages) else None

    def show(self, template: str, code: int = 200, /, **values: Any) -> Response:
        """A page."""
        shown = HTMLResponse(rendering.page(self, template, values), code)
        if self.token:
            flashes.over(self, shown)
        return shown

    def part(self, template: str, block: str, **values: Any) -> Response:
        """One block of a page, for htmx to put in its place."""
        return HTMLResponse(rendering.part(self, template, block, values))

    def framed(self, html: str) -> Response:
        """The HTML of a mail alone, for a frame of a page of ours."""
        return HTMLResponse(html, headers=security.SHOWN_MAIL)

    def file(self, data: bytes, name: str) -> Response:
        """A CSV file, to be kept by the browser under that name."""
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type="text/csv", headers=headers)

    def table(self, rows: Iterable[Sequence[str]], name: str) -> Response:
        """A CSV file for a spreadsheet, however long: it is sent while its rows are read, in the viewer's language. What goes wrong
        before the first row is told as for any page; later, the browser keeps no file."""
        here, parts = contextvars.copy_context(), csv_reader.pieces(rows)
        first = next(parts, b"")

        def all_parts() -> Iterator[bytes]:
            part: bytes | None = first
            while part is not None:
                yield part
                part = here.run(next, parts, None)

        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(all_parts(), media_type="text/csv", headers=headers)

    def go(self, path: str, said: Text | str = "", tone: str = "good") -> Response:
        """To another page after something was done; `said` is told there, once. `tone`: good, warn or bad."""
        answer = RedirectResponse(path, 303)
        if said:
            flashes.say(self, answer, said, tone)
        return answer
