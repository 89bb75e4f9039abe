"""What is set, as people look for it: in groups, each setting by a name of words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from relance.config.settings import Setting
from relance.engine.schedule import timezones
from relance.wording import N_, _, capital, country

WORKSPACE, LINKS, CONSOLE, SERVERS = N_("Workspace"), N_("Links in mails"), N_("Console"), N_("Servers")
SIGN_IN = N_("Sign-in to mailboxes at Google and Microsoft")
GROUPS: Mapping[str, Mapping[str, str]] = {
    WORKSPACE: {
        "zone": N_("Time zone"),
        "country": N_("Country"),
        "language": N_("Language"),
        "sync_seconds": N_("Seconds between two readings of a mailbox"),
        "listen_mailboxes": N_("Mailboxes read as soon as mail arrives"),
        "skip_folders": N_("Folders that are never read"),
        "watch_folders": N_("Other people's folders that are read"),
        "bounce_limit_percent": N_("Bounces at which a mailbox pauses, in percent"),
        "deferral_limit_percent": N_("Deferrals at which a mailbox pauses, in percent"),
        "complaint_limit_percent": N_("Spam reports at which a mailbox pauses, in percent"),
        "domain_daily_cap": N_("Mails to one receiving domain in 24 hours"),
        "domain_hourly_cap": N_("Mails to one receiving domain in an hour"),
        "company_daily_cap": N_("Mails to one company in 24 hours"),
        "company_hourly_cap": N_("Mails to one company in an hour"),
        "keep_raw_days": N_("Days for which original mails are kept"),
        "allow_test_domains": N_("Test addresses allowed"),
    },
    LINKS: {
        "base_url": N_("Web address of the links"),
        "web_host": N_("Address of the web server"),
        "web_port": N_("Port of the web server"),
        "web_connections": N_("Connections at once"),
        "web_connections_each": N_("Connections from one address"),
        "trusted_proxies": N_("Web servers in front of this one"),
    },
    CONSOLE: {
        "console": N_("Served along with everything else"),
        "console_url": N_("Web address of the console"),
        "console_host": N_("Address of the console's server"),
        "console_port": N_("Port of the console's server"),
    },
    SIGN_IN: {
        "google_client_id": N_("Client ID at Google"),
        "google_client_secret": N_("Client secret at Google"),
        "google_client_secret_file": N_("File with the client secret at Google"),
        "google_service_account_file": N_("Key file of the service account at Google"),
        "microsoft_client_id": N_("Client ID at Microsoft"),
        "microsoft_client_secret": N_("Client secret at Microsoft"),
        "microsoft_client_secret_file": N_("File with the client secret at Microsoft"),
        "microsoft_tenant": N_("Organisation at Microsoft"),
    },
}
# What is in none of them is about servers, and goes by its description.


@dataclass(frozen=True)
class SettingLine:
    """A setting by its label; `changed` where somebody has set it."""

    label: str
    setting: Setting
    changed: bool

    @property
    def shown(self) -> str | int | float | bool | None:
        """Its value; of a country, its name in the reader's language."""
        value = self.setting.value
        named = (
            timezones.country_code(value)
            if self.setting.name == "country" and isinstance(value, str)
            else None
        )
        return country(named, timezones.country_name(named)) if named else value


def grouped(found: Sequence[Setting], given: Collection[str]) -> list[tuple[str, list[SettingLine]]]:
    """Each group's heading and lines, in the order of `GROUPS`; every setting stands in one of them. Pure."""
    by_name = {each.name: each for each in found}
    groups = [
        (_(title), [SettingLine(_(label), by_name[name], name in given) for name, label in names.items()])
        for title, names in GROUPS.items()
    ]
    named = {name for names in GROUPS.values() for name in names}
    rest = [
        SettingLine(capital(each.meaning), each, each.name in given)
        for each in found
        if each.name not in named
    ]
    return [*groups, (_(SERVERS), rest)]
