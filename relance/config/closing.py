"""What a home keeps is nobody else's: people's addresses and answers, and what was written to them."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from relance import errors
from relance.config import checks
from relance.config.settings import Settings
from relance.wording import Text, ended, of_system

TO_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
THROUGH = stat.S_IXGRP | stat.S_IXOTH  # a folder without these closes everything below it
IN_THE_HOME = ("journal", "noes", "epoch.json", "sandbox.json")
BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")


def open_to_others(found: Settings) -> list[Path]:
    """The files and folders with private data that another user of this machine may read or write."""
    if os.name != "posix":
        return []
    return [path for path in _private(found) if _reached(path)]


def require_closed(found: Settings) -> None:
    """`errors.Misconfigured` where another user of this machine may read what is kept, as for an open key."""
    paths = open_to_others(found)
    if paths:
        told = " ".join(shlex.quote(str(path)) for path in paths)
        raise errors.Misconfigured(
            Text(
                "Other users of this machine can read the data in {folder}. Run `chmod go= {files}`.",
                folder=paths[0].parent,
                files=told,
            )
        )


def close(found: Settings) -> list[Path]:
    """Close what is open to others; returns what that was."""
    paths = open_to_others(found)
    for path in paths:
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~(TO_OTHERS | THROUGH))
        except OSError as refused:
            raise errors.Misconfigured(
                Text(
                    "Other users of this machine can read {path}, and its permissions cannot be changed: {fault}",
                    path=path,
                    fault=ended(of_system(refused)),
                )
            ) from refused
    return paths


def _private(found: Settings) -> Iterator[Path]:
    if found.database_url.startswith("sqlite"):
        database = urlsplit(found.database_url).path[1:]
        yield from (Path(database + ending) for ending in BESIDE_SQLITE)
    yield from (found.home / name for name in IN_THE_HOME)
    if _holds_a_secret(found):
        yield found.file


def _holds_a_secret(found: Settings) -> bool:
    """Whether the settings file tells a key or a password; without one it may be anybody's to read."""
    urls = {"database_url": found.database_url, "redis_url": found.redis_url or ""}
    secret = [name for name, url in urls.items() if checks.mask_url(url) != url]
    secret += [name for name in type(found).model_fields if isinstance(getattr(found, name), SecretStr)]
    return any(found.in_file(name) for name in secret)


def _reached(path: Path) -> bool:
    """Whether others may open it: its own mode says so, and that of every folder on the way to it."""
    try:
        if not path.stat().st_mode & TO_OTHERS:
            return False
        return all(folder.stat().st_mode & THROUGH for folder in path.resolve().parents)
    except OSError:
        return False  # it is not there, or not to be seen even by us
