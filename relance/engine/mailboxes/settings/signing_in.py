"""Signing in to a mailbox's two servers for real, with what it would sign in with: stored already, or to be stored if it works.

Nothing here asks what kind of credentials they are, and no transaction is open while a server is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from relance import errors
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.mailboxes import watched_folders
from relance.engine.ports import Inbox
from relance.engine.reasons import Why
from relance.mailbox.account import Account, Server
from relance.mailbox.imap.folders import Folder, FolderRefused
from relance.mailbox.smtp import login as smtp_login
from relance.mailbox.smtp.outcome import Blame
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


@dataclass(frozen=True)
class TestStep:
    """One thing that was tried, and how it went; `plain` is the same without commands and
    protocols, where `words` name any."""

    name: str
    ok: bool
    words: str
    why: Why | None = None  # what `words` say where a server or a password could not be used, for programs
    plain: str = ""


Done = Callable[[TestStep], None]
"""Hears each step of a test as it ends."""


class Verdict(StrEnum):
    """What a server said to whom wants to sign in."""

    GRANTED = "granted"
    REFUSED = "refused"  # the name or the password
    UNUSABLE = "unusable"  # as it is entered, only a person can mend it: a certificate, its encryption
    UNKNOWN = "unknown"  # it was not reached, or lets nobody in for now


@dataclass(frozen=True)
class Tried:
    """One server, asked: `step` tells it all, with what it holds."""

    server: Server
    verdict: Verdict
    step: TestStep


def tries(context: Context, account: Account) -> Iterator[Tried]:
    """Both servers, one after the other. Trouble is told, not raised."""
    yield _by_smtp(context, account)
    yield _by_imap(context, account)


def require(
    context: Context, account: Account, done: Done = lambda _: None, *, insisting: bool = True
) -> None:
    """Sign in to both. Raises `errors.Invalid` where one of them refuses, or cannot be used as it is entered, and
    `errors.Unreachable` where one gives no verdict; both say what to do, and that nothing was saved. `insisting`: whether it
    may be saved all the same, which they say, too."""
    typed = TYPED if insisting else ""
    found = []
    for tried in tries(context, account):
        done(tried.step)
        found.append(tried)
    faults = [
        _fault(each, by_token=account.credentials.by_token)
        for each in found
        if each.verdict in (Verdict.REFUSED, Verdict.UNUSABLE)
    ]
    if faults:
        last = errors.Problem(
            faults[-1].what, hint=Text.together(faults[-1].hint, NOTHING_SAVED), command=typed
        )
        raise errors.Invalid([*faults[:-1], last])
    away = [_AWAY[each.step.name](host=each.server.host) for each in found if each.verdict is Verdict.UNKNOWN]
    if away:
        said = Text.together(*away, _ADVICE[Verdict.UNKNOWN], NOTHING_SAVED)
        raise errors.Unreachable(said.coded(SentenceCode.UNREACHABLE), command=typed)


def unproved(error: errors.RelanceError) -> bool:
    """Whether this is what `require` raises: all else is as it should be, and it may be saved all the same."""
    if isinstance(error, errors.Invalid):
        return any(each.code in PAUSING_CODES for each in error.problems)
    return isinstance(error, errors.Unreachable) and error.sentence.code == SentenceCode.UNREACHABLE


NOTHING_SAVED = Text("Nothing was saved.")
TYPED = Text("`--anyway` saves it all the same.")


def _fault(tried: Tried, *, by_token: bool) -> errors.Problem:
    refused = tried.verdict is Verdict.REFUSED
    table, code = (
        (_REFUSED, SentenceCode.LOGIN_REFUSED) if refused else (_UNUSABLE, SentenceCode.SERVER_UNUSABLE)
    )
    what = table[tried.step.name](host=tried.server.host)
    hint = _TOKEN_REFUSED if refused and by_token else _ADVICE[tried.verdict]
    return errors.Problem(what.coded(code), hint=hint)


_REFUSED: dict[str, Callable[..., Text]] = {
    "smtp": lambda host: Text("The server for sending, {host}, refused the sign-in.", host=host),
    "imap": lambda host: Text("The server for reading, {host}, refused the sign-in.", host=host),
}
_UNUSABLE: dict[str, Callable[..., Text]] = {
    "smtp": lambda host: Text("The server for sending, {host}, cannot be used as it is entered.", host=host),
    "imap": lambda host: Text("The server for reading, {host}, cannot be used as it is entered.", host=host),
}
_AWAY: dict[str, Callable[..., Text]] = {
    "smtp": lambda host: Text("The server for sending, {host}, let nobody sign in just now.", host=host),
    "imap": lambda host: Text("The server for reading, {host}, let nobody sign in just now.", host=host),
}
_ADVICE = {
    Verdict.REFUSED: Text(
        "Check the sign-in name and the password; many providers require an app password, and access for mail programs "
        "switched on in the account's settings."
    ),
    Verdict.UNUSABLE: Text(
        "Check its name, port and encryption; a server of your own may need the certificate of its authority."
    ),
    Verdict.UNKNOWN: Text(
        "So it is not known whether the sign-in is right. Check the server's name and port, or try again later."
    ),
}


_TOKEN_REFUSED = Text(
    "Its provider granted the sign-in, but this server does not accept it for this mailbox. Check the sign-in name, that the sign-in "
    "was granted for this mailbox and not for another account, and that access for mail programs is switched on in its settings."
)


def _by_smtp(context: Context, account: Account) -> Tried:
    with context.open_outbox(account) as outbox:
        refused = outbox.connect()
    place = place_of(account.smtp)
    if refused is None:
        words = Text("{place}: connected and logged in", place=place)
        step = TestStep("smtp", ok=True, words=str(words), plain=str(account.smtp.signed_in()))
        return Tried(account.smtp, Verdict.GRANTED, step)
    told = smtp_login.told(account, refused)
    verdict = _verdict(told, Verdict.UNUSABLE if refused.blame is Blame.SENDER else Verdict.UNKNOWN)
    return Tried(account.smtp, verdict, TestStep("smtp", ok=False, words=str(told), why=reasons.why_of(told)))


def _by_imap(context: Context, account: Account) -> Tried:
    verdict = Verdict.UNKNOWN
    try:
        with context.open_inbox(account) as inbox:
            verdict = Verdict.GRANTED
            folders = watched_folders.watched(context, inbox)
            refused = [words for each in folders if (words := _unreadable(inbox, each))]
    except errors.Trouble as trouble:
        if verdict is not Verdict.GRANTED:
            verdict = _verdict(
                trouble.text, Verdict.UNUSABLE if isinstance(trouble, errors.Broken) else verdict
            )
        step = TestStep("imap", ok=False, words=str(trouble), why=reasons.why_of(trouble.text))
        return Tried(account.imap, verdict, step)
    if refused:
        told = Text.together(*refused, watched_folders.ADVICE)
        step = TestStep("imap", ok=False, words=str(told), why=reasons.why_of(told))
        return Tried(account.imap, verdict, step)
    return Tried(account.imap, verdict, _read(account, ", ".join(each.name for each in folders)))


def _read(account: Account, names: str) -> TestStep:
    words = Text(
        "{place}: logged in; these folders are watched: {folders}",
        place=place_of(account.imap),
        folders=names,
    )
    watched = Text("These folders are watched: {folders}.", folders=names)
    return TestStep(
        "imap", ok=True, words=str(words), plain=str(Text.together(account.imap.signed_in(), watched))
    )


def _verdict(told: Text, otherwise: Verdict) -> Verdict:
    return Verdict.REFUSED if told.code in LOGIN_CODES else otherwise


LOGIN_CODES = frozenset({SentenceCode.LOGIN_REFUSED, SentenceCode.LOGIN_NOT_ACCEPTED})
PAUSING_CODES = LOGIN_CODES | {SentenceCode.SERVER_UNUSABLE}
"""What a mailbox pauses itself for that a new sign-in may mend."""


def _unreadable(inbox: Inbox, folder: Folder) -> Text | str:
    """Why a folder cannot be read; empty when it can. Some show their numbers and let nobody in."""
    try:
        if not folder.refused:
            watched_folders.prove(inbox, folder)
    except FolderRefused as refusal:
        return refusal.text
    return folder.refused


def place_of(server: Server) -> str:
    """Where a server is, and how it is spoken to."""
    return f"{server.host}:{server.port} ({server.security})"
