"""A private Postfix: takes mail by authenticated submission, delivers our domain to Dovecot, the rest to a sink."""

from __future__ import annotations

import base64
import os
import pwd
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import dovecot, finder, ports, processes

DOMAIN = "sales.example"
_DAEMONS = ("/usr/lib/postfix/sbin", "/usr/libexec/postfix")


def available() -> str | None:
    """The control program's path, or None where Postfix is missing or we are not root (its master must be)."""
    found = finder.binary("postfix")
    known = {entry.pw_name for entry in pwd.getpwall()}
    return str(found) if found and os.geteuid() == 0 and "postfix" in known else None


@dataclass(frozen=True)
class Postfix:
    """A running server: its submission port and the Dovecot it delivers to."""

    root: Path
    submission: int
    mail: dovecot.Dovecot

    def submit(self, raw: bytes, sender: str, recipient: str, options: tuple[str, ...] = ()) -> None:
        """Hand a mail over as its owner's mail program would: STARTTLS, login, MAIL, RCPT, DATA."""
        context = ssl.create_default_context(cafile=self.mail.ca_file)
        with smtplib.SMTP("localhost", self.submission, local_hostname="localhost", timeout=20) as link:
            link.starttls(context=context)
            link.ehlo("localhost")
            secret = base64.b64encode(f"\0{sender}\0{self.mail.users[sender]}".encode())
            code, words = link.docmd("AUTH", "PLAIN " + secret.decode("ascii"))
            assert code == 235, words
            link.sendmail(sender, [recipient], raw, mail_options=options)

    def log(self) -> str:
        """The mail log so far."""
        path = self.root / "mail.log"
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def running(mail: dovecot.Dovecot, sink_port: int) -> Iterator[Postfix]:
    """A server in front of that Dovecot; everything for other domains goes to `sink_port`. A loud skip without one."""
    program = available()
    if program is None:
        finder.not_run("Postfix: no postfix on this machine, or not root")
    folder = processes.scratch("postfix")
    folder.chmod(0o755)
    etc = folder / "etc"
    try:
        port = ports.free_port()
        _lay_out(folder, mail, sink_port, port)
        process = processes.Process(processes.Program([program, "-c", str(etc), "start-fg"], folder / "out"))
        try:
            process.wait_ready(lambda: ports.answers(port), seconds=20)
            yield Postfix(folder, port, mail)
        finally:
            subprocess.run([program, "-c", str(etc), "stop"], capture_output=True, check=False)
            process.stop(5)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path, mail: dovecot.Dovecot, sink_port: int, port: int) -> None:
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix", "postfix")
    cert = mail.ca.issue_cert("localhost", ports.LOOPBACK)
    pem = folder / "etc" / "tls.pem"
    pem.write_bytes(cert.private_key_pem.bytes() + b"".join(blob.bytes() for blob in cert.cert_chain_pems))
    pem.chmod(0o600)
    (folder / "etc" / "recipients").write_text("".join(f"{user} x\n" for user in mail.users))
    (folder / "etc" / "main.cf").write_text(_main(folder, mail, sink_port))
    (folder / "etc" / "master.cf").write_text(_MASTER.format(port=port, host=ports.LOOPBACK))


def _main(folder: Path, mail: dovecot.Dovecot, sink_port: int) -> str:
    daemons = next((path for path in _DAEMONS if Path(path).is_dir()), _DAEMONS[0])
    return f"""
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mail.{DOMAIN}
mydestination =
mynetworks =
inet_interfaces = {ports.LOOPBACK}
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_maps = texthash:{folder}/etc/recipients
virtual_transport = lmtp:inet:{ports.LOOPBACK}:{mail.lmtp}
default_transport = smtp
relayhost = [{ports.LOOPBACK}]:{sink_port}
smtp_tls_security_level = none
smtp_dns_support_level = disabled
smtpd_tls_chain_files = {folder}/etc/tls.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {mail.auth_socket}
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
recipient_delimiter = +
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 2s
maximal_queue_lifetime = 20s
bounce_queue_lifetime = 20s
in_flow_delay = 0
"""


_MASTER = """
{host}:{port} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
 -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
"""
