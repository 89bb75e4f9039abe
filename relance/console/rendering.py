"""Templates: what every page knows beside its own values. Everything is escaped; a name that is not there is an error."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from relance import wording
from relance.console import assets, charts, flashes, navigation
from relance.console.asked import Asked
from relance.console.requests import browsers, language
from relance.engine.reporting import codes
from relance.wording import Text, dates

if TYPE_CHECKING:
    from relance.console.flashes import Flash
    from relance.console.navigation import OverallState, Place


@functools.cache
def environment() -> jinja2.Environment:
    """The templates of the package."""
    folder = Path(str(resources.files(__package__) / "templates"))
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(
        _=translated,
        n_=wording.n_,
        N_=wording.N_,
        icon=assets.icon,
        asset=assets.url,
        bars=charts.bars,
        brief=brief,
        browser=browsers.named,
        count=number,
        late_by=codes.lateness_of_sent,
        tongue=language.named,
        tongues=[(each, language.named(each)) for each in wording.languages()],
    )
    made.filters.update(
        apart=apart,
        begun=wording.begun,
        seen=wording.seen,
        capital=wording.capital,
        commands=commands,
        tidy=tidy,
        tel=tel,
        moment=wording.moment,
        day=wording.day,
        span=wording.span,
    )
    return made


def translated(msgid: str, /, **places: Any) -> str:
    """A sentence in the reader's language."""
    return str(Text(msgid, **places))


def commands(words: object) -> Markup:
    """A sentence whose `commands` are set as such."""
    parts = str(words).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(each) if odd % 2 else escape(each) for odd, each in enumerate(parts)
    )


def apart(values: Iterable[object]) -> Markup:
    """Foreign values side by side, each by itself: a mark of direction in one (U+202E) does not turn the others round."""
    return Markup(" · ").join(Markup("<bdi>{}</bdi>").format(each) for each in values)


def tidy(value: object) -> str:
    """A value of the settings as the reader's language writes it, without the .0 of a whole number."""
    if not isinstance(value, float):
        return str(value)
    return str(int(value)) if value.is_integer() else dates.decimal(value)


_DIALLED = re.compile(r"[^A-Za-z]*")
# What is written behind a word is an extension: nobody dials it with the number.


def tel(phone: str) -> str:
    """The link that calls a number as somebody wrote it; empty where there is none in it."""
    found = _DIALLED.match(phone)
    digits = "".join(each for each in (found.group() if found else "") if each in "0123456789")
    plus = "+" if phone.lstrip(" (").startswith("+") else ""
    return f"tel:{plus}{digits}" if digits else ""


def number(value: int | None) -> str:
    """A count as people read it; what is not known is a dash."""
    return "–" if value is None else dates.count(value)


def page(visit: Asked, template: str, values: dict[str, Any]) -> str:
    """A whole page."""
    return environment().get_template(template).render(_everywhere(visit), **values)


def alone(template: str, /, **values: Any) -> str:
    """A page that knows nobody and asks no database."""
    return environment().get_template(template).render(values)


def part(visit: Asked, template: str, block: str, values: dict[str, Any]) -> str:
    """One block of a page."""
    found = environment().get_template(template)
    context = found.new_context({**_everywhere(visit), **values})
    return "".join(found.blocks[block](context))


def _everywhere(visit: Asked) -> dict[str, Any]:
    _NOW.set(visit.now)
    return {
        "visit": visit,
        "me": visit.viewer,
        "language": visit.language,
        "shell": _shell(visit),
    }


@dataclass(frozen=True)
class Shell:
    """What stands around a page, under a name of its own: a page may call its own values `state` or `keys`."""

    languages: Sequence[str]
    flash: Flash | None
    rail: Sequence[Place]
    state: OverallState | None
    keys: Sequence[tuple[str, str]]
    here: str


def _shell(visit: Asked) -> Shell:
    return Shell(
        wording.languages(),
        flashes.told(visit),
        navigation.rail(visit),
        navigation.state(visit),
        navigation.keys(visit),
        visit.here,
    )


_NOW: ContextVar[dt.datetime] = ContextVar("relance_console_now")
# For macros, which know no more than what they are given.


def brief(at: dt.datetime | None) -> str:
    """An instant beside others; a dash where there is none."""
    return wording.brief(at, _NOW.get()) if at is not None else "–"
