"""The engine's two doors for tests that need no server behind them: an inbox with nothing in it, and one answer to every mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from relance.mailbox.imap.folders import Folder, FolderRole
from relance.mailbox.smtp.outcome import SendResult
from relance.mailbox.smtp.usage import Usage


class _Door:
    """What both have of a connection; called with an account, as the real ones are."""

    def __call__(self, account: object) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *rest: object) -> None:
        pass


class NoMail(_Door):
    """An inbox with nothing in it, and without a Sent folder."""

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        del with_trash
        return [Folder("INBOX", FolderRole.INBOX, 7, 1)]

    def others(self) -> tuple[str, ...]:
        return ()

    def fetch_new(self, *asked: object, **how: object) -> Iterator[Any]:
        return iter(())


class OneAnswer(_Door):
    """A server that hears every mail and gives one answer."""

    def __init__(self, answer: SendResult) -> None:
        self.answer = answer
        self.bodies: list[bytes] = []
        self.usage = Usage()

    def connect(self) -> None:
        pass

    def offer(self, *rest: object) -> None:
        pass

    def withdraw(self) -> None:
        pass

    def transmit(self, raw: bytes) -> SendResult:
        self.bodies.append(raw)
        return self.answer
