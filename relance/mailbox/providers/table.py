"""The providers we know, as data. Look a fact up at its source before you change it, and write the day on which you did.

`tests/unit/mailbox/providers` checks the whole table: sources, dates, servers, and that nothing is offered that has ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from relance.mailbox.account import Security, Server
from relance.mailbox.providers.facts import (
    Authentication,
    FactSource,
    OAuth,
    Provider,
    SendingLimits,
    SentFiling,
    Servers,
    Way,
    WayIn,
)

_READ = dt.date(2026, 11, 28)


def _page(url: str) -> FactSource:
    return FactSource(url, _READ)


def _elsewhere(url: str) -> FactSource:
    """Where to ask. That page itself was not read: what is written here was read elsewhere, or seen in use."""
    return FactSource(url, _READ, first_hand=False)


def _servers(smtp: str, imap: str, source: FactSource) -> Servers:
    """Submission with STARTTLS on 587 (RFC 6409) or TLS on 465, and IMAP over TLS on 993 (RFC 8314)."""
    host, _, port = smtp.partition(":")
    security = Security.TLS if port == "465" else Security.STARTTLS
    return Servers(Server(host, int(port or 587), security), Server(imap, 993, Security.TLS), source)


# --- Google -----------------------------------------------------------------------------------------------------------
_GMAIL_BY_PROGRAM = _page("https://developers.google.com/workspace/gmail/imap/imap-smtp")
_GMAIL_BY_TOKEN = _page("https://developers.google.com/workspace/gmail/imap/xoauth2-protocol")
_GOOGLE_SERVERS = _servers("smtp.gmail.com", "imap.gmail.com", _GMAIL_BY_PROGRAM)
_GOOGLE_SIGN_IN = (
    WayIn(
        Way.PASSWORD,
        _page("https://support.google.com/a/answer/14114704"),  # "less secure apps": off for everybody
        smtp_ends=dt.date(2025, 5, 1),
        imap_ends=dt.date(2025, 5, 1),
    ),
    WayIn(Way.APP_PASSWORD, _page("https://support.google.com/accounts/answer/185833")),
    WayIn(Way.OAUTH, _GMAIL_BY_TOKEN),
)
_GOOGLE_OAUTH = OAuth(
    "https://accounts.google.com/o/oauth2/v2/auth",
    "https://oauth2.googleapis.com/token",
    (
        "https://mail.google.com/",  # restricted; the flow for devices does not give it
        "openid",
        "email",  # these two say which account agreed
    ),
    _elsewhere("https://developers.google.com/identity/protocols/oauth2/native-app"),
    more=(("access_type", "offline"), ("prompt", "consent")),
    application_scopes=("https://mail.google.com/",),  # a service account with domain-wide delegation
    application_source=_page("https://developers.google.com/identity/protocols/oauth2/service-account"),
    application_keys=True,
    clients_of="google",
)
_GOOGLE_AUTHENTICATION = Authentication(
    "_spf.google.com",
    ("google",),  # what its console proposes; any other may have been chosen
    "mx.google.com",
    _elsewhere("https://support.google.com/a/answer/33786"),
)
_GOOGLE_SENT = SentFiling(
    files=True, source=_page("https://github.com/zone-eu/wildduck/wiki"), folder="[Gmail]/Sent Mail"
)

# --- Microsoft --------------------------------------------------------------------------------------------------------
_MICROSOFT_OAUTH_PAGE = _page(
    "https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth"
)
_MICROSOFT_AUTHENTICATION = Authentication(
    "spf.protection.outlook.com",
    ("selector1", "selector2"),  # email-authentication-dkim-configure beside it
    source=_page("https://learn.microsoft.com/defender-office-365/email-authentication-spf-configure"),
)
_MICROSOFT_SCOPES = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
    "offline_access",
    "openid",
    "email",  # these two say which account agreed
)


def _microsoft_oauth(tenant: str, application_scopes: tuple[str, ...] = ()) -> OAuth:
    base = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    return OAuth(
        f"{base}/authorize",
        f"{base}/token",
        _MICROSOFT_SCOPES,
        _MICROSOFT_OAUTH_PAGE,
        device_endpoint=f"{base}/devicecode",
        idle_days=90,  # rolling: learn.microsoft.com/entra/identity-platform/refresh-tokens
        application_scopes=application_scopes,
        application_source=_MICROSOFT_OAUTH_PAGE if application_scopes else None,
        clients_of="microsoft",
    )


_APP_PASSWORD_ICLOUD = _elsewhere("https://support.apple.com/102525")
_FASTMAIL = _page("https://www.fastmail.com/help/technical/servernamesandports.html")
_YAHOO = _page("https://help.yahoo.com/kb/new-mail-for-desktop/imap-server-settings-yahoo-mail-sln4075.html")
_ZOHO = _page("https://www.zoho.com/mail/help/imap-access.html")
_GMX = _page("https://hilfe.gmx.net/pop-imap/imap/imap-serverdaten.html")
_WP = _elsewhere("https://pomoc.wp.pl")
_ONET = _elsewhere("https://poczta.onet.pl/pomoc")
_INTERIA = _elsewhere("https://poczta.interia.pl")
_OVH = _page(
    "https://github.com/ovh/docs/blob/develop/pages/web_cloud/email_and_collaborative_solutions/mx_plan/email_generalities/guide.en-gb.md"
)
_IONOS = _elsewhere("https://www.ionos.com/help/email")
_HOME_PL = _elsewhere("https://pomoc.home.pl")


def _with_password(source: FactSource) -> tuple[WayIn, ...]:
    return (WayIn(Way.PASSWORD, source),)


def _listed() -> Iterable[Provider]:
    yield Provider(
        "gmail",
        "Gmail",
        _GOOGLE_SERVERS,
        _GOOGLE_SIGN_IN,
        domains=("gmail.com", "googlemail.com"),
        limits=SendingLimits(_GMAIL_BY_PROGRAM, mails_a_day=500),
        sent=_GOOGLE_SENT,
        oauth=_GOOGLE_OAUTH,
        organisation="Google",
    )
    yield Provider(
        "google-workspace",
        "Google Workspace",
        _GOOGLE_SERVERS,
        _GOOGLE_SIGN_IN,
        hosts=("google.com", "googlemail.com"),
        hosts_source=_elsewhere("https://support.google.com/a/answer/174125"),
        limits=SendingLimits(
            _page("https://support.google.com/a/answer/166852"), mails_a_day=2_000, recipients_a_day=10_000
        ),
        sent=_GOOGLE_SENT,
        oauth=_GOOGLE_OAUTH,
        organisation="Google",
        authentication=_GOOGLE_AUTHENTICATION,
    )
    yield from _of_microsoft()
    yield from _of_people()
    yield from _of_portals()
    yield from _of_hosting_companies()


_EXCHANGE_SUBMISSION = _page("https://techcommunity.microsoft.com/blog/exchange/-/607825")
_EXCHANGE_SENT = SentFiling(files=True, source=_EXCHANGE_SUBMISSION, folder="Sent Items")


_OUTLOOK_SIGN_IN = (
    WayIn(
        Way.PASSWORD,
        _elsewhere("https://support.microsoft.com/office/c5d65390-9676-4763-b41f-d7986499a90d"),
        smtp_ends=dt.date(2024, 9, 16),
        imap_ends=dt.date(2024, 9, 16),
    ),
    WayIn(Way.OAUTH, _MICROSOFT_OAUTH_PAGE),
)


def _of_microsoft() -> Iterable[Provider]:
    yield Provider(
        "microsoft365",
        "Microsoft 365",
        _servers("smtp.office365.com", "outlook.office365.com", _MICROSOFT_OAUTH_PAGE),
        (
            WayIn(
                Way.PASSWORD,
                _page(
                    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online"
                ),
                smtp_ends=dt.date(2026, 12, 31),  # by default, techcommunity.microsoft.com 4489835
                imap_ends=dt.date(2023, 1, 1),  # in every tenant, and nobody can switch it on again
            ),
            WayIn(Way.OAUTH, _MICROSOFT_OAUTH_PAGE),
        ),
        hosts=("mail.protection.outlook.com", "mx.microsoft"),
        hosts_source=_elsewhere(
            "https://learn.microsoft.com/microsoft-365/admin/get-help-with-domains/create-dns-records-at-any-dns-hosting-provider"
        ),
        limits=SendingLimits(
            _EXCHANGE_SUBMISSION,
            recipients_a_day=10_000,
            mails_a_minute=30,  # MicrosoftDocs/OfficeDocs-AlchemyInsights, need-help-with-email-sending-limits
            connections=3,
        ),
        sent=_EXCHANGE_SENT,
        oauth=_microsoft_oauth("{tenant}", ("https://outlook.office365.com/.default",)),
        organisation="Microsoft",
        authentication=_MICROSOFT_AUTHENTICATION,
    )
    yield Provider(
        "outlook",
        "Outlook.com",
        _servers("smtp-mail.outlook.com", "outlook.office365.com", _MICROSOFT_OAUTH_PAGE),
        _OUTLOOK_SIGN_IN,
        domains=("outlook.com", "hotmail.com", "live.com", "msn.com"),
        sent=_EXCHANGE_SENT,
        oauth=_microsoft_oauth("consumers"),
        organisation="Microsoft",
    )


def _of_people() -> Iterable[Provider]:
    yield Provider(
        "icloud",
        "iCloud",
        _servers("smtp.mail.me.com", "imap.mail.me.com", _APP_PASSWORD_ICLOUD),
        (WayIn(Way.APP_PASSWORD, _APP_PASSWORD_ICLOUD),),
        domains=("icloud.com", "me.com", "mac.com"),
        hosts=("mail.icloud.com",),
        hosts_source=_elsewhere("https://support.apple.com/102374"),
        limits=SendingLimits(
            _page("https://support.apple.com/kb/HT4863"), mails_a_day=200, recipients_a_day=1_000
        ),  # the oldest edition, and the lowest figures of all that were found
        sent=SentFiling(files=False, source=_page("https://git-scm.com/docs/git-send-email")),
    )
    yield Provider(
        "yahoo",
        "Yahoo Mail",
        _servers("smtp.mail.yahoo.com:465", "imap.mail.yahoo.com", _YAHOO),
        (WayIn(Way.APP_PASSWORD, _YAHOO),),
        domains=("yahoo.com", "ymail.com", "rocketmail.com", "yahoo.de", "yahoo.fr", "yahoo.co.uk"),
        limits=SendingLimits(_elsewhere("https://help.yahoo.com/kb/SLN3353.html"), mails_a_day=500),
    )
    yield Provider(
        "fastmail",
        "Fastmail",
        _servers("smtp.fastmail.com:465", "imap.fastmail.com", _FASTMAIL),
        (WayIn(Way.APP_PASSWORD, _FASTMAIL),),
        domains=("fastmail.com", "fastmail.fm"),
        hosts=("messagingengine.com",),
        hosts_source=_FASTMAIL,
    )


def _of_portals() -> Iterable[Provider]:
    yield Provider(
        "gmx",
        "GMX",
        _servers("mail.gmx.net", "imap.gmx.net", _GMX),
        _with_password(_GMX),
        domains=("gmx.net", "gmx.de", "gmx.at", "gmx.ch"),
        imap_off=_page("https://hilfe.gmx.net/pop-imap/einschalten.html"),
    )
    yield Provider(
        "wp",
        "WP",
        _servers("smtp.wp.pl:465", "imap.wp.pl", _WP),
        _with_password(_WP),
        domains=("wp.pl",),
        imap_off=_WP,
    )
    yield Provider(
        "onet",
        "Onet",
        _servers("smtp.poczta.onet.pl:465", "imap.poczta.onet.pl", _ONET),
        _with_password(_ONET),
        domains=("onet.pl", "op.pl", "vp.pl"),
        hosts=("mx.poczta.onet.pl",),
        hosts_source=_page("https://poczta.onet.pl/pomoc/76/konfiguracja-poczty-we-wlasnej-domenie.html"),
    )
    yield Provider(
        "interia",
        "Interia",
        _servers("poczta.interia.pl:465", "poczta.interia.pl", _INTERIA),
        _with_password(_INTERIA),
        domains=("interia.pl", "interia.eu"),
    )


def _of_hosting_companies() -> Iterable[Provider]:
    yield Provider(
        "zoho",
        "Zoho Mail",
        _servers("smtp.zoho.com:465", "imap.zoho.com", _ZOHO),
        (WayIn(Way.PASSWORD, _ZOHO), WayIn(Way.APP_PASSWORD, _ZOHO)),
        domains=("zoho.com", "zohomail.com"),
        imap_off=_ZOHO,
    )
    yield Provider(
        "ovh",
        "OVHcloud",
        _servers("ssl0.ovh.net:465", "ssl0.ovh.net", _OVH),
        _with_password(_OVH),
        hosts=("mail.ovh.net",),
        hosts_source=_elsewhere("https://help.ovhcloud.com"),
    )
    yield Provider(
        "ionos",
        "IONOS",
        _servers("smtp.ionos.com", "imap.ionos.com", _IONOS),
        _with_password(_IONOS),
        hosts=("mx00.ionos.com", "mx01.ionos.com"),
        hosts_source=_IONOS,
        limits=SendingLimits(
            _page("https://www.ionos.com/help/email/general-topics/what-are-the-mass-mailing-limits"),
            mails_an_hour=500,  # after the first month of the contract; 50 in its first week
        ),
    )
    yield Provider(
        "home.pl",
        "home.pl",
        _servers("smtp.home.pl", "imap.home.pl", _HOME_PL),
        _with_password(_HOME_PL),
    )


KNOWN: Mapping[str, Provider] = {each.name: each for each in _listed()}
