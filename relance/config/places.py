"""Where the home folder is, and which language the reader reads: what has to be known before the settings are read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path

from relance import errors, wording
from relance.wording import Text

PREFIX = "RELANCE_"
HOME_NAME = ".relance"
FILE_NAME = "relance.toml"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
# In this order, as POSIX has it.


def find_home() -> Path:
    """The home folder when none was given by name; it need not exist yet."""
    named = os.environ.get(PREFIX + "HOME")  # noqa: TID251 - this is the place
    if named:
        return Path(named)
    here = Path.cwd()
    return next(
        (home for folder in (here, *here.parents) if (home := folder / HOME_NAME).is_dir()), here / HOME_NAME
    )


def full_path(path: Path) -> Path:
    """An absolute path; `~` is the user's folder, links stay as they are. Raises `errors.Misconfigured`."""
    try:
        return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow links
    except RuntimeError as unknown:
        raise errors.Misconfigured(
            Text("{path}: this machine has no such user. Write the full path.", path=path)
        ) from unknown


def language(home: Path | None = None) -> str:
    """The language of a home, before its settings are read: RELANCE_LANGUAGE, its settings file, the locale, English."""
    named = wording.matched(os.environ.get(PREFIX + "LANGUAGE"))  # noqa: TID251 - this is the place
    return named or wording.matched(_of_file(home)) or language_of_locale()


def language_of_locale() -> str:
    """The language that the locale asks for, if it is one of ours; else English."""
    variable = locale_variable()
    return (wording.matched(os.environ.get(variable)) if variable else None) or "en"  # noqa: TID251 - this is the place


def locale_variable() -> str | None:
    """The variable that names the locale, where one does."""
    return next((name for name in LOCALE if os.environ.get(name)), None)  # noqa: TID251 - this is the place


_OPTIONS: ContextVar[Mapping[str, str]] = ContextVar("options", default={})  # noqa: B039 - never changed


_FOUND: ContextVar[Collection[str]] = ContextVar("found", default=())


@contextlib.contextmanager
def typed(options: Mapping[str, str], found: Collection[str] = ()) -> Iterator[None]:
    """Within it, settings that are given come from a command line: by these options. `found`: those that nobody typed, such as a port
    that is bound; they were set wherever they would have been set without."""
    before, found_before = _OPTIONS.set(options), _FOUND.set(found)
    try:
        yield
    finally:
        _OPTIONS.reset(before)
        _FOUND.reset(found_before)


def options_of(given: Iterable[str]) -> dict[str, str | None]:
    """The settings that are given, each with the option that it was typed with; None where there is none."""
    return {name: _OPTIONS.get().get(name) for name in given if name not in _FOUND.get()}


def _of_file(home: Path | None) -> str | None:
    """What the settings file says. Where it cannot be read, that is told when the settings are."""
    import tomllib

    with contextlib.suppress(OSError, ValueError, RecursionError, errors.Misconfigured):
        text = (full_path(home or find_home()) / FILE_NAME).read_text("utf-8")
        found = tomllib.loads(text).get("language") if "language" in text else None
        return found if isinstance(found, str) else None
    return None
