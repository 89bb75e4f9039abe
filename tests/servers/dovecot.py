"""A private Dovecot: IMAP with STARTTLS and TLS, LMTP to put mail in, and a socket where Postfix asks for passwords."""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import smtplib
import string
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Password
from tests.servers import finder, ports, processes

PASSWORD = "correct horse ż"
USER = "ada@sales.example"


def available() -> str | None:
    """The daemon's path, or None where there is none."""
    found = finder.binary("dovecot")
    return str(found) if found else None


@dataclass(frozen=True)
class Dovecot:
    """A running server: its ports, its folder, and the file of the authority that signed its certificate."""

    root: Path
    process: processes.Process
    ca: trustme.CA
    ca_file: str
    users: Mapping[str, str]
    imap: int
    imaps: int
    lmtp: int

    def account(self, user: str = USER, security: Security = Security.STARTTLS) -> Account:
        """The account of one of the users."""
        port = self.imaps if security is Security.TLS else self.imap
        server = Server("localhost", port, security)
        smtp = Server("localhost", 1)
        return Account(user, "Ada", Password(user, self.users[user]), smtp, server, self.ca_file)

    def deliver(self, raw: bytes, user: str = USER, *, sender: str = "") -> None:
        """Put a mail into the user's inbox, as a mail server would (LMTP)."""
        with smtplib.LMTP(ports.LOOPBACK, self.lmtp, local_hostname="localhost") as link:
            link.sendmail(sender, [user], raw)

    @property
    def auth_socket(self) -> Path:
        """Where another server may ask for passwords (the Dovecot auth protocol)."""
        return self.root / "auth-client"


@contextmanager
def running(
    users: Mapping[str, str] | None = None, *, extra: str = "", tokens: Tokens | None = None
) -> Iterator[Dovecot]:
    """A server with these users (name to password), `extra` settings and what it makes of access tokens; a loud skip where there is no Dovecot."""
    program = available()
    if program is None:
        finder.not_run("Dovecot: no dovecot on this machine")
    identity = _identity()
    folder = processes.scratch("dovecot", identity)
    folder.chmod(0o755)  # Postfix reaches the auth socket as its own user
    if tokens is not None:
        extra += tokens.settings(folder)
    try:
        server = _started(program, folder, identity, dict(users or {USER: PASSWORD}), extra)
        try:
            yield server
        finally:
            server.process.stop(3)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _identity() -> processes.Identity:
    return processes.Identity(user="nobody") if os.geteuid() == 0 else processes.Identity()


def _started(
    program: str,
    folder: Path,
    identity: processes.Identity,
    users: Mapping[str, str],
    extra: str,
    tries: int = 3,
) -> Dovecot:
    ca = trustme.CA()
    _write_secrets(folder, ca, users)
    for left in reversed(range(tries)):
        imap, imaps, lmtp = (ports.free_port() for _ in range(3))
        config = folder / "dovecot.conf"
        config.write_text(_config(folder, identity, (imap, imaps, lmtp)) + extra)
        for path in [folder, *folder.iterdir()]:
            identity.own(path)
        process = processes.Process(
            processes.Program([program, "-F", "-c", str(config)], folder / "out", identity)
        )
        try:
            process.wait_ready(lambda port=lmtp: ports.answers(port) and ports.answers(imap))  # type: ignore[misc]  # noqa: B023
        except RuntimeError:
            if not left:
                raise
            continue
        return Dovecot(folder, process, ca, str(folder / "ca.pem"), users, imap, imaps, lmtp)
    raise AssertionError("unreachable")


def _write_secrets(folder: Path, ca: trustme.CA, users: Mapping[str, str]) -> None:
    cert = ca.issue_cert("localhost", ports.LOOPBACK)
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    (folder / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in cert.cert_chain_pems))
    cert.private_key_pem.write_to_path(str(folder / "key.pem"))
    lines = (f"{user}:{{PLAIN}}{password}::::::\n" for user, password in users.items())
    (folder / "users").write_text("".join(lines), encoding="utf-8")


def _config(folder: Path, identity: processes.Identity, listen: tuple[int, int, int]) -> str:
    user = pwd.getpwnam(identity.user) if identity.user else pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(user.pw_gid).gr_name
    return _CONFIG.substitute(
        folder=folder,
        host=ports.LOOPBACK,
        user=user.pw_name,
        group=group,
        uid=user.pw_uid,
        gid=user.pw_gid,
        imap=listen[0],
        imaps=listen[1],
        lmtp=listen[2],
    )


_CONFIG = string.Template("""
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/dovecot.log
protocols = imap lmtp
listen = $host
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
first_valid_uid = $uid
last_valid_uid = $uid
mail_uid = $uid
mail_gid = $gid
mail_home = $folder/home/%u
mail_location = maildir:~/Maildir
mail_fsync = never
ssl = yes
ssl_cert = <$folder/cert.pem
ssl_key = <$folder/key.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u $folder/users
}
userdb {
  driver = passwd-file
  args = username_format=%u $folder/users
  override_fields = uid=$uid gid=$gid home=$folder/home/%u
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Wysłane {
    auto = subscribe
    special_use = \\Sent
  }
  mailbox Drafts {
    auto = subscribe
    special_use = \\Drafts
  }
  mailbox Junk {
    auto = create
    special_use = \\Junk
  }
  mailbox Trash {
    auto = create
    special_use = \\Trash
  }
  mailbox Archive {
    auto = create
    special_use = \\Archive
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
service lmtp {
  chroot =
  inet_listener lmtp {
    port = $lmtp
  }
}
service auth {
  unix_listener $folder/auth-client {
    mode = 0666
  }
}
lmtp_save_to_detail_mailbox = no
recipient_delimiter = +
protocol imap {
  mail_max_userip_connections = 200
}
""")


def version() -> str:
    """What `dovecot --version` says first."""
    said = subprocess.run(
        [available() or "dovecot", "--version"], capture_output=True, text=True, check=False
    )
    found = re.match(r"[\d.]+", said.stdout)
    return found[0] if found else "unknown"


_BY_TOKEN = string.Template("""
auth_mechanisms = plain login $mechanisms
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $file
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
""")


@dataclass(frozen=True)
class Tokens:
    """That it takes access tokens, too, and where it asks whose they are (RFC 7662). After a refused login nobody is made to wait
    (doc.dovecot.org, auth penalty)."""

    introspection: str  # a URL
    mechanisms: str = "xoauth2 oauthbearer"

    def settings(self, folder: Path) -> str:
        """Its settings; what it reads as a user of its own lies in the server's folder, for the folders above a test's are not ours to
        open: without processes of tests side by side the third is the machine's own."""
        file = folder / "dovecot-oauth2.conf.ext"
        file.write_text(
            f"introspection_mode = post\nintrospection_url = {self.introspection}\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )
        file.chmod(0o644)
        return _BY_TOKEN.substitute(mechanisms=self.mechanisms, file=file)
