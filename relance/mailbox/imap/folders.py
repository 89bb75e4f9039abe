"""Folders of a mailbox: what each is for, which are watched, and which have anything new. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from relance import errors
from relance.wording import Text


class FolderRole(StrEnum):
    """What a folder is for."""

    INBOX = "inbox"
    SENT = "sent"
    JUNK = "junk"
    ARCHIVE = "archive"
    ALL = "all"  # Gmail's All Mail: holds everything but junk and trash
    TRASH = "trash"
    DRAFTS = "drafts"
    OTHER = "other"


STRETCH = 200
# UIDs below the last one read that are looked at again: what one answer left out may stand in the next.


@dataclass(frozen=True)
class Folder:
    """One folder as STATUS told of it: UIDs mean something only together with `uidvalidity` (RFC 3501, 2.3.1.1)."""

    name: str
    role: FolderRole
    uidvalidity: int
    uidnext: int  # 0: the server does not say
    refused: Text | str = ""  # why it could not be looked at, in a sentence; the numbers are 0 then
    messages: int | None = None  # how many mails lie in it; None: the server does not say
    object_id: str = ""  # the server's own id of it, which stays when it is renamed (RFC 8474)


class FolderRefused(errors.Unreachable):
    """One folder was not read, or not all of it; the connection is well, and so may be the other folders.

    `barred`: the server lets this user not look into it, which a person may mend.
    """

    def __init__(self, words: Text | str, *, barred: bool = False) -> None:
        super().__init__(words)
        self.barred = barred


@dataclass(frozen=True)
class Listed:
    """One line of LIST: a name for people and as it goes over the wire, the hierarchy delimiter, the flags."""

    name: str
    delimiter: str | None
    flags: tuple[str, ...]  # lower case
    wire: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether mails can lie in it: other names only hold a place in the hierarchy (RFC 3501, 7.2.2; RFC 5258)."""
        return not _UNREADABLE.intersection(self.flags)


_UNREADABLE = frozenset({"\\noselect", "\\nonexistent"})
_FLAGS = {  # RFC 6154
    "\\sent": FolderRole.SENT,
    "\\junk": FolderRole.JUNK,
    "\\archive": FolderRole.ARCHIVE,
    "\\all": FolderRole.ALL,
    "\\trash": FolderRole.TRASH,
    "\\drafts": FolderRole.DRAFTS,
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split(","))


# What servers without special-use flags call these folders; compared without case and accents.
_NAMES: dict[FolderRole, frozenset[str]] = {
    FolderRole.SENT: _names(
        "sent,sent items,sent mail,sent messages,sent-mail,outbox sent,wyslane,elementy wyslane,poczta wyslana,"
        "wiadomosci wyslane,gesendet,gesendete objekte,gesendete elemente,gesendete nachrichten,envoyes,"
        "messages envoyes,elements envoyes,courrier envoye,enviados,elementos enviados,mensajes enviados,"
        "correo enviado,itens enviados,mensagens enviadas,inviati,posta inviata,inviata,elementi inviati,verzonden,"
        "verzonden items,verzonden berichten,odeslane,odeslana posta,odoslane,отправленные,надіслані,відправлені,"
        "skickat,skickade,sendt,lahetetyt,elkuldott,已发送,送信済み"
    ),
    FolderRole.JUNK: _names(
        "junk,junk e-mail,junk email,junk mail,spam,bulk,bulk mail,quarantine,niechciane,wiadomosci-smieci,"
        "wiadomosci smieci,poczta-smieci,junk-e-mail,spamverdacht,unerwunscht,werbung,indesirables,"
        "courrier indesirable,pourriel,correo no deseado,no deseado,lixo eletronico,lixo electronico,"
        "posta indesiderata,indesiderata,ongewenst,ongewenste e-mail,ongewenste berichten,nevyzadana posta,"
        "nevyzadana,спам,небажана пошта,skrappost,soppost,垃圾邮件,迷惑メール"
    ),
    FolderRole.ARCHIVE: _names(
        "archive,archives,archiv,archiwum,zarchiwizowane,archivo,archivados,arquivo,arquivados,archivio,archief,"
        "archivovane,архів,архив,arkiv"
    ),
    FolderRole.TRASH: _names(
        "trash,deleted,deleted items,deleted messages,bin,kosz,elementy usuniete,usuniete,papierkorb,"
        "geloschte objekte,geloschte elemente,corbeille,elements supprimes,messages supprimes,papelera,"
        "elementos eliminados,eliminados,lixeira,lixo,itens excluidos,cestino,posta eliminata,prullenbak,"
        "verwijderde items,kos,odstranena posta,кошик,корзина,видалені,удаленные,papperskorgen"
    ),
    FolderRole.DRAFTS: _names(
        "drafts,draft,wersje robocze,robocze,szkice,entwurfe,entwurf,brouillons,borradores,rascunhos,bozze,"
        "concepten,koncepty,rozepsane,чернетки,черновики,utkast"
    ),
}
# Where programs keep what is not a mail, or what was never sent.
_NEVER_MAIL = _names(
    "outbox,templates,contacts,calendar,tasks,notes,journal,sync issues,conversation history,rss feeds,"
    "chats,kontakty,kalendarz,zadania,notatki,dziennik,skrzynka nadawcza,kalender,aufgaben,notizen,kontakte"
)
_LETTERS = str.maketrans("łŁøØđ", "lLoOd")


def classify(listed: Iterable[Listed]) -> list[tuple[str, FolderRole]]:
    """Each readable folder's name and role: by its flags, else by its name where no folder bears that flag."""
    readable = [each for each in listed if each.is_folder]
    flagged = {role for each in readable for flag, role in _FLAGS.items() if flag in each.flags}
    return [(each.name, _role(each, flagged)) for each in readable]


def own_sent(listed: Sequence[Listed], foreign: Collection[str] = ()) -> Listed | None:
    """The folder of what its owner sent: the one with the flag, else the one nearest to the top that is called so; None: there is none.

    What begins with a prefix of `foreign` belongs to others (RFC 2342), whatever it is called.
    """
    own = [each for each in listed if not any(each.name.startswith(prefix) for prefix in foreign if prefix)]
    sent = {name for name, role in classify(own) if role is FolderRole.SENT}
    return min((each for each in own if each.name in sent), key=_how_unlikely, default=None)


def _how_unlikely(each: Listed) -> tuple[bool, int]:
    return "\\sent" not in each.flags, each.name.count(each.delimiter) if each.delimiter else 0


def _role(each: Listed, flagged: Collection[FolderRole]) -> FolderRole:
    if each.name.upper() == "INBOX":
        return FolderRole.INBOX
    for flag, role in _FLAGS.items():
        if flag in each.flags:
            return role
    leaf = _plain(each.name.rpartition(each.delimiter)[2] if each.delimiter else each.name)
    for role, names in _NAMES.items():
        if role not in flagged and leaf in names:
            return role
    return FolderRole.DRAFTS if leaf in _NEVER_MAIL else FolderRole.OTHER


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().strip()


def watched(
    classified: Sequence[tuple[str, FolderRole]], *, with_trash: bool = False
) -> list[tuple[str, FolderRole]]:
    """The folders where an answer, or evidence of a sent mail, can be; the inbox first.

    Where a folder holds all mail (Gmail), the labels beside it only repeat it and are left out.
    """
    unwatched = {FolderRole.DRAFTS} if with_trash else {FolderRole.DRAFTS, FolderRole.TRASH}
    if any(role is FolderRole.ALL for _, role in classified):
        unwatched |= {FolderRole.OTHER, FolderRole.ARCHIVE}
    kept = [(name, role) for name, role in classified if role not in unwatched]
    return sorted(kept, key=lambda each: each[1] is not FolderRole.INBOX)
