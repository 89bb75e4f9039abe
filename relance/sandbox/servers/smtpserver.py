"""The world's submission server: aiosmtpd with STARTTLS and AUTH required, which asks the world about every recipient."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ssl
import weakref
from typing import Any, Protocol

from aiosmtpd import smtp

from relance.sandbox import record

HOSTNAME = "mx.sandbox.example"


class Receiver(Protocol):
    """What the server asks of the world. Called on the server's loop: answers must be quick."""

    def password_of(self, user: str) -> str | None:
        """The password of a user, or None for nobody."""

    def moment(self) -> record.Moment:
        """The next place in the order of events."""

    def refusal(self, user: str, recipient: str) -> str | None:
        """The reply to a recipient that is not taken (4xx or 5xx), or None."""

    async def accept(self, user: str, asked: record.Moment, recipients: list[str], raw: bytes) -> str:
        """Take responsibility for a mail; return the text of the 250. `asked` is when DATA came in."""


class SmtpServer:
    """Everything but the constructor must be called on the loop that serves."""

    def __init__(self, context: ssl.SSLContext, desk: Receiver) -> None:
        self._context = context
        self._desk = desk
        self._server: asyncio.Server | None = None
        self._live: weakref.WeakSet[smtp.SMTP] = weakref.WeakSet()

    async def start(self) -> int:
        """Listen on a loopback port the system picks, and return it."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Listen no more, and cut every connection."""
        if self._server is not None:
            self._server.close()
        for session in list(self._live):
            if isinstance(session.transport, asyncio.Transport):
                with contextlib.suppress(AttributeError):  # Python 3.11.2: one whose TLS is over already
                    session.transport.abort()

    def _protocol(self) -> asyncio.BaseProtocol:
        session = _Session(
            _Handler(self._desk),
            hostname=HOSTNAME,
            ident="ESMTP",
            tls_context=self._context,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=self._authenticate,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._live.add(session)
        return session

    def _authenticate(
        self, _server: smtp.SMTP, _session: smtp.Session, _envelope: smtp.Envelope, _mechanism: str, data: Any
    ) -> smtp.AuthResult:
        """Whether login and password belong together; the user then stands in `session.auth_data`."""
        if not isinstance(data, smtp.LoginPassword):
            return smtp.AuthResult(success=False, handled=False)
        user = data.login.decode("utf-8", "replace").lower()
        password = self._desk.password_of(user)
        if password is None or not hmac.compare_digest(password.encode(), data.password):
            return smtp.AuthResult(success=False, handled=False)
        return smtp.AuthResult(success=True, auth_data=user)


class _Login(smtp.Session):
    """One connection and who logged in on it."""

    # Upstream logs a warning whenever its own server sets this.
    login_data = None

    @property
    def user(self) -> str:
        return str(self.auth_data)


class _Envelope(smtp.Envelope):
    """A mail under way."""

    asked: record.Moment


class _Session(smtp.SMTP):
    """aiosmtpd's server side, noting when DATA came in: whatever was answered before, its sender could know of."""

    async def smtp_DATA(self, arg: str) -> None:
        if isinstance(self.envelope, _Envelope):
            self.envelope.asked = self.event_handler.desk.moment()
        await super().smtp_DATA(arg)

    def _create_session(self) -> smtp.Session:
        return _Login(self.loop)

    def _create_envelope(self) -> smtp.Envelope:
        return _Envelope()


class _Handler:
    """The answers to MAIL, RCPT and DATA."""

    def __init__(self, desk: Receiver) -> None:
        self.desk = desk

    async def handle_EHLO(
        self,
        _server: smtp.SMTP,
        session: _Login,
        _envelope: smtp.Envelope,
        hostname: str,
        lines: list[str],
    ) -> list[str]:
        session.host_name = hostname
        return [*lines[:-1], "250-ENHANCEDSTATUSCODES", lines[-1]]

    async def handle_MAIL(
        self,
        _server: smtp.SMTP,
        session: _Login,
        envelope: smtp.Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address.lower() != session.user:
            return "553 5.7.1 Sender address rejected: not owned by the user who logged in"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self,
        _server: smtp.SMTP,
        session: _Login,
        envelope: smtp.Envelope,
        address: str,
        options: list[str],
    ) -> str:
        refusal = self.desk.refusal(session.user, address.lower())
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: smtp.SMTP, session: _Login, envelope: _Envelope) -> str:
        recipients = [address.lower() for address in envelope.rcpt_tos]
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else bytes(content)
        return f"250 2.0.0 {await self.desk.accept(session.user, envelope.asked, recipients, raw)}"
