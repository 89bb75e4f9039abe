"""The mail world: one SMTP and one IMAP server on loopback, the reps' accounts, and the record of what happened."""

from __future__ import annotations

import ssl
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import trustme

from relance import clock as clocks
from relance.mailbox import account
from relance.mailbox.auth import Password
from relance.sandbox import record
from relance.sandbox.servers import imapserver, loop, postoffice, smtpserver


class World:
    """A context manager: the servers stand from entering to leaving. Its methods may be called from any thread.

    Times in the record, in the mails' internal dates and in whatever prospects write come from `clock`.
    """

    def __init__(self, clock: clocks.Clock, seed: int = 0) -> None:
        self.clock = clock
        self.seed = seed  # of the prospects' choices; the servers make none
        self.record = record.Record(clock)
        self._stack = ExitStack()

    def __enter__(self) -> World:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relance-world-")))
            context = self._certify()
            self._loop = loop.Loop("sandbox-mail")
            stack.callback(self._loop.close)
            imap = self._reading = imapserver.ImapServer(context, self._entered)
            self._office = postoffice.PostOffice(self.clock, self.record, imap)
            submission = smtpserver.SmtpServer(context, self._office)
            self.imap = account.Server("127.0.0.1", self._loop.call(imap.start()))
            stack.callback(lambda: self._loop.call(imap.stop()))
            self.smtp = account.Server("127.0.0.1", self._loop.call(submission.start()))
            stack.callback(lambda: self._loop.call(submission.stop()))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, error, trace
        self._stack.close()

    @property
    def ca_file(self) -> str:
        """The PEM file of the authority that signed the servers' certificate."""
        return str(self._folder / "ca.pem")

    def add_rep(self, address: str, name: str, password: str, *, files_sent: bool = True) -> account.Account:
        """Open a salesperson's mailbox. With `files_sent` the server files sent mail by itself, as Gmail does."""
        self._loop.call(self._office.open(postoffice.Rep(address.lower(), password, files_sent)))
        return account.Account(
            address=address,
            name=name,
            credentials=Password(address.lower(), password),
            smtp=self.smtp,
            imap=self.imap,
            ca_file=self.ca_file,
        )

    def on_recipient(self, doorkeeper: postoffice.Doorkeeper) -> None:
        """Ask `doorkeeper` about every recipient: a whole SMTP reply (4xx, 5xx) turns it away, None lets it pass."""
        self._office.doorkeepers.append(doorkeeper)

    def on_arrival(self, listener: postoffice.Listener) -> None:
        """Tell `listener` of every accepted mail, on the servers' loop: it must return at once."""
        self._office.listeners.append(listener)

    def place(self, rep: str, mail: postoffice.Mail) -> record.Placed:
        """Put a mail into a rep's folder; when this returns, every new IMAP session finds it there."""
        return self._loop.call(self._office.place(rep.lower(), mail))

    def close_imap(self) -> None:
        """Nobody can read their mail until `open_imap`: connections are cut, new ones are refused. Mail still comes in."""
        self._loop.call(self._reading.stop())

    def open_imap(self) -> None:
        """Mail can be read again, at the same place."""
        self._loop.call(self._reading.start(self.imap.port))

    def _entered(self, user: str) -> None:
        self.record.add(lambda when: record.SyncStarted(when, user))

    def _certify(self) -> ssl.SSLContext:
        """Write the authority's certificate for the clients; return the servers' context."""
        authority = trustme.CA(organization_name="Relance sandbox")
        authority.cert_pem.write_to_path(str(self._folder / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        return context
