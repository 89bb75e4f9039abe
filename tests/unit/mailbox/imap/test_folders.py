"""What a folder is for, by its flags and by its name in many languages; which are watched; which have news."""

from __future__ import annotations

import pytest

from relance.mailbox.imap import folders
from relance.mailbox.imap.folders import Listed, Role


def roles(*listed: Listed) -> dict[str, Role]:
    return dict(folders.classify(listed))


def named(name: str, *flags: str, delimiter: str = "/") -> Listed:
    return Listed(name, delimiter, flags, name)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("INBOX", Role.INBOX),
        ("Inbox", Role.INBOX),
        ("Sent Items", Role.SENT),
        ("Elementy wysłane", Role.SENT),
        ("Wysłane", Role.SENT),
        ("Gesendete Objekte", Role.SENT),
        ("Envoyés", Role.SENT),
        ("Éléments envoyés", Role.SENT),
        ("Inviata", Role.SENT),
        ("Надіслані", Role.SENT),
        ("INBOX/Sent", Role.SENT),
        ("SPAM", Role.JUNK),
        ("Junk E-mail", Role.JUNK),
        ("Wiadomości-śmieci", Role.JUNK),
        ("Unerwünscht", Role.JUNK),
        ("Courrier indésirable", Role.JUNK),
        ("Archiwum", Role.ARCHIVE),
        ("Gelöschte Elemente", Role.TRASH),
        ("Kosz", Role.TRASH),
        ("Entwürfe", Role.DRAFTS),
        ("Szkice", Role.DRAFTS),
        ("Kalendarz", Role.DRAFTS),
        ("Klienci", Role.OTHER),
        ("Sent to Bob", Role.OTHER),
    ],
)
def test_by_name(name: str, role: Role) -> None:
    assert roles(named(name)) == {name: role}


def test_flags_outrank_names() -> None:
    assert roles(named("Nadane", "\\sent"), named("Sent"), named("Spam")) == {
        "Nadane": Role.SENT,
        "Sent": Role.OTHER,
        "Spam": Role.JUNK,
    }


def test_what_cannot_be_opened_is_left_out() -> None:
    assert roles(named("[Gmail]", "\\noselect"), named("Gone", "\\nonexistent")) == {}


def test_gmail_is_read_through_all_mail() -> None:
    found = folders.classify(
        [named("Klienci"), named("[Gmail]/All Mail", "\\all"), named("[Gmail]/Spam", "\\junk"), named("INBOX"),
         named("[Gmail]/Sent Mail", "\\sent"), named("[Gmail]/Trash", "\\trash"), named("[Gmail]/Drafts", "\\drafts")]
    )  # fmt: skip
    names = [name for name, _ in folders.watched(found)]
    assert names == ["INBOX", "[Gmail]/All Mail", "[Gmail]/Spam", "[Gmail]/Sent Mail"]
    assert "[Gmail]/Trash" in dict(folders.watched(found, with_trash=True))
