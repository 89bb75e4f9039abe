"""Mail out: a synchronous door to one mailbox's SMTP connection, over an event loop nobody else uses."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Coroutine
from functools import partial
from types import TracebackType
from typing import TypeVar

from relance.mailbox import tls
from relance.mailbox.account import Account
from relance.mailbox.smtp import session
from relance.mailbox.smtp.envelope import Envelope
from relance.mailbox.smtp.outcome import SendResult
from relance.mailbox.smtp.session import Limits
from relance.mailbox.smtp.usage import Usage

__all__ = ["Limits", "Outbox"]

DEFAULT_LIMITS = Limits()

T = TypeVar("T")

_HELO = re.compile(r"[A-Za-z0-9.\[\]:_-]{0,253}")


class Outbox:
    """One mailbox's way out, used by one thread, as a context manager.

    A mail goes in two steps, so that the caller can commit in between: `offer` ends at the server's 354, when nothing of
    the mail has left; `transmit` sends the body and waits for the last word. Everyday ends are values. If a wait is cut
    short (KeyboardInterrupt, a thread's time limit) the connection is aborted and the interruption goes on to the caller:
    out of `offer` the mail is certainly not sent, out of `transmit` it is `UNKNOWN`. The server is greeted by the name that the
    account says, else by `helo`, and without either by the address that the connection is made from (RFC 5321, 4.1.1.1).
    """

    def __init__(
        self,
        account: Account,
        *,
        helo: str = "",
        limits: Limits = DEFAULT_LIMITS,
        tls_context: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        helo = account.ehlo_name or helo
        if not _HELO.fullmatch(helo):
            raise ValueError(f"{helo!r} is not a name to greet a server with")
        context = tls_context or partial(tls.context, account.ca_file)
        self._session = session.SmtpSession(account, helo, limits, context, self._run)
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Outbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def connected(self) -> bool:
        """Whether a connection stands, as far as we have heard; `offer` replaces a dead one by itself."""
        return self._session.connected

    @property
    def usage(self) -> Usage:
        """What it has cost the server so far."""
        return self._session.usage

    def connect(self) -> SendResult | None:
        """Connect and log in. None: ready. A value (`NOT_SENT`, stage connect, tls or auth): what stood in the way.

        Blame `SENDER` means that a person must act (login refused, certificate not trusted, no STARTTLS); blame
        `SERVER` that trying later may work.
        """
        return self._run(self._session.connect())

    def offer(
        self, sender: str, recipient: str, size: int, message_id: str | None = None
    ) -> SendResult | None:
        """MAIL, RCPT, DATA. None: the server said 354; call `transmit` or `withdraw` next. `size` is `len(raw)`.

        Where the server offers DSN, reports about the mail name `message_id` (as Original-Envelope-Id). Connects first where there is no connection, and once more where it proves dead before MAIL is judged.
        """
        return self._do(lambda: self._session.offer(Envelope(sender, recipient, size, message_id)))

    def withdraw(self) -> None:
        """After a 354: do not send the body after all. SMTP knows no polite way, so the connection is aborted."""
        self._session.withdraw()
        self._settle()

    def transmit(self, raw: bytes) -> SendResult:
        """The body as stored, byte for byte, and the server's last word.

        `ACCEPTED`, `REFUSED` and `DEFERRED` rest on a full reply, with two exceptions that are certain too, both of
        stage "body" without a code: `DEFERRED` when the connection ended before the first byte, `REFUSED` when the bytes
        are unfit to leave. All else is `UNKNOWN`.
        """
        return self._do(lambda: self._session.transmit(raw))

    def close(self) -> None:
        """Say goodbye if nothing is under way, and free everything. May be called twice."""
        if self._loop is None:
            return
        try:
            self._session.quit()
            self._loop.run_until_complete(_freed(self._loop))
        except BaseException:
            self._session.abort()
            self._settle()
            raise
        finally:
            self._loop.close()
            self._loop = None

    def _do(self, work: Callable[[], T]) -> T:
        """Do the work to its end, and abort when interrupted."""
        try:
            result = work()
        except BaseException:
            self._session.abort()
            self._settle()
            raise
        if not self._session.connected:
            self._settle()  # the server should see the end now, not when the loop runs next
        return result

    def _run(self, work: Coroutine[None, None, T]) -> T:
        """Run the work to its end: `run_until_complete` with a turn of the loop less, and an abort when interrupted."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        task = self._loop.create_task(_then_stop(work, self._loop))
        try:
            self._loop.run_forever()
            if not self._session.connected:
                self._settle()  # the server should see the end now, not when the loop runs next
            return task.result()
        except BaseException:
            # Interrupted between two bytecodes of ours or the loop's: the task may not have noticed.
            self._session.abort()
            task.cancel()
            self._settle(task)
            raise

    def _settle(self, *tasks: asyncio.Task[T]) -> None:
        """Let the loop finish what an abort left: cancelled waits, closed sockets."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.run_until_complete(_settled(tasks))


async def _then_stop(work: Coroutine[None, None, T], loop: asyncio.AbstractEventLoop) -> T:
    try:
        result = await work
    except asyncio.CancelledError:
        raise  # by an interruption: whoever settles it runs the loop to another end
    except BaseException:
        loop.stop()
        raise
    loop.stop()
    return result


async def _freed(loop: asyncio.AbstractEventLoop) -> None:
    """What is left of a goodbye, in one go."""
    await _settled(())
    await loop.shutdown_default_executor()


async def _settled(tasks: tuple[asyncio.Task[T], ...]) -> None:
    if tasks:
        await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # seen: it has gone to the caller already
    for _ in range(3):  # the abort's own callbacks, one behind the other under TLS
        await asyncio.sleep(0)
