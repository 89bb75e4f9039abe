"""One SMTP session, stage by stage, so that every end says how far the mail had got."""

from __future__ import annotations

import asyncio
import dataclasses
import ssl
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import aiosmtplib

from relance import errors
from relance.mailbox import tls
from relance.mailbox.account import PROTECTED, Account, Security
from relance.mailbox.smtp import body, capabilities, out_of_step, protocol
from relance.mailbox.smtp import login as smtp_login
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.capabilities import Capabilities
from relance.mailbox.smtp.envelope import Envelope
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.mailbox.smtp.usage import Usage
from relance.wording import as_in_the_source

_FAULTS = (protocol.Lost, OSError, aiosmtplib.SMTPException)  # ssl.SSLError and TimeoutError are OSErrors
_GOING_AWAY = 421
T = TypeVar("T")
_NO_SUCH_PARAMETER = (("mail", 501), ("mail", 504), ("mail", 555))  # RFC 5321, 4.1.1.11 and what servers say


@dataclass(frozen=True)
class Limits:
    """How long each stage may take, in seconds (RFC 5321, 4.5.3.2), and how a connection is given up.

    Before the login nothing is at stake, and others wait for the thread: these are shorter than the RFC's five minutes.
    """

    connect: float = 10
    tls: float = 10
    greeting: float = 20
    auth: float = 60
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    body: float = 180  # for each block of it
    final: float = 600  # shorter would "typically result in delivery of multiple copies"
    quit: float = 5
    reset: bool = (
        True  # a connection given up is reset, so that a body still in the kernel may yet be stopped
    )

    def within(self, seconds: float) -> Limits:
        """The same, and no wait longer than this."""
        waits = ("connect", "tls", "greeting", "auth", "mail", "rcpt", "data", "body", "final", "quit")
        return replace(self, **{name: min(seconds, getattr(self, name)) for name in waits})


@dataclass(frozen=True)
class _Command:
    """One command of a transaction: the stage it belongs to, its line, and how long its reply may take."""

    stage: str
    line: bytes
    limit: float


class RunLoop(Protocol):
    """Runs the event loop that a session belongs to until some work is done."""

    def __call__(self, work: Coroutine[None, None, T]) -> T:
        """What the work returns."""


class SmtpSession:
    """A connection to an account's SMTP server and the transaction on it.

    Setting up a connection is work for the loop (`connect`, to be run by `run`); mails go over it without.
    """

    def __init__(
        self, account: Account, helo: str, limits: Limits, trust: Callable[[], ssl.SSLContext], run: RunLoop
    ) -> None:
        self._account, self._limits, self._trust, self._run = account, limits, trust, run
        self._helo = helo.encode("ascii")
        self._wire: protocol.Wire | None = None
        self._can = Capabilities()
        self._stage = "connect"
        self._open = False  # a transaction was begun and refused: RSET comes before the next
        self._gone = False  # the connection proved dead before this mail was judged
        self._ready = False  # the server said 354 and waits for the body
        self._stumbles = False  # the server offers DSN and refuses MAIL for it
        self.usage = Usage()

    @property
    def connected(self) -> bool:
        """Whether a connection stands, as far as we have heard."""
        return self._wire is not None and self._wire.is_connected

    async def connect(self) -> SendResult | None:
        """Dial, greet, secure and log in. None when the session is ready for mail; a value says what stood in the way."""
        self.abort()
        steps = (self._dial, self._greet, self._secure, self._login)
        try:
            for step in steps:
                if (refusal := await step()) is not None:
                    self.abort()
                    return refusal
        except _FAULTS as fault:
            self._gave_up(fault)
            return smtp_replies.not_sent(self._stage, fault)
        except errors.Broken as problem:  # the file of trusted certificates cannot be read
            self.abort()
            return dataclasses.replace(
                _person_must_act("tls", as_in_the_source(problem.text)), told=problem.text
            )
        except BaseException:
            self.abort()
            raise
        return None

    def offer(self, mail: Envelope) -> SendResult | None:
        """MAIL, RCPT and DATA. None: the server said 354 and the body may follow. Nothing of the mail has been sent.

        A connection found dead at MAIL is replaced once, transparently, if it had stood idle before.
        """
        mail.check()
        if self.connected:
            verdict = self._asked(mail)
            if not self._gone:
                return verdict
        return self._run(self.connect()) or self._asked(mail)

    def transmit(self, raw: bytes) -> SendResult:
        """The body and the server's last word. Whatever is raised or cut short from the first byte on is `UNKNOWN`."""
        if not self._ready or self._wire is None:
            raise RuntimeError("transmit comes after an offer the server took")
        self._ready, self._stage = False, "body"
        line, begun = self._wire, False
        try:
            if (unfit := body.unfit(raw)) is not None:
                self.abort()
                return unfit
            line.catch_up()
            line.expect_quiet()
            begun = True
            self._count(bodies=1)
            self._pour(line, body.stuffed(raw))
            self._stage = "final"
            reply = self._reply(line, self._limits.final)
        except _FAULTS as fault:
            if isinstance(fault, protocol.Garbled) and not begun and self._together:
                out_of_step.note(self._account.smtp)
            self._gave_up(fault)
            return smtp_replies.unknown(self._stage, fault) if begun else _not_begun(fault)
        except BaseException:
            self.abort()
            raise
        return self._last_word(reply)

    def quit(self) -> None:
        """Say goodbye where nothing is under way, and drop the connection."""
        if self._wire is not None and not self._ready:
            try:
                self._wire.send([b"QUIT"])
                self._reply(self._wire, self._limits.quit)
                self._wire.abort(reset=False)
            except _FAULTS:
                pass  # leaving anyway
        self.abort()

    def withdraw(self) -> None:
        """Send no body after a 354. SMTP knows no polite way, so the connection goes."""
        self._count(withdrawn=int(self._ready))
        self.abort()

    def abort(self) -> None:
        """Drop the connection, whatever state it is in. It is never used again."""
        self._open = self._ready = False
        if self._wire is not None:
            self._wire.abort(reset=self._limits.reset)
            self._wire = None

    # --- before any mail ---

    async def _dial(self) -> SendResult | None:
        server = self._account.smtp
        self._stage = "connect"
        if server.security not in PROTECTED and not tls.is_loopback(server.host):
            return _person_must_act(
                "tls", f"{server.host} would be contacted without encryption. Use TLS or STARTTLS."
            )
        direct = server.security is Security.TLS
        loop = asyncio.get_running_loop()
        # Known from the start, so that an abort in the middle of the handshake finds it.
        self._wire = line = protocol.Wire(loop)
        self._count(connections=1)
        async with asyncio.timeout(self._limits.connect):
            trust = self._trust() if direct else None
            await loop.create_connection(lambda: line, server.host, server.port)
            if trust is not None:
                await line.upgrade(trust, server.host, self._limits.tls)
        return None

    async def _greet(self) -> SendResult | None:
        reply = await self._line().read_response(self._limits.greeting)
        if reply.code != 220:
            return self._refused(reply)
        return await self._hello()

    async def _hello(self) -> SendResult | None:
        reply = await self._line().ask(
            b"EHLO " + (self._helo or self._line().own_address), self._limits.greeting
        )
        if reply.code != 250:
            return self._refused(reply)
        self._can = capabilities.told(reply.message)
        return None

    async def _secure(self) -> SendResult | None:
        if self._account.smtp.security is not Security.STARTTLS:
            return None
        self._stage = "tls"
        if not self._can.starttls:
            return _person_must_act(
                "tls", "the server does not offer STARTTLS; wrong port, or something on the way removes it"
            )
        reply = await self._line().ask(b"STARTTLS", self._limits.greeting)
        if reply.code != 220:
            return self._refused(reply)
        await self._line().upgrade(self._trust(), self._account.smtp.host, self._limits.tls)
        # What was said before the handshake may have been said by anybody: ask again (RFC 3207, 4.2).
        return await self._hello()

    async def _login(self) -> SendResult | None:
        if not self._account.username:
            return None
        self._stage = "auth"
        self._count(logins=1)
        reply = await smtp_login.ask(
            self._line(), self._account.credentials, self._can.auth, self._limits.auth
        )
        if reply is None:
            offered = ", ".join(sorted(self._can.auth)) or "none"
            return _person_must_act("auth", smtp_login.no_way(self._account.credentials, offered))
        if reply.code < 400:
            return None if reply.code == 235 else self._refused(reply)
        return smtp_login.refused(reply)

    # --- one mail ---

    def _asked(self, mail: Envelope) -> SendResult | None:
        """Like `offer`, on the connection that stands.

        A server that offers DSN and then stumbles over it is asked again without: its 501 would else be read as a word
        about the sender.
        """
        verdict = self._transaction(mail)
        if verdict is None or not self._reports or (verdict.stage, verdict.code) not in _NO_SUCH_PARAMETER:
            return verdict
        self._stumbles = True
        return (None if self.connected else self._run(self.connect())) or self._transaction(mail)

    @property
    def _reports(self) -> bool:
        """Whether MAIL may say what reports should call the mail."""
        return self._can.dsn and not self._stumbles

    def _transaction(self, mail: Envelope) -> SendResult | None:
        self._stage, self._gone = "mail", False
        if (refusal := capabilities.not_for(self._can, mail)) is not None:
            return refusal
        try:
            self._line().catch_up()
            verdict = self._envelope(self._commands(mail))
        except _FAULTS as fault:
            self._gone = self._stage == "mail" and not isinstance(fault, protocol.Silent)
            if self._together and not (self._gone and isinstance(fault, protocol.Closed)):
                out_of_step.note(self._account.smtp)
            self._gave_up(fault)
            return smtp_replies.not_sent(self._stage, fault)
        except BaseException:
            self.abort()
            raise
        self._ready = verdict is None
        if verdict is not None and verdict.code == _GOING_AWAY:
            self._gone = verdict.stage == "mail"
            self.abort()
        return verdict

    def _commands(self, mail: Envelope) -> tuple[_Command, ...]:
        sized = f" SIZE={mail.size}" if self._can.size is not None else ""
        sized += " SMTPUTF8" if mail.international else ""
        sized += " BODY=8BITMIME" if mail.international and self._can.eight_bit else ""
        named = mail.reporting if self._reports else ""
        reset = (_Command("mail", b"RSET", self._limits.mail),) if self._open else ()
        return (
            *reset,
            _Command("mail", f"MAIL FROM:<{mail.sender}>{sized}{named}".encode("ascii"), self._limits.mail),
            _Command("rcpt", f"RCPT TO:<{mail.recipient}>".encode(), self._limits.rcpt),
            _Command("data", b"DATA", self._limits.data),
        )

    def _envelope(self, commands: Sequence[_Command]) -> SendResult | None:
        """Ask all at once where the server allows it (RFC 2920), else one by one; the first refusal is the verdict.

        Of what is asked together every answer is read before any counts, and no answer more may be there: one that is missing
        or too many would else make the next one speak of something else.
        """
        line, together = self._line(), self._together
        if together:
            line.send([command.line for command in commands])
        verdict: SendResult | None = None
        for command in commands:
            if verdict is None:
                self._stage = command.stage
            if not together:
                line.send([command.line])
            reply = self._reply(line, command.limit)
            refusal = _refusal(command, reply)
            if refusal is None and verdict is not None and command.stage == "data":
                self.abort()  # it waits for a body that nobody is to get
            verdict = verdict or refusal
            if verdict is not None and not together:
                break
        if together and self.connected:
            line.expect_no_more()
        self._open = verdict is not None
        return verdict

    @property
    def _together(self) -> bool:
        """Whether the server takes several commands at once, and has not lost count of them before."""
        return self._can.pipelining and not out_of_step.noted(self._account.smtp)

    def _pour(self, line: protocol.Wire, stuffed: bytes) -> None:
        """Write a body, block by block where it is big. At the end some blocks may still wait in our buffer or the kernel's."""
        for start in range(0, len(stuffed), protocol.BLOCK):
            line.write(stuffed[start : start + protocol.BLOCK])
            if line.is_full:
                self._run(line.drained(self._limits.body))

    def _reply(self, line: protocol.Wire, limit: float) -> aiosmtplib.SMTPResponse:
        return self._run(line.read_response(limit)) if line.unsent else line.reply(limit)

    def _last_word(self, reply: aiosmtplib.SMTPResponse) -> SendResult:
        if 200 <= reply.code < 300:
            return smtp_replies.accepted(reply.code, reply.message)
        if reply.code < 400:
            self.abort()
            return smtp_replies.unknown(
                "final", f"the server answered the body with {reply.code} {reply.message}"
            )
        if reply.code == _GOING_AWAY:
            self.abort()
        return smtp_replies.verdict("final", reply.code, reply.message)

    def _gave_up(self, fault: BaseException) -> None:
        self._count(silences=int(isinstance(fault, protocol.Silent | TimeoutError)))
        self.abort()

    def _count(self, **more: int) -> None:
        so_far = {name: getattr(self.usage, name) + number for name, number in more.items()}
        self.usage = dataclasses.replace(self.usage, **so_far)

    def _line(self) -> protocol.Wire:
        if self._wire is None:
            raise protocol.Closed("there is no connection")
        return self._wire

    def _refused(self, reply: aiosmtplib.SMTPResponse) -> SendResult:
        """A reply before any mail that is not the one wanted."""
        if reply.code < 400:
            raise protocol.Garbled(f"the server gave an unexpected answer: {reply.code} {reply.message}")
        return smtp_replies.verdict(self._stage, reply.code, reply.message)


def _refusal(command: _Command, reply: aiosmtplib.SMTPResponse) -> SendResult | None:
    """None for the reply that was wanted; a full 4xx or 5xx is a verdict; anything else makes no sense here."""
    if reply.code == 354 if command.stage == "data" else 200 <= reply.code < 300:
        return None
    if reply.code < 400:
        raise protocol.Garbled(f"the server gave an unexpected answer: {reply.code} {reply.message}")
    return smtp_replies.verdict(command.stage, reply.code, reply.message)


def _not_begun(fault: BaseException) -> SendResult:
    """The connection ended between the 354 and the body's first byte: certainly not sent, so it may be offered again."""
    return SendResult(
        Outcome.DEFERRED, "body", Blame.SERVER, text="nothing was sent: " + smtp_replies.described(fault)
    )


def _person_must_act(stage: str, why: str) -> SendResult:
    return SendResult(Outcome.NOT_SENT, stage, Blame.SENDER, text=why)
