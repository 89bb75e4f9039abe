"""The SMTP conversation, reply by reply: aiosmtplib's protocol, made strict about what a reply is and when one may come."""

from __future__ import annotations

import asyncio
import os
import re
import select
import socket
import ssl
import struct
from collections.abc import Callable, Sequence

import aiosmtplib
from aiosmtplib import protocol

from relance import clock

REPLY_LIMIT = 32 * 1024  # far above any real EHLO; bounds what a server can make us hold
BLOCK = 256 * 1024
_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])([^\r\n]*))?\r?\n")
_UNFIT = re.compile(rb"[^\x20-\x7e]")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Lost(Exception):
    """The conversation cannot go on; the text says why."""


class Closed(Lost):
    """The server closed or reset the connection, or said 421 of its own accord."""


class Silent(Lost):
    """The server did not answer in time."""


class Garbled(Lost):
    """The server said something that is no SMTP reply, or said it when nothing was asked."""


class Wire(protocol.SMTPProtocol):
    """One connection. Replies are taken one by one in order, so commands may be pipelined (RFC 2920).

    It is set up on an event loop: dialled, secured, logged in. Mails then go over it while the loop stands still: what is
    written leaves at once, and `reply` reads the socket itself, which takes a quarter of the time. Where the kernel does not
    take all at once, the loop runs again until it has.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._arrival: asyncio.Future[None] | None = None
        self._end: Lost | None = None
        self._carrier: asyncio.Transport | None = None  # the socket's own, below TLS
        self._file = -1
        self._news = select.poll()
        self._redact: Callable[[str], str] = str

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, unless the connection was given up before it stood."""
        super().connection_made(transport)
        if (file := self._socket()) is not None and isinstance(transport, asyncio.Transport):
            self._carrier, self._file = transport, file.fileno()
            self._news.register(self._file, select.POLLIN)
        if self._end is not None:
            self.abort(reset=True)

    def data_received(self, data: bytes) -> None:
        """Keep what came, and wake the reader."""
        self._buffer += data
        if len(self._buffer) > REPLY_LIMIT:
            self._end = Garbled("the server's reply is too long")
        self._wake()

    def eof_received(self) -> bool:
        """Note the end; what was received before it is still read."""
        self._end = self._end or Closed("the server closed the connection")
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end and why."""
        self._end = self._end or Closed(
            f"the connection was lost: {exc}" if exc else "the connection was closed"
        )
        super().connection_lost(exc)
        self._wake()

    @property
    def own_address(self) -> bytes:
        """The address that the connection is made from, as a literal (RFC 5321, 4.1.3)."""
        name = self.transport.get_extra_info("sockname") if self.transport is not None else None
        host = str(name[0]).partition("%")[0] if name else "127.0.0.1"
        return f"[IPv6:{host}]".encode() if ":" in host else f"[{host}]".encode()

    def conceal(self, redact: Callable[[str], str]) -> None:
        """From now on every reply goes through this: a server's words are stored, logged and shown."""
        self._redact = redact

    def send(self, lines: Sequence[bytes]) -> None:
        """Write command lines; nothing may be left unread from before."""
        for line in lines:
            if _UNFIT.search(line) and not line.decode().isprintable():
                raise ValueError("a command line may hold printable characters only")
        self.expect_quiet()
        self.write(b"\r\n".join((*lines, b"")))

    async def read_response(self, timeout: float | None = None) -> aiosmtplib.SMTPResponse:
        """The next whole reply, within `timeout` seconds from now however slowly it trickles in."""
        if (here := self._taken()) is not None:  # pipelined replies come together
            return here
        alarm = self._loop.call_later(timeout, self._expire) if timeout is not None else None
        try:
            while (reply := self._taken()) is None:
                if self._end is not None:
                    raise self._end
                self._arrival = self._loop.create_future()
                await self._arrival
        finally:
            self._arrival = None
            if alarm is not None:
                alarm.cancel()
        return reply

    def reply(self, timeout: float) -> aiosmtplib.SMTPResponse:
        """The same as `read_response`, while the loop stands still and nothing of ours waits to leave (see `unsent`)."""
        if (here := self._taken()) is not None:
            return here
        deadline = clock.elapsed() + timeout
        while True:
            if self._end is not None:
                raise self._end
            if self._news.poll(max(0.0, deadline - clock.elapsed()) * 1000):
                self._read()
            elif clock.elapsed() >= deadline:
                self._expire()
            if (reply := self._taken()) is not None:
                return reply

    @property
    def unsent(self) -> bool:
        """Whether something of ours waits for the kernel, which only the loop can hand over."""
        here, below = self.transport, self._carrier
        return (isinstance(here, asyncio.WriteTransport) and here.get_write_buffer_size() > 0) or (
            below is not None and below is not here and below.get_write_buffer_size() > 0
        )

    async def ask(self, line: bytes, timeout: float) -> aiosmtplib.SMTPResponse:
        """Send one command and wait for its reply."""
        self.send([line])
        return await self.read_response(timeout)

    async def upgrade(self, context: ssl.SSLContext, host: str, timeout: float) -> None:
        """The TLS handshake after the server's 220 to STARTTLS.

        Anything already said beyond that 220 came in clear, perhaps from somebody in between (RFC 3207, 4.2): no further.
        """
        self.expect_quiet()
        if not isinstance(self.transport, asyncio.Transport):
            raise Closed("the connection is closed")
        upgraded = await self._loop.start_tls(
            self.transport, self, context, server_hostname=host, ssl_handshake_timeout=timeout
        )
        if upgraded is None:
            raise Closed("the server closed the connection during the TLS handshake")
        self.transport, self._over_ssl = upgraded, True

    async def drained(self, timeout: float) -> None:
        """Wait until there is room for the next block of a body; it has `timeout` seconds to get going."""
        async with asyncio.timeout(timeout):
            await self._drain_helper()

    @property
    def is_full(self) -> bool:
        """Whether so much waits to leave that more has to wait: see `drained`."""
        return self._paused

    def expect_quiet(self) -> None:
        """Raise `Lost` when the connection has ended or the server spoke without being asked."""
        if self._buffer:
            words = bytes(self._buffer[:200]).decode("ascii", "replace")
            raise (Closed if words.startswith("421") else Garbled)(f"the server said, unasked: {words}")
        if self._end is not None:
            raise self._end
        if not self.is_connected:
            raise Closed("the connection is closed")

    def expect_no_more(self) -> None:
        """Raise `Garbled` when the server says more than it was asked; that it goes away (421) it may say at any time."""
        self.catch_up()
        if self._buffer and not self._buffer.startswith(b"421"):
            words = self._redact(bytes(self._buffer[:200]).decode("ascii", "replace"))
            raise Garbled(f"the server said more than it was asked: {words}")

    def catch_up(self) -> None:
        """Read what arrived while nobody looked; costs a `poll` when nothing did."""
        while self._end is None and self._news.poll(0):
            self._read()

    def abort(self, *, reset: bool) -> None:
        """Drop the connection now: nothing that waits in our buffer is sent any more.

        With `reset` the kernel drops what it still holds too, and the server sees a reset instead of an end. `close()`
        is never used for this: it would flush the rest of a body into a conversation we have given up.
        """
        file = self._socket()
        if reset and file is not None:
            file.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._end = self._end or Closed("the connection was given up")
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def _read(self) -> None:
        """What the loop would do with a socket that has news: hand it to whoever reads, to TLS where that is in between."""
        reader = self._carrier.get_protocol() if self._carrier is not None else None
        try:
            if isinstance(reader, asyncio.BufferedProtocol):
                count = os.readv(self._file, [reader.get_buffer(-1)])
                reader.buffer_updated(count) if count else self.eof_received()
            else:
                data = os.read(self._file, BLOCK)
                self.data_received(data) if data else self.eof_received()
        except BlockingIOError:
            return
        except OSError as error:
            self._end = self._end or Closed(f"the connection was lost: {error}")
        if self._carrier is None or self._carrier.is_closing():
            self._end = self._end or Closed("the connection was lost")

    def _socket(self) -> socket.socket | None:
        file = self.transport.get_extra_info("socket") if self.transport is not None else None
        return file if file is not None and file.fileno() >= 0 else None

    def _taken(self) -> aiosmtplib.SMTPResponse | None:
        """Take the first whole reply out of the buffer, if one is there."""
        if b"\n" not in self._buffer:
            return None
        data, position, code, words = bytes(self._buffer), 0, b"", []
        while (line := _LINE.match(data, position)) is not None:
            if code and line[1] != code:
                break
            code, position = line[1], line.end()
            words.append(line[3] or b"")
            if line[2] != b"-":
                del self._buffer[:position]
                text = b"\n".join(words).decode("utf-8", "replace")
                return aiosmtplib.SMTPResponse(int(code), self._redact(text))
        if line is None and b"\n" not in data[position:]:
            return None
        odd = self._redact(data[position:].decode("utf-8", "replace"))[:80]
        raise Garbled(f"the server sent something that is not an SMTP reply: {odd!r}")

    def _expire(self) -> None:
        self._end = self._end or Silent("the server did not answer in time")
        self._wake()

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)
