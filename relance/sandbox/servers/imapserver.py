"""The world's IMAP server: pymap, with our own users and folders, and a word at every login.

pymap's insides are not a published interface; this file is the only one that knows them (pinned to one minor).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import Any, cast

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag, Seen
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import BuiltinHash

FOLDERS = ("Sent", "Junk", "Archive")
# Besides INBOX, which every account has. pymap knows no SPECIAL-USE: they are found by name, as on many old servers.


class _WatchedLogin(Login):
    """pymap's login, which tells who has just been let in."""

    def __init__(self, config: Config, entered: Callable[[str], None]) -> None:
        super().__init__(config)
        self._entered = entered

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        identity = await super().authenticate(credentials)
        self._entered(identity.name)
        return identity


class _Remote(SocketInfoLocal):
    """A peer like any other: pymap lets the local host log in without TLS, and a provider would not."""

    @property
    def from_localhost(self) -> bool:
        return False


class _Config(Config):
    """pymap's settings, without a look-up of this machine's name at every connection."""

    @property
    def greeting(self) -> bytes:
        return b"IMAP4rev1 ready"


class _Whole:
    """A stream writer that sends each response in one piece.

    pymap writes its responses in crumbs. That costs a TLS record and a system call each, and a client that idles
    may see half a line: imaplib then loses the beginning.
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._crumbs: list[bytes] = []

    def write(self, crumb: bytes) -> None:
        self._crumbs.append(bytes(crumb))

    def writelines(self, crumbs: Iterable[bytes]) -> None:
        self._crumbs.extend(map(bytes, crumbs))

    async def drain(self) -> None:
        self._flush()
        await self._writer.drain()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def _flush(self) -> None:
        whole, self._crumbs = b"".join(self._crumbs), []
        if whole:
            self._writer.write(whole)


class ImapServer:
    """Everything but the constructor must be called on the loop that serves."""

    def __init__(self, context: ssl.SSLContext, entered: Callable[[str], None]) -> None:
        # One round of hashing: the accounts live as long as the process, and 500,000 cost 0.09 s at every login.
        self._hash = BuiltinHash(rounds=1)
        self._config = _Config.from_args(
            Namespace(
                host="127.0.0.1", port=0, debug=False, cert=None, key=None, tls=True, passlib_cfg=None,
                proxy_protocol=None, inherited_sockets=None, demo_data=False, demo_user="", demo_password="",
            ),
            ssl_context=context,
            invalid_user_sleep=0,
            hash_context=self._hash,
            cpu_subsystem=Subsystem.for_asyncio(),
        )  # fmt: skip
        self._login = _WatchedLogin(self._config, entered)
        self._serve = IMAPServer(self._login, self._config)
        self._server: asyncio.Server | None = None
        self._live: set[asyncio.StreamWriter] = set()

    async def start(self, port: int = 0) -> int:
        """Listen on a loopback port (0: one the system picks), and return it."""
        self._config.apply_context()
        self._server = await asyncio.start_server(self._connected, host="127.0.0.1", port=port)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def stop(self) -> None:
        """Listen no more, and cut every connection."""
        if self._server is not None:
            self._server.close()
        for writer in self._live:
            writer.transport.abort()

    async def add_user(self, name: str, password: str) -> None:
        """Let `name` log in, with INBOX and the usual folders, all empty."""
        folders = MailboxSet()
        for folder in FOLDERS:
            await folders.add_mailbox(folder)
        self._config.set_cache[name] = (folders, FilterSet())
        self._login.users_dict[name] = UserMetadata(
            self._config, name, password=self._hash.hash(self._config.password_prep(password))
        )

    async def append(
        self, user: str, folder: str, raw: bytes, at: dt.datetime, *, seen: bool = False
    ) -> None:
        """File a mail; sessions that idle on the folder are told."""
        flags: frozenset[Flag] = frozenset({Seen}) if seen else frozenset()
        message = AppendMessage(raw, at, flags)
        async with Identity(user, self._login, None, frozenset()).new_session() as session:
            await session.append_messages(folder, [message])

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._live.add(writer)
        try:
            await self._serve(reader, cast(asyncio.StreamWriter, _Whole(writer)), _Remote(writer))
        finally:
            self._live.discard(writer)
            if not writer.is_closing():
                writer.close()
