"""The values this room takes and gives: what an author wrote, and what happened to it for one contact."""

from __future__ import annotations

from dataclasses import dataclass, replace

from relance.templates.markup.links import Link
from relance.wording import Text


@dataclass(frozen=True)
class Source:
    """What an author wrote. `html` takes the place of the HTML made from `body`; the text part then comes from it.

    A step that answers in a thread has no subject of its own.
    """

    subject: str | None
    body: str = ""
    html: str | None = None


@dataclass(frozen=True)
class Rendered:
    """One mail's words. `html` is a whole small document; `links` are the marked ones, in its order."""

    subject: str
    text: str
    html: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Missing:
    """Fields that this contact lacks (or that are empty), and the part of the mail that first asked for one."""

    names: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Unusable:
    """These words cannot be made from these values; `reason` is a sentence for a person."""

    reason: Text
    place: str


Words = Rendered | Missing | Unusable


def with_footer(rendered: Rendered, text_footer: str, html_footer: str) -> Rendered:
    """The same mail with a last line in both parts; the HTML one (with the pixel) stands before `</body>`."""
    text = f"{rendered.text.rstrip()}\n\n{text_footer.strip()}\n" if text_footer.strip() else rendered.text
    end = rendered.html.lower().rfind("</body>")
    end = end if end >= 0 else len(rendered.html)
    return replace(rendered, text=text, html=rendered.html[:end] + html_footer + rendered.html[end:])
