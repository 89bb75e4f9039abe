"""Making a home: the folder, the key and a settings file that explains itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from relance import errors
from relance.config import keys, places, settings
from relance.wording import N_, Text, _, ended, of_system

HEAD = N_("Relance's settings. The environment ({variable}) takes precedence over this file.")


@dataclass(frozen=True)
class Made:
    """What `make_home` found or made."""

    home: Path
    made: tuple[Path, ...]
    kept: tuple[Path, ...]


def make_home(
    home: Path, values: Mapping[str, str | int | float | bool] | None = None, *, key: bool = True
) -> Made:
    """Make the folder (0700), the key (0600) and a commented settings file. What is there already is kept as it is.

    Without `key` none is made: the environment has it.
    """
    home = places.full_path(home)
    made: list[Path] = []
    kept: list[Path] = []
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        texts = {home / settings.KEY_NAME: f"1:{keys.new_key()}\n"} if key else {}
        texts[home / places.FILE_NAME] = file_text(values or {})
        for path, text in texts.items():
            (made if _write_new(path, text) else kept).append(path)
    except OSError as refused:
        raise errors.Misconfigured(
            Text(
                "The home folder {path} cannot be created: {fault}",
                path=home,
                fault=ended(of_system(refused)),
            )
        ) from refused
    return Made(home, tuple(made), tuple(kept))


def file_text(values: Mapping[str, str | int | float | bool]) -> str:
    """A settings file with `values` set and a line of explanation for every other setting."""
    lines = [f"# {_(HEAD, variable=places.PREFIX + '<NAME>')}", ""]
    for name, info in settings.Settings.model_fields.items():
        if name in ("home", "secret_key"):
            continue  # the file stands in the home, and a key belongs in its own file
        lines.append(f"# {_(str(info.description))}")
        lines += [f"{name} = {_toml(values[name])}" if name in values else f"# {name} = ...", ""]
    return "\n".join(lines)


def _toml(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write_new(path: Path, text: str) -> bool:
    """Write a file only its owner may read; False when it is there already."""
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        return True
    return False
