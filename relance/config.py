"""Settings: the only reader of the environment and of the settings file.

A value is looked for in this order, first found wins:

1. what the caller gave (`Settings(web_port=9000)`, or a flag of the command line),
2. the environment: the setting's name in capitals after `RELANCE_` (`RELANCE_WEB_PORT`),
3. `relance.toml` in the home folder (`web_port = 9000`),
4. the default written below.

The *home* folder holds the key, the settings file and, unless told otherwise, the database. It is the one given
(`--home`), else `RELANCE_HOME`, else the nearest `.relance` in the current folder or a folder above it (as git finds its
own), else `./.relance`, which `relance init` makes.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import datetime as dt
import os
import secrets
import stat
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from relance import clock, errors

PREFIX = "RELANCE_"
HOME_NAME = ".relance"
FILE_NAME = "relance.toml"
KEY_NAME = "relance.key"
DATABASE_NAME = "relance.db"
KEY_BYTES = 32  # AES-256
MASK = "***"
OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
DIALECTS = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


def find_home() -> Path:
    """The home folder when none was given by name; it need not exist yet."""
    named = os.environ.get(PREFIX + "HOME")
    if named:
        return Path(named)
    here = Path.cwd()
    return next(
        (home for folder in (here, *here.parents) if (home := folder / HOME_NAME).is_dir()), here / HOME_NAME
    )


def _full_path(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow links


def _database(url: str) -> str:
    """The URL with the driver we use named in it."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        raise ValueError(
            "is no database address; write sqlite:////path/to/file.db or postgresql://user@host/name"
        )
    base, _, driver = scheme.partition("+")
    known = DIALECTS.get(base)
    if known is None or driver not in ("", known.partition("+")[2] or "pysqlite"):
        raise ValueError(
            f"names the database {scheme!r}; Relance keeps its data in SQLite (sqlite:////path/to/file.db) "
            "or PostgreSQL (postgresql://user@host/name)"
        )
    return f"{known}://{rest}"


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a web address without ? and #, such as https://t.example.com")
    return url.rstrip("/")


def _redis(url: str) -> str:
    if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must be a Redis address, such as redis://localhost:6379/0")
    return url


def _zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError(
            f"names the time zone {name!r}, which does not exist; write one such as Europe/Warsaw"
        )
    return name


class Settings(BaseSettings):
    """Everything that can be set. Frozen; read once, at the door. Raises `errors.Misconfigured`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        validate_default=True,
        hide_input_in_errors=True,
    )

    home: Annotated[Path, AfterValidator(_full_path)] = Field(
        default_factory=find_home, description="the folder with the key, the settings file and the database"
    )
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default_factory=lambda given: f"sqlite:///{given['home'] / DATABASE_NAME}",
        repr=False,
        description="where the data is kept: SQLite in the home folder, or postgresql://user@host/name",
    )
    redis_url: Annotated[str, AfterValidator(_redis)] | None = Field(
        default=None,
        repr=False,
        description="the broker between processes; none: everything runs in one process",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="the key that locks passwords and signs links; else it is read from secret_key_file",
    )
    secret_key_file: Annotated[Path, AfterValidator(_full_path)] = Field(
        default_factory=lambda given: given["home"] / KEY_NAME, description="the file that holds the key"
    )
    web_host: str = Field(default="127.0.0.1", description="the address the web server listens on")
    web_port: int = Field(default=8765, ge=0, le=65535, description="its port; 0 lets the system pick one")
    base_url: Annotated[str, AfterValidator(_web_address)] = Field(
        default_factory=lambda given: f"http://{_url_host(given['web_host'])}:{given['web_port']}",
        description="the address recipients reach the web server by; it stands in every tracked link",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="where a worker or scheduler serves its metrics; none: nowhere",
    )
    metrics_host: str = Field(default="127.0.0.1", description="the address the metrics are served on")
    zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="the time zone of contacts and sequences that name none"
    )
    country: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description="the country whose public holidays count where none is known",
    )
    worker_threads: int = Field(
        default=8, ge=1, le=256, description="how many mailboxes one process serves at once"
    )
    turn_batch: int = Field(default=50, ge=1, le=10_000, description="the most mails of one mailbox's turn")
    drain_seconds: float = Field(
        default=660.0, ge=0, description="how long a stopping process waits for the mails under way"
    )  # above the 600 s RFC 5321 (4.5.3.2.6) gives a server to answer the final dot
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="auto: for people on a terminal, JSON elsewhere"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least to be told"
    )
    allow_test_domains: bool = Field(
        default=False, description="accept addresses that can not exist, such as ada@prospect.test"
    )
    clock_origin: AwareDatetime = Field(
        default=EPOCH, description="machine time at which business time is clock_start"
    )
    clock_start: AwareDatetime = Field(default=EPOCH, description="business time at clock_origin")
    clock_scale: float = Field(
        default=1.0, ge=0, description="how much faster than the machine's the clock runs"
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as refused:
            raise errors.Misconfigured(_tell(refused, values)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order told in the first lines of this file."""
        del dotenv_settings, file_secret_settings
        path = _full_path(Path(init_settings().get("home") or find_home())) / FILE_NAME
        return init_settings, env_settings, _file_source(settings_cls, path)

    @property
    def file(self) -> Path:
        """The settings file; it need not exist."""
        return self.home / FILE_NAME

    def clock(self) -> clock.Clock:
        """The clock every process with these settings agrees on."""
        return clock.Clock(origin=self.clock_origin, start=self.clock_start, scale=self.clock_scale)

    def keyring(self) -> Keyring:
        """The keys, from `secret_key` or else from `secret_key_file`."""
        if self.secret_key is not None:
            return read_keys(self.secret_key.get_secret_value(), self.source("secret_key"))
        return read_keys(_key_text(self.secret_key_file, self.home / KEY_NAME), str(self.secret_key_file))

    def source(self, name: str) -> str:
        """Where the value of a setting came from, in words. What the caller gave wins, but is not told apart from a file
        that says the same."""
        return _source(name, {}, self.home) if name in self.model_fields_set else "default"

    def describe(self) -> tuple[Setting, ...]:
        """Every setting with its source, fit to be shown: no secret and no password in an address."""
        return tuple(
            Setting(name, _shown(name, getattr(self, name)), self.source(name), info.description or "")
            for name, info in type(self).model_fields.items()
        )


@dataclass(frozen=True)
class Setting:
    """One setting as it may be shown to anybody."""

    name: str
    value: str | int | float | bool | None
    source: str
    meaning: str


@dataclass(frozen=True)
class Keyring:
    """The keys by id, and the id of the one that locks what is new. Older ones only open."""

    keys: Mapping[int, bytes] = field(repr=False)
    current: int


@dataclass(frozen=True)
class Made:
    """What `make_home` found or made."""

    home: Path
    made: tuple[Path, ...]
    kept: tuple[Path, ...]


def read_keys(text: str, source: str) -> Keyring:
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
                f"The key {number} stands twice in {source}; give every key its own number."
            )
        keys[number] = key
    if not keys:
        raise errors.Misconfigured(
            f"There is no key in {source}. `relance init` makes one where none is yet."
        )
    return Keyring(keys, max(keys))


def new_key() -> str:
    """A fresh key in the form `secret_key` takes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def make_home(home: Path, values: Mapping[str, str | int | bool] | None = None) -> Made:
    """Make the folder (0700), the key (0600) and a commented settings file. What is there already is kept as it is."""
    home = _full_path(home)
    made: list[Path] = []
    kept: list[Path] = []
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        texts = {home / KEY_NAME: f"1:{new_key()}\n", home / FILE_NAME: file_text(values or {})}
        for path, text in texts.items():
            (made if _write_new(path, text) else kept).append(path)
    except OSError as refused:
        raise errors.Misconfigured(
            f"The home folder {home} can not be made: {refused.strerror}."
        ) from refused
    return Made(home, tuple(made), tuple(kept))


def file_text(values: Mapping[str, str | int | bool]) -> str:
    """A settings file with `values` set and a line of explanation for every other setting."""
    lines = [f"# Relance's settings. The environment ({PREFIX}<NAME>) wins over this file.", ""]
    for name, info in Settings.model_fields.items():
        if name in ("home", "secret_key"):
            continue  # the file stands in the home, and a key belongs in its own file
        lines.append(f"# {info.description}")
        lines += [f"{name} = {_toml(values[name])}" if name in values else f"# {name} = ...", ""]
    return "\n".join(lines)


def _toml(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
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


def _read_key(line: str, how_many: int, source: str) -> tuple[int, bytes]:
    number, colon, encoded = line.partition(":")
    if not colon and how_many == 1:
        number, encoded = "1", line
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= 255) or len(key) != KEY_BYTES:
        raise errors.Misconfigured(
            f"A key in {source} has the wrong shape. Write `1:` and {KEY_BYTES} random bytes in base64, as "
            f"`openssl rand -base64 {KEY_BYTES}` prints them (a number from 1 to 255 tells keys apart)."
        )
    return int(number), key


def _key_text(path: Path, own: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise errors.Misconfigured(
            f"There is no key at {path}. Run `relance init {path.parent}` to make one, name another home with --home, or "
            "set RELANCE_SECRET_KEY. If this home had a key, bring that one back: a new key opens nothing old."
        ) from None
    except (OSError, UnicodeDecodeError) as refused:
        raise errors.Misconfigured(f"The key at {path} can not be read: {refused}.") from refused
    # A key file named on purpose may be a container's secret mount, whose mode is not ours to judge.
    if os.name == "posix" and path == own and mode & OPEN_TO_OTHERS:
        raise errors.Misconfigured(f"Others on this machine may read the key {path}. Run `chmod 600 {path}`.")
    return text


def _file_source(settings_cls: type[BaseSettings], path: Path) -> TomlConfigSettingsSource:
    try:
        return TomlConfigSettingsSource(settings_cls, path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as mistake:
        raise errors.Misconfigured(f"{path} is not readable TOML: {mistake}.") from None
    except OSError as refused:
        raise errors.Misconfigured(f"{path} can not be read: {refused.strerror}.") from refused


def _source(name: str, given: Mapping[str, Any], home: Path) -> str:
    if name in given:
        return "given by the caller"
    variable = (PREFIX + name).upper()
    if os.environ.get(variable):
        return f"environment {variable}"
    path = home / FILE_NAME
    with contextlib.suppress(OSError, ValueError):
        if name in tomllib.loads(path.read_text(encoding="utf-8")):
            return str(path)
    return "given by the caller" if name != "home" else "found"


def _tell(refused: ValidationError, given: Mapping[str, Any]) -> str:
    """One line a wrong setting: its name, where it stands and what to write instead. Never its value: it may be secret."""
    home = _full_path(Path(given.get("home") or find_home()))
    lines = []
    for mistake in refused.errors(include_url=False, include_context=False, include_input=False):
        if mistake["type"] == "default_factory_not_called":
            continue  # follows from another mistake, which is told
        name = str(mistake["loc"][0]) if mistake["loc"] else "?"
        place = _source(name, given, home)
        lines.append(_sentence(name, place, mistake["type"], mistake["msg"]))
    return "\n".join(dict.fromkeys(lines))


def _sentence(name: str, place: str, kind: str, words: str) -> str:
    if kind == "extra_forbidden":
        import difflib  # only where a mistake was made

        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        mend = f"Did you mean {near[0]}?" if near else "`relance config` lists all of them."
        return f"There is no setting {name} ({place}). {mend}"
    return f"The setting {name} ({place}) {_mend(words)}."


def _mend(words: str) -> str:
    own = words.removeprefix("Value error, ")
    if own != words:
        return own
    return f"is not usable: {words[:1].lower()}{words[1:]}"


def _shown(name: str, value: object) -> str | int | float | bool | None:
    if isinstance(value, SecretStr):
        return MASK
    if name.endswith("_url") and isinstance(value, str):
        return mask_url(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def mask_url(url: str) -> str:
    """The address without the password that may stand in it."""
    parts = urlsplit(url)
    query = [(key, MASK if "pass" in key.lower() else value) for key, value in parse_qsl(parts.query)]
    masked = _masked_login(parts)._replace(query=urlencode(query, safe="*/"))
    return urlunsplit(masked) if masked != parts else url


def _masked_login(parts: SplitResult) -> SplitResult:
    login, at, place = parts.netloc.rpartition("@")
    user, colon, _ = login.partition(":")
    return parts._replace(netloc=f"{user}:{MASK}@{place}") if at and colon else parts


def _url_host(host: str) -> str:
    """A listening address as it stands in a URL; one that means "every address" becomes the local machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host
