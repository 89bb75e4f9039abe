"""What the operating system says is told in the reader's language, with its own words behind."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from relance import wording
from relance.mailbox.smtp import replies
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.wording import Text, of_system, quoted
from relance.wording.system import BY_NUMBER


@pytest.mark.parametrize("number", sorted(BY_NUMBER))
def test_a_common_fault_is_known_by_its_number(number: int) -> None:
    found = of_system(OSError(number, "whatever it says here"))
    assert found.params["technical"] == errno.errorcode[number]
    assert found.params["fault"] == Text(BY_NUMBER[number])


def test_the_readers_language_comes_first() -> None:
    refused = of_system(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
    unknown = of_system(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    with wording.speaking("pl"):
        assert str(refused) == "odmówiono połączenia [ECONNREFUSED]"
        assert str(unknown) == "ta nazwa jest nieznana [EAI_NONAME]"


def test_what_is_not_common_is_quoted() -> None:
    assert of_system(OSError(errno.EMLINK, "Too many links")) == quoted("Too many links")
    assert of_system(OSError("odd\n(Background on this error at: https://a.example)")) == quoted("odd")
    assert of_system(KeyError()) == quoted("KeyError")


def test_what_python_raises_without_a_number_is_known_by_its_kind() -> None:
    with wording.speaking("pl"):
        assert str(of_system(TimeoutError())) == "odpowiedź nie nadeszła na czas"
        assert str(of_system(FileExistsError())) == "plik lub folder o tej nazwie już istnieje"
        assert (
            str(of_system(UnicodeDecodeError("utf-8", b"x", 0, 1, "bad start byte")))
            == "to nie jest tekst w UTF-8"
        )


def test_what_an_smtp_client_says_itself_is_told_in_the_readers_language() -> None:
    lost = SendResult(
        Outcome.UNKNOWN, "final", text=f"the connection was lost: {os.strerror(errno.ECONNRESET)}"
    )
    served = SendResult(Outcome.REFUSED, "rcpt", code=550, text="the connection was closed")
    with wording.speaking("pl"):
        assert str(replies.said(lost)).startswith(
            "połączenie zostało przerwane: połączenie zostało zerwane ["
        )
        assert str(replies.said(served)) == "„550 the connection was closed”"
    kept = replies.said(lost)
    assert isinstance(kept, Text)
    assert Text.read(kept.json()) == kept
