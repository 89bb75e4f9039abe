"""A mail on its way out, to a server that can fail."""

from __future__ import annotations

import ssl

import trustme

from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import Password
from relance.mailbox.smtp import client as smtp_client
from relance.mailbox.smtp.outcome import SendResult

RAW = b"Subject: hello\r\n\r\n.one\r\n..two\r\n.\r\n\r\nlast\r\n"
LIMITS = smtp_client.Limits(
    **dict.fromkeys(("connect", "tls", "greeting", "auth", "mail", "rcpt", "data", "final"), 5.0)
)


def account(port: int, security: Security = Security.PLAIN, host: str = "127.0.0.1") -> Account:
    return Account(
        address="ada@firm.example",
        name="Ada",
        credentials=Password("ada@firm.example", "secret"),
        smtp=Server(host, port, security),
        imap=Server("127.0.0.1", 1),
    )


def send(outbox: smtp_client.Outbox, raw: bytes = RAW) -> SendResult:
    return outbox.offer("ada@firm.example", "jan@acme.example", len(raw)) or outbox.transmit(raw)


def tls_for(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context
