"""A private Cyrus: IMAP without TLS on loopback, for anybody who knows the password, which it asks this process about."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import string
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import imapclient

from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Password
from tests.servers import finder, ports, processes

PASSWORD = "correct horse ż"
_PROGRAMS = Path("/usr/lib/cyrus/bin")
# Where `.ci/run` unpacks what Debian does not install beside another IMAP server.
_UNPACKED = Path("/usr/local/lib/relance-tests/cyrus/usr/lib/cyrus/bin")


def available() -> Path | None:
    """The program that speaks IMAP, or None where Cyrus is not whole; its other programs are in one place."""
    if not (_PROGRAMS / "master").exists():
        return None
    return next((each / "imapd" for each in (_PROGRAMS, _UNPACKED) if (each / "imapd").exists()), None)


@dataclass(frozen=True)
class Cyrus:
    """A running server and its port."""

    process: processes.Process
    imap: int

    def account(self, user: str) -> Account:
        """The account of a user, whose inbox is made at the first login."""
        server = Server("localhost", self.imap, Security.PLAIN)
        return Account(user, "Ada", Password(user, PASSWORD), Server("localhost", 1), server)

    @contextmanager
    def client(self, user: str) -> Iterator[imapclient.IMAPClient]:
        """A mail program of the same person, which may write."""
        with imapclient.IMAPClient(ports.LOOPBACK, self.imap, ssl=False, timeout=20) as client:
            client.plain_login(user, PASSWORD)
            yield client


@contextmanager
def running() -> Iterator[Cyrus]:
    """A server; a loud skip where there is no Cyrus."""
    imapd = available()
    if imapd is None:
        finder.not_run("Cyrus: no cyrus-imapd on this machine")
    identity = processes.Identity(user="nobody") if os.geteuid() == 0 else processes.Identity()
    folder = processes.scratch("cyrus", identity)
    try:
        with _passwords(folder / "mux"):
            server = _started(imapd, folder, identity)
            try:
                yield server
            finally:
                server.process.stop(3)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(imapd: Path, folder: Path, identity: processes.Identity, tries: int = 3) -> Cyrus:
    for name in ("conf", "conf/log", "conf/msg", "conf/socket", "spool", "run", "run/proc", "run/lock"):
        (folder / name).mkdir()
    owner = identity.user or pwd.getpwuid(os.geteuid()).pw_name
    for left in reversed(range(tries)):
        port = ports.free_port()
        values = {
            "folder": folder,
            "owner": owner,
            "host": ports.LOOPBACK,
            "imap": port,
            "programs": _PROGRAMS,
            "imapd": imapd,
        }
        (folder / "imapd.conf").write_text(_SETTINGS.substitute(values))
        (folder / "cyrus.conf").write_text(_SERVICES.substitute(values))
        for path in folder.rglob("*"):
            identity.own(path)
        command = [
            str(_PROGRAMS / "master"),
            "-C",
            str(folder / "imapd.conf"),
            "-M",
            str(folder / "cyrus.conf"),
        ]
        command += ["-p", str(folder / "run" / "pid")]
        process = processes.Process(processes.Program(command, folder / "out", identity))
        try:
            process.wait_ready(lambda port=port: _greets(port))  # type: ignore[misc]
        except RuntimeError:
            if not left:
                raise
            continue
        return Cyrus(process, port)
    raise AssertionError("unreachable")


def _greets(port: int) -> bool:
    """The port is open before anybody stands behind it."""
    with contextlib.suppress(OSError), socket.create_connection((ports.LOOPBACK, port), 2) as link:
        return link.recv(4) == b"* OK"
    return False


@contextmanager
def _passwords(path: Path) -> Iterator[None]:
    """What saslauthd would say: it is asked user, password, service and realm, each with its length before it."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        path.chmod(0o666)
        door.listen(16)
        thread = threading.Thread(target=_answer, args=(door,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _answer(door: socket.socket) -> None:
    while True:
        try:
            link, _ = door.accept()
        except OSError:
            return
        with link, link.makefile("rwb") as both:
            _, password, _, _ = (both.read(*struct.unpack("!H", both.read(2))).decode() for _ in range(4))
            said = b"OK" if password == PASSWORD else b"NO"
            both.write(struct.pack("!H", len(said)) + said)


_SETTINGS = string.Template("""
configdirectory: $folder/conf
defaultpartition: default
partition-default: $folder/spool
proc_path: $folder/run/proc
mboxname_lockpath: $folder/run/lock
cyrus_user: $owner
altnamespace: yes
unixhierarchysep: yes
virtdomains: userid
defaultdomain: localhost
autocreate_quota: 0
allowplaintext: yes
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: $folder/mux
sasl_mech_list: PLAIN
""")
_SERVICES = string.Template("""
START {
  recover cmd="$programs/ctl_cyrusdb -C $folder/imapd.conf -r"
}
SERVICES {
  imap cmd="$imapd -C $folder/imapd.conf" listen="$host:$imap" prefork=1
}
EVENTS {
}
""")
