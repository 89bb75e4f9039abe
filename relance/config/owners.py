"""Whose a home is: another user of the machine may be let in to look, and writes nothing there."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from relance.config.settings import Settings
from relance.wording import _


def foreign(found: Settings) -> str:
    """Why this user can only look at what is kept: it is somebody else's; empty where that is not so.

    A disk that nobody can write to says nothing of users.
    """
    if os.name != "posix":
        return ""
    return next((words for path in _kept(found) if (words := _refused(path))), "")


def login() -> str:
    """Who is at the command line; behind `sudo`, who they were before it."""
    before = os.environ.get("SUDO_USER")  # noqa: TID251 - this is the place
    return before or (_name(os.getuid()) if os.name == "posix" else "")


def _kept(found: Settings) -> Iterator[Path]:
    if found.database_url.startswith("sqlite"):
        yield Path(urlsplit(found.database_url).path[1:])
    yield found.home


def _refused(path: Path) -> str:
    try:
        owner, read_only = path.stat().st_uid, bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return ""
    me = os.geteuid()
    if owner == me or read_only or os.access(path, os.W_OK, effective_ids=True):
        return ""
    return _(
        "{path} belongs to {owner}, and {user} may not write to it. Switch to {owner} to make changes.",
        path=path,
        owner=_name(owner),
        user=_name(me),
    )


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return _("user {number}", number=number)
