"""The keys that lock passwords and sign links."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from relance import errors
from relance.wording import Text, ended, of_system

KEY_BYTES = 32  # AES-256
LARGEST_ID, ID_DIGITS = 255, 3
OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Keyring:
    """The keys by id, and the id of the one that locks what is new. Older ones only open."""

    keys: Mapping[int, bytes] = field(repr=False)
    current: int


def read_keys(text: str, source: Text | str) -> Keyring:
    """Keys as they are written down: one a line (or parted by commas), `id:base64`, or one `base64` alone, whose id is 1.

    The highest id is the current one. Raises `errors.Misconfigured`.
    """
    lines = [line.strip() for line in text.replace(",", "\n").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    keys: dict[int, bytes] = {}
    for line in lines:
        number, key = _read_key(line, len(lines), source)
        if number in keys:
            raise errors.Misconfigured(
                Text(
                    "Key number {number} appears twice in {source}. Give each key its own number.",
                    number=number,
                    source=source,
                )
            )
        keys[number] = key
    if not keys:
        raise errors.Misconfigured(
            Text(
                "There is no key in {source}. `relance init` creates one if there is none yet.", source=source
            )
        )
    return Keyring(keys, max(keys))


def new_key() -> str:
    """A fresh key in the form `secret_key` takes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def _read_key(line: str, how_many: int, source: Text | str) -> tuple[int, bytes]:
    number, colon, encoded = line.partition(":")
    if not colon and how_many == 1:
        number, encoded = "1", line
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except ValueError:  # of base64, or not ASCII
        key = b""
    if not _is_id(number) or len(key) != KEY_BYTES:
        raise errors.Misconfigured(
            Text(
                "A key in {source} has the wrong format. Write `1:` and {size} random bytes in base64, as printed by "
                "`openssl rand -base64 {size}` (the number, from 1 to 255, tells keys apart).",
                source=source,
                size=KEY_BYTES,
            )
        )
    return int(number), key


def _is_id(number: str) -> bool:
    return (
        number.isascii() and number.isdigit() and len(number) <= ID_DIGITS and 1 <= int(number) <= LARGEST_ID
    )


def read_file(path: Path, own: Path) -> Keyring:
    """The keys in a file. The home's `own` file must be closed to others; any other may be a container's secret mount,
    whose mode is not ours to judge."""
    return read_keys(_key_text(path, own), str(path))


def _key_text(path: Path, own: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise errors.Misconfigured(
            Text(
                "There is no key at {path}. Run `relance init {folder}` to create one, choose another home with --home, or "
                "set RELANCE_SECRET_KEY. If this home used to have a key, restore that one: a new key cannot open what the "
                "old one locked.",
                path=path,
                folder=path.parent,
            )
        ) from None
    except (OSError, UnicodeDecodeError) as refused:
        raise errors.Misconfigured(
            Text("The key at {path} cannot be read: {fault}", path=path, fault=ended(of_system(refused)))
        ) from refused
    if os.name == "posix" and path == own and mode & OPEN_TO_OTHERS:
        raise errors.Misconfigured(
            Text("Other users of this machine can read the key {path}. Run `chmod 600 {path}`.", path=path)
        )
    return text
