"""Where well-known providers' servers are, and how to find a provider by the domain of an address. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from relance.mailbox.account import Security, Server
from relance.wording import N_


@dataclass(frozen=True)
class Preset:
    """A provider's servers, and what its customers trip over."""

    name: str
    smtp: Server
    imap: Server
    advice: str = ""
    domains: tuple[str, ...] = ()


def _preset(name: str, smtp: str, imap: str, advice: str = "", domains: tuple[str, ...] = ()) -> Preset:
    """Submission with STARTTLS on 587 (RFC 6409) and IMAP over TLS on 993 (RFC 8314), unless told otherwise."""
    host, _, port = smtp.partition(":")
    security = Security.TLS if port == "465" else Security.STARTTLS
    return Preset(
        name, Server(host, int(port or 587), security), Server(imap, 993, Security.TLS), advice, domains
    )


_TWO_STEPS = N_(
    "it requires an app password (two-step verification must be on), not the one you sign in with"
)
_IMAP_OFF = N_("IMAP must be switched on in its settings")

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        _preset("gmail", "smtp.gmail.com", "imap.gmail.com", _TWO_STEPS, ("gmail.com", "googlemail.com")),
        _preset(
            "microsoft365",
            "smtp.office365.com",
            "outlook.office365.com",
            N_("an administrator must switch on SMTP AUTH for this mailbox"),
        ),
        _preset(
            "outlook",
            "smtp-mail.outlook.com",
            "outlook.office365.com",
            N_("personal accounts no longer accept passwords from other programs"),
            ("outlook.com", "hotmail.com", "live.com", "msn.com"),
        ),
        _preset(
            "icloud",
            "smtp.mail.me.com",
            "imap.mail.me.com",
            _TWO_STEPS,
            ("icloud.com", "me.com", "mac.com"),
        ),
        _preset(
            "yahoo",
            "smtp.mail.yahoo.com:465",
            "imap.mail.yahoo.com",
            _TWO_STEPS,
            ("yahoo.com", "ymail.com"),
        ),
        _preset("fastmail", "smtp.fastmail.com:465", "imap.fastmail.com", _TWO_STEPS, ("fastmail.com",)),
        _preset(
            "zoho",
            "smtp.zoho.com:465",
            "imap.zoho.com",
            _IMAP_OFF,
            ("zoho.com",),
        ),
        _preset(
            "gmx",
            "mail.gmx.net",
            "imap.gmx.net",
            _IMAP_OFF,
            ("gmx.net", "gmx.de"),
        ),
        _preset("wp", "smtp.wp.pl:465", "imap.wp.pl", _IMAP_OFF, ("wp.pl",)),
        _preset(
            "onet", "smtp.poczta.onet.pl:465", "imap.poczta.onet.pl", domains=("onet.pl", "op.pl", "vp.pl")
        ),
        _preset(
            "interia", "poczta.interia.pl:465", "poczta.interia.pl", domains=("interia.pl", "interia.eu")
        ),
        _preset("ovh", "ssl0.ovh.net:465", "ssl0.ovh.net"),
        _preset("ionos", "smtp.ionos.com", "imap.ionos.com"),
        _preset("home.pl", "smtp.home.pl", "imap.home.pl"),
    )
}
_BY_DOMAIN = {domain: preset for preset in PRESETS.values() for domain in preset.domains}


def guess(address: str) -> Preset:
    """The provider of an address: a known one by its domain, else the servers most companies name so themselves."""
    domain = address.rpartition("@")[2].lower()
    return _BY_DOMAIN.get(domain) or _preset("", f"smtp.{domain}", f"imap.{domain}")
