"""What a folder is for, by its flags and by its name in many languages; which are watched; which have news."""

from __future__ import annotations

import pytest

from relance.mailbox.imap import folders
from relance.mailbox.imap.folders import FolderRole, Listed


def roles(*listed: Listed) -> dict[str, FolderRole]:
    return dict(folders.classify(listed))


def named(name: str, *flags: str, delimiter: str = "/") -> Listed:
    return Listed(name, delimiter, flags, name)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("INBOX", FolderRole.INBOX),
        ("Inbox", FolderRole.INBOX),
        ("Sent Items", FolderRole.SENT),
        ("Elementy wysłane", FolderRole.SENT),
        ("Wysłane", FolderRole.SENT),
        ("Gesendete Objekte", FolderRole.SENT),
        ("Envoyés", FolderRole.SENT),
        ("Éléments envoyés", FolderRole.SENT),
        ("Inviata", FolderRole.SENT),
        ("Надіслані", FolderRole.SENT),
        ("INBOX/Sent", FolderRole.SENT),
        ("SPAM", FolderRole.JUNK),
        ("Junk E-mail", FolderRole.JUNK),
        ("Wiadomości-śmieci", FolderRole.JUNK),
        ("Unerwünscht", FolderRole.JUNK),
        ("Courrier indésirable", FolderRole.JUNK),
        ("Archiwum", FolderRole.ARCHIVE),
        ("Gelöschte Elemente", FolderRole.TRASH),
        ("Kosz", FolderRole.TRASH),
        ("Entwürfe", FolderRole.DRAFTS),
        ("Szkice", FolderRole.DRAFTS),
        ("Kalendarz", FolderRole.DRAFTS),
        ("Klienci", FolderRole.OTHER),
        ("Sent to Bob", FolderRole.OTHER),
    ],
)
def test_by_name(name: str, role: FolderRole) -> None:
    assert roles(named(name)) == {name: role}


def test_flags_outrank_names() -> None:
    assert roles(named("Nadane", "\\sent"), named("Sent"), named("Spam")) == {
        "Nadane": FolderRole.SENT,
        "Sent": FolderRole.OTHER,
        "Spam": FolderRole.JUNK,
    }


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        ((named("INBOX"), named("Junk")), None),
        ((named("Clients/Sent"), named("Sent")), "Sent"),
        ((named("INBOX.Clients.Sent", delimiter="."), named("INBOX.Sent", delimiter=".")), "INBOX.Sent"),
        ((named("Sent"), named("Work/Nadane", "\\sent")), "Work/Nadane"),
        ((named("Clients/Nadane", "\\sent"), named("Nadane", "\\sent")), "Nadane"),
        ((named("Sent", "\\noselect"), named("Sent/2025")), None),
        ((named("Users/bob/Sent"), named("Users/bob/Nadane", "\\sent")), None),
        ((named("Users/bob/Nadane", "\\sent"), named("Elementy wysłane")), "Elementy wysłane"),
        ((named("Users"), named("Sent")), "Sent"),
    ],
)
def test_where_the_owner_keeps_what_was_sent(listed: tuple[Listed, ...], chosen: str | None) -> None:
    """A colleague's folder that is shared is not it, whatever it is called or flagged."""
    found = folders.own_sent(listed, ["Users/", ""])
    assert (found.name if found else None) == chosen


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
