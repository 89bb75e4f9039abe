"""From nothing to a connection that is protected and logged in, by the one way that this server can."""

from __future__ import annotations

import contextlib
import re
import ssl

from imapclient import exceptions

from relance import errors
from relance.mailbox import login_refusals, tls
from relance.mailbox.account import PROTECTED, Account, Security, Server
from relance.mailbox.auth import Sasl
from relance.mailbox.imap import connection
from relance.mailbox.imap.connection import Client, Timeouts, told
from relance.mailbox.login_refusals import Meaning
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode

LOGIN = "LOGIN"  # here a command of its own; as a mechanism it says nothing that PLAIN does not


class _Broke(Exception):
    """AUTHENTICATE came to nothing, and nobody has judged the credentials."""

    def __init__(self, mechanism: str) -> None:
        super().__init__(mechanism)
        self.mechanism = mechanism


def connect(account: Account, timeouts: Timeouts) -> Client:
    """A connection that is protected and logged in. Raises `errors.Unreachable` or `errors.Broken`.

    A server whose AUTHENTICATE breaks is asked once more, by another way; one that refuses is asked once, for a second
    refusal could lock the person out.
    """
    _check(account)
    client = _protected(account, timeouts)
    try:
        try:
            _sign_in(client, account, frozenset())
        except _Broke as broke:
            if not client.alive:
                connection.close(client)
                client = _protected(account, timeouts)
            _sign_in(client, account, frozenset({broke.mechanism}))
    except BaseException:
        connection.close(client)
        raise
    return client


def _check(account: Account) -> None:
    server = account.imap
    if server.security not in PROTECTED and not tls.is_loopback(server.host):
        raise errors.Broken(
            Text(
                "The IMAP server {host}:{port} is set to be used without protection, which would show the "
                "password to the network. Set its security to `tls` or `starttls`.",
                host=server.host,
                port=server.port,
            ).coded(SentenceCode.UNPROTECTED)
        )
    if not account.username.isprintable() or not account.credentials.secret.isprintable():
        raise errors.Broken(
            Text(
                "The user name or password for the IMAP server {host}:{port} contains a line break or another "
                "control character. Enter it again.",
                host=server.host,
                port=server.port,
            ).coded(SentenceCode.LOGIN_UNUSABLE)
        )


def _protected(account: Account, timeouts: Timeouts) -> Client:
    """Raises `errors.Away` where the server lets nobody so far as to log in."""
    server, context = account.imap, tls.context(account.ca_file)
    try:
        with told(server, Text("connecting"), account.credentials.redact):
            client = Client(server, context, timeouts)
    except errors.Unreachable as away:
        raise errors.Away(away.text) from away
    try:
        if server.security is Security.STARTTLS:
            _protect(client, server, context)
    except errors.Unreachable as away:
        connection.close(client)
        raise errors.Away(away.text) from away
    except BaseException:
        connection.close(client)
        raise
    return client


def _protect(client: Client, server: Server, context: ssl.SSLContext) -> None:
    with told(server, Text("encrypting the connection")):
        if not client.has_capability("STARTTLS"):
            raise errors.Broken(
                Text(
                    "The IMAP server {host}:{port} does not offer STARTTLS, so the password would be shown to the "
                    "network. Use security `tls` (usually port 993).",
                    host=server.host,
                    port=server.port,
                ).coded(SentenceCode.UNPROTECTED)
            )
        client.starttls(context)


def _sign_in(client: Client, account: Account, tried: frozenset[str]) -> None:
    """By the way that the credentials choose among those the server offers."""
    with _told(account):
        offered = _offered(client) - tried
    way = account.credentials.sasl(offered)
    if way is None or way.mechanism == LOGIN:
        _by_login(client, account, way)
    else:
        _authenticate(client, account, way, frozenset() if tried else offered - {way.mechanism})


def _offered(client: Client) -> frozenset[str]:
    """The mechanisms of AUTHENTICATE, and LOGIN where the command of that name may be used."""
    said = _capabilities(client)  # once: before the login each question may be a command
    named = frozenset(each[5:] for each in said if each.startswith("AUTH="))
    return named - {LOGIN} if "LOGINDISABLED" in said else named | {LOGIN}


def _authenticate(client: Client, account: Account, way: Sasl, others: frozenset[str]) -> None:
    """AUTHENTICATE (RFC 3501, 6.2.2); raises `_Broke` where it broke and one of the `others` may do."""
    with _told(account):
        answers = iter(way.responses)
        try:
            client.sasl_login(way.mechanism, lambda _challenge: next(answers, None))
        except (exceptions.LoginError, *connection.NONSENSE) as error:
            words = connection.server_words(error, account.credentials.redact)
            if _can_be_said(account.credentials.sasl(others)) and _broke(client, str(words)):
                raise _Broke(way.mechanism) from None
            _raise(client, account, error)


def _told(account: Account) -> contextlib.AbstractContextManager[None]:
    return told(account.imap, Text("logging in"), account.credentials.redact)


def _capabilities(client: Client) -> list[str]:
    return [each.decode("ascii", "replace").upper() for each in client.capabilities()]


def _broke(client: Client, words: str) -> bool:
    """Whether the server broke off, or stumbled over the command; whoever says "not now" is not asked again."""
    said = client.wire.said if client.alive else "BYE"
    return login_refusals.about_the_command(said, words)


def _can_be_said(way: Sasl | None) -> bool:
    """Whether there is such a way; the command LOGIN (RFC 3501, 6.2.3) takes ASCII alone."""
    return way is not None and (way.mechanism != LOGIN or all(each.isascii() for each in way.responses))


class _NoWay(exceptions.LoginError):  # type: ignore[misc]
    """Ours, before a word was said: this server cannot be told these credentials."""


def _by_login(client: Client, account: Account, way: Sasl | None) -> None:
    with _told(account):
        try:
            if way is None:
                raise _NoWay(_no_way(account))
            if not _can_be_said(way):
                raise _NoWay(
                    Text(
                        "login not accepted: the server accepts only ASCII characters in user names and passwords"
                    )
                )
            username, secret = (each.decode() for each in way.responses)
            client.login(_quoted(username), secret)
        except exceptions.LoginError as error:
            _raise(client, account, error)


def _no_way(account: Account) -> Text:
    if account.credentials.by_token:
        return Text("the server accepts no OAuth 2.0 sign-in here (XOAUTH2 or OAUTHBEARER)")
    return Text("the server accepts no password here: login by password is disabled")


def _raise(client: Client, account: Account, error: BaseException) -> None:
    """Tell a refusal of the credentials from everything else."""
    place = f"{account.imap.host}:{account.imap.port}"
    if not isinstance(error, exceptions.LoginError):
        raise error
    if isinstance(error.__context__, exceptions.IMAPClientAbortError):
        raise error.__context__ from None
    words = connection.server_words(error, account.credentials.redact)
    if isinstance(error, _NoWay):
        meaning = Meaning.REFUSED if client.wire.said.upper() == "NO" else Meaning.UNCLEAR
    else:
        meaning = login_refusals.of_imap(client.wire.said, str(words))
    if meaning is Meaning.REFUSED:
        raise errors.Broken(
            Text(
                "The IMAP server {place} refused the login of {username}: {words} {advice}",
                place=place,
                username=account.username,
                words=ended(words),
                advice=login_refusals.advice("IMAP", by_token=account.credentials.by_token),
            ).coded(SentenceCode.LOGIN_REFUSED)
        ) from None
    if meaning is Meaning.NOT_NOW:
        raise errors.Unreachable(
            Text(
                "The IMAP server {place} refuses the login of {username} for now: {words} It will be tried again.",
                place=place,
                username=account.username,
                words=ended(words),
            ).coded(SentenceCode.LOGIN_REFUSED_FOR_NOW)
        ) from None
    raise errors.Unreachable(
        Text(
            "The IMAP server {place} did not accept the login of {username}, and does not say that the "
            "password is wrong: {words} It will be tried again. If it stays that way: {advice}",
            place=place,
            username=account.username,
            words=ended(words),
            advice=login_refusals.advice("IMAP", by_token=account.credentials.by_token),
        ).coded(SentenceCode.LOGIN_NOT_ACCEPTED)
    ) from None


def _quoted(username: str) -> str:
    """imaplib quotes the password but not the name."""
    if re.fullmatch(r"[A-Za-z0-9.@_+-]+", username):
        return username
    return '"' + username.replace("\\", "\\\\").replace('"', '\\"') + '"'
