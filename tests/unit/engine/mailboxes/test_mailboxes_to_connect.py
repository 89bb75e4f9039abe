"""What is pasted, or stands in a file, as mailboxes to connect; and the servers that one has of its own."""

from __future__ import annotations

import pytest
import trustme

from relance import errors
from relance.engine.mailboxes.sign_ins import wanted
from relance.mailbox import providers
from relance.mailbox.account import Security, Server
from tests.reworded import worded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name;address\n;b@a.example\nAda;a@a.example\n;\n", [("b@a.example", ""), ("a@a.example", "Ada")]),
        ("Adres\tNazwa\na@a.example\tAda\n", [("a@a.example", "Ada")]),
        ("ada@a.example\n\n  Ben@A.example  \n", [("ada@a.example", ""), ("ben@a.example", "")]),
        ('address,name\nada@a.example,"Lovelace, Ada"\n', [("ada@a.example", "Lovelace, Ada")]),
        ("E-mail\tName\nada@a.example\tAda\n", [("ada@a.example", "Ada")]),
        ("ada@a.example;Ada\nada@a.example;Ada L.", [("ada@a.example", "Ada L.")]),
    ],
)
def test_addresses_and_names_one_a_line(text: str, found: list[tuple[str, str]]) -> None:
    assert wanted.read(text.encode()) == found


CERTIFICATE = trustme.CA().cert_pem.bytes().decode()
TABLE = f"""address,name,Smtp host,smtp_port,smtp_security,imap_host,imap_port,ca_file,note
ada@a.example,Ada,mail.a.example,465,tls,,,"{CERTIFICATE}",x
ben@a.example,Ben,,,,,,,
"""
USUAL = providers.KNOWN["microsoft365"].servers
BOTH = (USUAL.smtp, USUAL.imap)


def test_servers_and_a_certificate_of_their_own() -> None:
    ada, ben = (wanted.spec(BOTH, *each) for each in wanted.read(TABLE.encode("utf-16")))
    assert ada.smtp == Server("mail.a.example", 465, Security.TLS)
    assert (ada.imap, ada.ca_file) == (USUAL.imap, CERTIFICATE.strip())
    assert (ben.smtp, ben.imap, ben.ca_file, ben.name) == (*BOTH, None, "Ben")


@pytest.mark.parametrize(
    "own",
    [
        {"smtp_port": "x"},
        {"smtp_port": "65536"},
        {"smtp_security": "ssl"},
        {"imap_security": "plain"},
        {"ca_file": "/etc/passwd"},  # no path is ever opened
        {"ca_file": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"},
    ],
)
def test_what_cannot_be_is_told_with_whose_it_is(own: dict[str, str]) -> None:
    with pytest.raises(errors.Invalid, match=worded("ada@a.example")):
        wanted.spec(BOTH, "ada@a.example", "Ada", own)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b'a@a.example\n"open'])
def test_what_is_no_table(data: bytes) -> None:
    with pytest.raises(errors.Invalid):
        wanted.read(data)
