"""Every setting, its default and where its value came from."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
)
from pydantic.fields import FieldInfo

from relance import clock, errors
from relance.config import checks, keys, mistakes, places, sources, toml_faults
from relance.config.own_clients import OwnClientSettings
from relance.config.places import FILE_NAME, PREFIX, find_home, full_path, language_of_locale
from relance.wording import N_, Text, _, ended, of_system

PASSWORD_VARIABLE = PREFIX + "PASSWORD"
KEY_NAME = "relance.key"
DATABASE_NAME = "relance.db"
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


_LISTED = BeforeValidator(checks.listed)
Names = Annotated[tuple[str, ...], _LISTED]
Networks = Annotated[tuple[Annotated[str, AfterValidator(checks.network)], ...], _LISTED]


def password_of_environment() -> str | None:
    """A mailbox's password from RELANCE_PASSWORD, for commands that nobody sits at."""
    return os.environ.get(PASSWORD_VARIABLE) or None  # noqa: TID251 - this is the place


class Settings(OwnClientSettings):
    """Everything that can be set. Frozen; read once, at the door. Raises `errors.Misconfigured`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_default=True,
        hide_input_in_errors=True,
    )

    home: Annotated[Path, AfterValidator(full_path)] = Field(
        default_factory=find_home,
        description=N_("the folder with the key, the settings file and the database"),
    )
    database_url: Annotated[str, AfterValidator(checks.database)] = Field(
        default_factory=lambda given: f"sqlite:///{given['home'] / DATABASE_NAME}",
        repr=False,
        description=N_("where the data is kept: SQLite in the home folder, or postgresql://user@host/name"),
    )
    redis_url: Annotated[str, AfterValidator(checks.redis)] | None = Field(
        default=None,
        repr=False,
        description=N_("the message broker between processes; none: everything runs in one process"),
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description=N_(
            "the key that encrypts passwords and signs links; if not set, it is read from secret_key_file"
        ),
    )
    secret_key_file: Annotated[Path, AfterValidator(full_path)] = Field(
        default_factory=lambda given: given["home"] / KEY_NAME, description=N_("the file that holds the key")
    )
    web_host: str = Field(default="127.0.0.1", description=N_("the address the web server listens on"))
    web_port: int = Field(
        default=8765,
        ge=0,
        le=65535,
        description=N_("the port the web server listens on; 0 lets the system choose one"),
    )
    web_connections: int = Field(
        default=256,
        ge=8,
        le=100_000,
        description=N_(
            "the most connections the web server accepts at once; fewer if the process may open only a few files"
        ),
    )
    web_connections_each: int = Field(
        default=32,
        ge=1,
        description=N_("the most connections it accepts from one address, unless that is a trusted proxy"),
    )
    trusted_proxies: Networks = Field(
        default=("127.0.0.0/8", "::1/128"),
        description=N_(
            "addresses and networks of your own web servers in front of this one: many people come through each, and "
            "only they are trusted to say who visits (Forwarded, X-Forwarded-For)"
        ),
    )
    base_url: Annotated[str, AfterValidator(checks.web_address)] = Field(
        default_factory=lambda given: f"http://{checks.url_host(given['web_host'])}:{given['web_port']}",
        description=N_(
            "the address at which recipients reach the web server; every tracked link begins with it"
        ),
    )
    console: bool = Field(
        default=True, description=N_("whether `relance run` serves the web console as well")
    )
    console_host: str = Field(
        default="127.0.0.1", description=N_("the address the web console listens on; never a public one")
    )
    console_port: int = Field(
        default=8766,
        ge=0,
        le=65535,
        description=N_("the port the web console listens on; 0 lets the system choose one"),
    )
    console_url: Annotated[str, AfterValidator(checks.web_address)] = Field(
        default_factory=lambda given: (
            f"http://{checks.url_host(given['console_host'])}:{given['console_port']}"
        ),
        description=N_(
            "the address at which your colleagues reach the web console; https:// where a web server in front of it "
            "encrypts"
        ),
    )
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description=N_("the port on which a worker or scheduler serves its metrics; none: it serves none"),
    )
    health_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description=N_(
            "the port on which a process answers /health/live and /health/ready; none: it does not. Never the public port"
        ),
    )
    health_host: str = Field(default="127.0.0.1", description=N_("the address on which health is answered"))
    metrics_host: str = Field(
        default="127.0.0.1", description=N_("the address on which the metrics are served")
    )
    zone: Annotated[str, AfterValidator(checks.zone)] = Field(
        default="UTC", description=N_("the time zone of contacts and sequences that have none of their own")
    )
    country: str | None = Field(
        default=None,
        pattern="^[A-Z]{2}$",
        description=N_("the country whose public holidays apply when a contact's country is not known"),
    )
    language: Annotated[str, AfterValidator(checks.language)] = Field(
        default_factory=language_of_locale,
        description=N_(
            "the language of the command, its messages and the recipients' pages: en or pl; by default that of the locale"
        ),
    )
    worker_threads: int = Field(
        default=8, ge=1, le=256, description=N_("how many mailboxes one process serves at once")
    )
    turn_batch: int = Field(
        default=50, ge=1, le=10_000, description=N_("the most mails a mailbox sends in one turn")
    )
    sync_seconds: float = Field(
        default=300.0,
        gt=0,
        description=N_("how often a mailbox is read when nothing is due, in business time"),
    )
    listen_mailboxes: int = Field(
        default=20,
        ge=0,
        le=1000,
        description=N_(
            "how many mailboxes to listen to for new mail (IMAP IDLE), so that a reply is read within "
            "seconds; each takes one connection and one scheduler thread. 0: none"
        ),
    )
    skip_folders: Names = Field(
        default=(),
        description=N_(
            "IMAP folders that are never read, by name; Shared/* for all whose names begin that way. Only for folders "
            "where no reply can arrive: a folder that cannot be read holds back its mailbox's follow-ups"
        ),
    )
    watch_folders: Names = Field(
        default=(),
        description=N_(
            "other users' IMAP folders to read as well, by name; Team/* for all whose names begin that way. By default "
            "folders that the server reports as another user's are not read"
        ),
    )
    lease_seconds: float = Field(
        default=900.0,
        ge=1,
        description=N_(
            "how long a worker may be silent before another takes over its mailbox; if this is shorter than a server "
            "takes to answer, mails end up as unknown"
        ),
    )
    keep_raw_days: int = Field(
        default=90,
        ge=1,
        description=N_("how many days replies are kept in full, so that they can be classified again"),
    )
    bounce_limit_percent: float = Field(
        default=8.0, ge=0, description=N_("a mailbox pauses if more of a week's mails bounce; 0: never")
    )
    deferral_limit_percent: float = Field(
        default=50.0,
        ge=0,
        description=N_("a mailbox pauses if servers defer more of a week's mails; 0: never"),
    )
    complaint_limit_percent: float = Field(
        default=0.3,
        ge=0,
        description=N_("a mailbox pauses if more of a week's mails are reported as spam; 0: never"),
    )
    domain_daily_cap: int = Field(
        default=0,
        ge=0,
        description=N_(
            "how many mails one receiving domain gets in 24 hours, from all mailboxes; 0: no limit"
        ),
    )
    domain_hourly_cap: int = Field(
        default=0,
        ge=0,
        description=N_(
            "how many mails one receiving domain gets in an hour, from all mailboxes; 0: no limit"
        ),
    )
    company_daily_cap: int = Field(
        default=0,
        ge=0,
        description=N_(
            "how many mails the people of one company get in 24 hours, from all mailboxes; 0: no limit"
        ),
    )
    company_hourly_cap: int = Field(
        default=0,
        ge=0,
        description=N_(
            "how many mails the people of one company get in an hour, from all mailboxes; 0: no limit"
        ),
    )
    database_answer_seconds: float = Field(
        default=30.0,
        ge=3,
        description=N_(
            "the longest wait for an answer from PostgreSQL; a connection that stays silent longer is dropped"
        ),
    )
    mail_answer_seconds: float = Field(
        default=600.0,
        ge=3,
        description=N_(
            "the longest wait for an answer from a mail server; most waits are shorter anyway. Below 600, a server that "
            "is slow to accept a mail leaves it unknown until its copy is found"
        ),
    )  # RFC 5321, 4.5.3.2.6
    drain_seconds: float = Field(
        default=660.0, ge=0, description=N_("how long a stopping process waits for mails in progress")
    )  # above the 600 s RFC 5321 (4.5.3.2.6) gives a server to answer the final dot
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description=N_("auto: readable text on a terminal, JSON elsewhere")
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description=N_("the lowest level that is logged")
    )
    allow_test_domains: bool = Field(
        default=False, description=N_("accept addresses that cannot exist, such as ada@prospect.test")
    )
    clock_origin: AwareDatetime = Field(
        default=EPOCH, description=N_("machine time at which business time is clock_start")
    )
    clock_start: AwareDatetime = Field(default=EPOCH, description=N_("business time at clock_origin"))
    clock_scale: float = Field(
        default=1.0, ge=0, description=N_("how many times faster than the machine's clock business time runs")
    )

    _given: Mapping[str, str | None] = PrivateAttr(
        default_factory=dict
    )  # each with the option that gave it, if one did

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**{**_in_file(values), **_in_environment(), **values})
        except ValidationError as refused:
            raise errors.Misconfigured(_told(refused, values)) from None
        self._given = places.options_of(values)

    @property
    def file(self) -> Path:
        """The settings file; it need not exist."""
        return self.home / FILE_NAME

    def clock(self) -> clock.Clock:
        """The clock every process with these settings agrees on."""
        return clock.Clock(origin=self.clock_origin, start=self.clock_start, scale=self.clock_scale)

    def keyring(self) -> keys.Keyring:
        """The keys, from `secret_key` or else from `secret_key_file`."""
        if self.secret_key is not None:
            return keys.read_keys(self.secret_key.get_secret_value(), self.source("secret_key"))
        return keys.read_file(self.secret_key_file, self.home / KEY_NAME)

    def source(self, name: str) -> Text:
        """Where the value of a setting came from, in words."""
        if name in self.model_fields_set:
            return sources.told(name, self._given, self.home)
        variable = places.locale_variable() if name == "language" else None
        return Text("locale {variable}", variable=variable) if variable else Text("default")

    def in_file(self, name: str) -> bool:
        """Whether the value of a setting came from the settings file."""
        found = sources.place(name, self._given, self.home)
        return name in self.model_fields_set and found is sources.SettingSource.FILE

    def describe(self) -> tuple[Setting, ...]:
        """Every setting with its source, fit to be shown: no secret and no password in an address."""
        return tuple(
            Setting(name, _shown(name, getattr(self, name)), str(self.source(name)), _(str(info.description)))
            for name, info in self._in_order()
        )

    def _in_order(self) -> list[tuple[str, FieldInfo]]:
        """Those of signing in last: they are inherited, and few set them."""
        fields = type(self).model_fields.items()
        return sorted(fields, key=lambda each: each[0] in OwnClientSettings.model_fields)


@dataclass(frozen=True)
class Setting:
    """One setting as it may be shown to anybody."""

    name: str
    value: str | int | float | bool | None
    source: str
    meaning: str


def _in_environment() -> dict[str, str]:
    """What it says of our settings; an empty value says nothing."""
    variables = {name.upper(): value for name, value in os.environ.items()}  # noqa: TID251 - this is the place
    return {name: found for name in Settings.model_fields if (found := variables.get(sources.variable(name)))}


def _in_file(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the settings file of the home says, unknown names and all."""
    path = full_path(Path(given.get("home") or find_home())) / FILE_NAME
    written = ""
    try:
        written = path.read_text(encoding="utf-8")
        return tomllib.loads(written)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return {}
    except (
        ValueError,
        RecursionError,
    ) as mistake:  # beside what TOML forbids: numbers and depths nobody writes
        raise errors.Misconfigured(
            Text("{path} is not valid TOML: {fault}", path=path, fault=toml_faults.told(mistake, written))
        ) from None
    except OSError as refused:
        raise errors.Misconfigured(
            Text("{path} cannot be read: {fault}", path=path, fault=ended(of_system(refused)))
        ) from refused


def _told(refused: ValidationError, given: Mapping[str, Any]) -> Text:
    home = full_path(Path(given.get("home") or find_home()))
    found = refused.errors(include_url=False, include_input=False)
    return mistakes.told(
        found, Settings.model_fields, lambda name: sources.told(name, places.options_of(given), home)
    )


def _shown(name: str, value: object) -> str | int | float | bool | None:
    if isinstance(value, SecretStr):
        return checks.MASK
    if name.endswith("_url") and isinstance(value, str):
        return checks.mask_url(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
