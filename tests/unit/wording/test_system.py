"""What the operating system says is told in the reader's language, with its own words behind."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from relance import wording
from relance.mailbox.smtp import replies
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.wording import Text, of_system
from relance.wording.system import BY_NUMBER


@pytest.mark.parametrize("number", sorted(BY_NUMBER))
def test_a_common_fault_is_known_by_its_number(number: int) -> None:
    found = of_system(OSError(number, "whatever it says here"))
    assert found.params["technical"] == "whatever it says here"
    assert found.params["fault"] == Text(BY_NUMBER[number])


def test_the_readers_language_comes_first() -> None:
    refused = of_system(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
    unknown = of_system(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    with wording.speaking("pl"):
        assert str(refused) == "odmówiono połączenia [Connection refused]"
        assert str(unknown) == "ta nazwa jest nieznana [Name or service not known]"


def test_what_is_not_common_is_told_as_it_is() -> None:
    assert of_system(OSError(errno.EXDEV, "Invalid cross-device link")) == Text.prose(
        "Invalid cross-device link"
    )
    assert of_system(OSError("odd")) == Text.prose("odd")
    assert of_system(TimeoutError()) == Text.prose("TimeoutError")


def test_what_an_smtp_client_says_itself_is_told_in_the_readers_language() -> None:
    lost = SendResult(
        Outcome.UNKNOWN, "final", text=f"the connection was lost: {os.strerror(errno.ECONNRESET)}"
    )
    served = SendResult(Outcome.REFUSED, "rcpt", code=550, text="the connection was closed")
    with wording.speaking("pl"):
        assert str(replies.said(lost)).startswith(
            "połączenie zostało przerwane: połączenie zostało zerwane ["
        )
        assert replies.said(served) == "550 the connection was closed"
    kept = replies.said(lost)
    assert isinstance(kept, Text)
    assert Text.read(kept.json()) == kept
