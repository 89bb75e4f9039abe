"""The IMAP connection itself: every read bounded in bytes and time, and every failure told in its own sentence.

imaplib believes whatever a server announces and loses half lines; its subclasses here keep their own buffer, refuse to
hold more than a command may need, drop literals nobody asked to be that big, and never log what is said.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import selectors
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import imapclient
from imapclient import exceptions, imap4
from imapclient import tls as imap_tls

from relance import clock, errors
from relance.mailbox import tls
from relance.mailbox.account import Security, Server
from relance.mailbox.parsing import decoding
from relance.wording import N_, Text, ended, of_system, quoted
from relance.wording.sentence_codes import SentenceCode

MAX_LINE = 1024 * 1024  # a SEARCH over 50,000 UIDs answers in one line, of 550 KB at most
MAX_KEPT = 32 * 1024 * 1024  # bytes that the answer to one command may fill
MAX_LITERAL = 4 * 1024 * 1024  # a longer one was not asked for: it is read past, not kept
MAX_SKIPPED = 256 * 1024 * 1024  # reading past more than this is worse than a new connection
MAX_UID = 2**32 - 1  # RFC 3501, 9
_LENGTHY = re.compile(rb"\{\d{21,}\+?\}\r?\n$")  # a literal's size that no number of ours holds
_TAIL = 32 * 1024
COMMAND_SECONDS = 300.0  # a server that drips is as good as silent
GREETING_SECONDS = 20.0  # others wait for the thread


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, and for each piece of an answer."""

    connect: float = 10.0
    read: float = 60.0

    def within(self, seconds: float) -> Timeouts:
        """The same, and no wait longer than this."""
        return Timeouts(min(seconds, self.connect), min(seconds, self.read))


class _Bounded(imaplib.IMAP4):
    """imaplib with its own read buffer: no answer fills the memory, no half line is lost, no wait is endless."""

    _held = bytearray()
    _held_for: object = None
    _kept = 0
    _deadline = float("inf")
    said = ""  # how the last command ended: OK, NO or BAD; BYE where the server broke off

    def _new_tag(self) -> bytes:
        self._kept, self.said = 0, "BYE"
        self._deadline = clock.elapsed() + COMMAND_SECONDS
        tag: bytes = super()._new_tag()  # type: ignore[misc]
        return tag

    def pending(self) -> bool:
        """Whether bytes of the server are already here, which a poll of the socket would not show."""
        waiting = getattr(self.sock, "pending", None)
        return bool(self._held) or bool(waiting and waiting())

    def readline(self) -> bytes:
        """One line with its end."""
        searched = 0
        while (end := self._buffer().find(b"\n", searched)) < 0:
            searched = len(self._held)
            if searched > MAX_LINE:
                raise self.abort(Text("the server sent a line without end"))
            self._fill()
        line = self._take(end + 1)
        if _LENGTHY.search(line, max(0, len(line) - _TAIL)):
            raise self.abort(Text("the server announced an impossibly long text"))
        return line

    def read(self, size: int) -> bytes:
        """A literal; one that is larger than anything asked for is read past and comes back empty."""
        if size > MAX_LITERAL:
            self._skip(size)
            return b""
        while len(self._buffer()) < size:
            self._fill()
        return self._take(size)

    def _get_tagged_response(self, tag: bytes, expect_bye: bool = False) -> tuple[str, list[bytes]]:
        kind, data = super()._get_tagged_response(tag, expect_bye)  # type: ignore[misc]
        self.said = str(kind)
        return kind, data

    def _buffer(self) -> bytearray:
        if self._held_for is not self.sock:
            if self._held:  # bytes from before STARTTLS must not pass for protected ones
                raise self.abort(Text("the server spoke before the connection was encrypted"))
            self._held, self._held_for = bytearray(), self.sock
        return self._held

    def _fill(self) -> None:
        if self._deadline == float("inf"):  # no command yet: this is the greeting
            self._deadline = clock.elapsed() + GREETING_SECONDS
        if clock.elapsed() > self._deadline:
            raise TimeoutError("the answer took too long")
        data = self.sock.recv(65536)
        if not data:
            bye = self.untagged_responses.get("BYE", [b""])[-1]  # its own words say more
            words = bye.decode("utf-8", "replace") if isinstance(bye, bytes) else ""
            raise self.abort(words or Text("the server closed the connection"))
        self._held += data

    def _take(self, size: int) -> bytes:
        self._kept += size
        if self._kept > MAX_KEPT:
            raise self.abort(Text("the server sent more than was asked for"))
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _skip(self, size: int) -> None:
        if size > MAX_SKIPPED:
            raise self.abort(Text("the server announced a text of {size} bytes", size=size))
        while size:
            if not self._buffer():
                self._fill()
            passed = min(size, len(self._held))
            del self._held[:passed]
            size -= passed


class _Plain(_Bounded, imap4.IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _Protected(_Bounded, imap_tls.IMAP4_TLS):  # type: ignore[misc]
    pass


class Client(imapclient.IMAPClient):  # type: ignore[misc]
    """IMAPClient over the bounded connection, with aware times and a silent log."""

    def __init__(self, server: Server, context: ssl.SSLContext, timeouts: Timeouts) -> None:
        super().__init__(
            server.host,
            port=server.port,
            ssl=server.security is Security.TLS,
            ssl_context=context,
            timeout=imapclient.SocketTimeout(timeouts.connect, timeouts.read),
        )
        self.normalise_times = False
        self.folder_encode = False  # names are decoded by us: one bad name must not hide all folders
        self._imap._encoding = "utf-8"  # for folders that a careless server names in it
        self._imap.debug = 0  # what is said, passwords among it, is nobody's log
        # A command goes out in pieces; held back for the acknowledgement of the first it costs 45 ms.
        self.wire.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _create_IMAP4(self) -> imaplib.IMAP4:
        if self.ssl:
            return _Protected(self.host, self.port, self.ssl_context, self._timeout.connect)  # type: ignore[call-arg]
        return _Plain(self.host, self.port, self._timeout.connect)

    @property
    def alive(self) -> bool:
        """Whether the last command came to an end; a connection on which one did not is of no use any more."""
        return self.wire.said != "BYE"

    @property
    def wire(self) -> _Bounded:
        """The connection below."""
        wire: _Bounded = self._imap
        return wire

    def uids(self, low: int, high: str) -> list[int]:
        """UIDs that the server names for `low:high`, as it says them; over several lines where it likes."""
        lines = self._raw_command_untagged(b"SEARCH", [b"UID", f"{low}:{high}".encode("ascii")])
        said = (
            line.partition(b"(")[0] for line in lines if isinstance(line, bytes)
        )  # "(MODSEQ 5)" may follow
        found = [int(number) for line in said for number in line.split() if number.isdigit()]
        if found and max(found) > MAX_UID:
            raise ValueError("a UID of more than 32 bits")
        return found

    def make_folder(self, wire: str, use: str = "") -> None:
        """CREATE, named as it goes over the wire; `use` says what it is for (a flag of RFC 6154, 3)."""
        told = [f"(USE ({use}))".encode("ascii")] if use else []
        name = self._normalise_folder(wire).encode("ascii")
        self._checkok("create", *self._raw_command(b"CREATE", [name, *told], uid=False))

    def start_idle(self) -> bytes:
        """Enter IDLE; untagged answers that come before the `+` are kept, not taken for an error."""
        self.wire.untagged_responses.clear()
        tag: bytes = self.wire._command("IDLE")
        while self.wire._get_response() is not None:
            if self.wire.tagged_commands[tag]:
                raise exceptions.IMAPClientError(Text("the server refused IDLE"))
        return tag

    def wait_readable(self, seconds: float) -> bool:
        """Whether the server has said anything before the time is up; a closed connection counts as a word."""
        if self.wire.pending():
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self.wire.sock, selectors.EVENT_READ)
            return bool(selector.select(max(0.0, seconds)))

    def end_idle(self, tag: bytes) -> bool:
        """Leave IDLE; True when new mail was announced since it began. Also proves that the connection lives."""
        self.wire.send(b"DONE\r\n")
        self._consume_until_tagged_response(tag, "IDLE")
        told = self.wire.untagged_responses
        return bool(told.pop("EXISTS", None)) | bool(told.pop("RECENT", None))


# What the protocol library raises over answers that are no IMAP, besides its own errors.
NONSENSE = (RecursionError, ValueError, TypeError, LookupError, AttributeError)


@contextlib.contextmanager
def told(server: Server, doing: Text, redact: Callable[[str], str] = str) -> Iterator[None]:
    """Turn whatever goes wrong in here into an `errors.Trouble` with the host, the port and what to do."""
    place = f"{server.host}:{server.port}"
    try:
        yield
    except OSError as error:  # of TLS, too
        raise _of_network(error, place, doing) from error
    except exceptions.IMAPClientError as error:
        broken = N_(
            "The IMAP server {place} closed the connection while {doing}: {words} It will be tried again."
        )
        words = ended(server_words(error, redact))
        said = Text(broken, place=place, doing=doing, words=words).coded(SentenceCode.CONNECTION_BROKEN)
        raise errors.Unreachable(said) from error
    except NONSENSE as error:
        odd = N_(
            "The IMAP server {place} gave an answer that cannot be read while {doing} ({kind}). It will be tried again."
        )
        said = Text(odd, place=place, doing=doing, kind=type(error).__name__)
        raise errors.Unreachable(said.coded(SentenceCode.ANSWER_UNREADABLE)) from error


def _of_network(error: OSError, place: str, doing: Text) -> errors.Trouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return errors.Broken(
            Text(
                "The certificate of the IMAP server {place} is not trusted ({fault}). If it is your own server, give the "
                "PEM file of its authority; otherwise, check the host name.",
                place=place,
                fault=tls.of_certificate(error),
            ).coded(SentenceCode.CERTIFICATE_NOT_TRUSTED)
        )
    if isinstance(error, ssl.SSLError):
        return _of_tls(error, place)
    if isinstance(error, socket.gaierror):
        unknown = N_(
            "The IMAP server {place} has no known address ({fault}). Check its name and the network."
        )
        said = Text(unknown, place=place, fault=of_system(error))
        return errors.Unreachable(said.coded(SentenceCode.HOST_UNKNOWN))
    if isinstance(error, TimeoutError):
        late = N_("The IMAP server {place} did not answer in time while {doing}. It will be tried again.")
        return errors.Away(Text(late, place=place, doing=doing).coded(SentenceCode.NO_ANSWER))
    return errors.Unreachable(
        Text(
            "The IMAP server {place} cannot be reached while {doing} ({fault}). Check the host and port; it will be "
            "tried again.",
            place=place,
            doing=doing,
            fault=of_system(error),
        ).coded(SentenceCode.UNREACHABLE)
    )


def _of_tls(error: ssl.SSLError, place: str) -> errors.Trouble:
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"):
        return errors.Broken(
            Text(
                "The IMAP server {place} does not speak TLS on this port. Use security `starttls` here (usually "
                "port 143), or port 993 with `tls`.",
                place=place,
            ).coded(SentenceCode.NO_TLS_HERE)
        )
    if error.reason in ("UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE", "TLSV1_ALERT_PROTOCOL_VERSION"):
        return errors.Broken(
            Text(
                "The IMAP server {place} offers only outdated TLS. It must speak TLS 1.2 or newer.",
                place=place,
            ).coded(SentenceCode.TLS_OUTDATED)
        )
    return errors.Unreachable(
        Text(
            "The protected connection to the IMAP server {place} failed ({reason}). It will be tried again.",
            place=place,
            reason=quoted(error.reason) if error.reason else Text("cut off"),
        ).coded(SentenceCode.TLS_FAILED)
    )


def server_words(error: BaseException, redact: Callable[[str], str]) -> Text | str:
    """The server's own words in quotes, bounded, on one line, without what `redact` takes out; or ours about it."""
    if error.args and isinstance(error.args[0], Text):
        return error.args[0]
    words = str(error.args[0]) if error.args else str(error)
    if words.startswith("b'") or words.startswith('b"'):
        words = words[2:-1]
    return quoted(decoding.clean_line(redact(words), 300))


def close(client: Client) -> None:
    """Log out politely if the server still listens; the connection is gone in any case."""
    with contextlib.suppress(OSError):
        client.wire.sock.settimeout(2.0)  # nobody waits for a goodbye
    try:
        client.logout()
    except (OSError, exceptions.IMAPClientError):
        with contextlib.suppress(OSError, exceptions.IMAPClientError):
            client.shutdown()
