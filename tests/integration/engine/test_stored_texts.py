"""What stands in a mailbox's way is stored as a sentence with its values, and read in the reader's language."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from relance import wording
from relance.engine.context import Context
from relance.engine.db.tables import event, mailbox
from relance.engine.mailboxes import service
from relance.engine.reasons import Code, because
from relance.engine.reporting import status, timeline
from relance.engine.store.mailboxes import mailboxes
from relance.wording import Text
from tests import engine_house
from tests.engine_house import MONDAY
from tests.reworded import in_english

REFUSED = Text(
    "The IMAP server {place} refused the login of {username}: {words} {advice}",
    place="mail.example:993",
    username="ada",
    words="“AUTHENTICATIONFAILED {no}”.",
    advice=Text("Check the host and port; it will be tried again."),
)


def stored(house: Context) -> str:
    with house.database.read() as conn:
        return str(conn.execute(sa.select(sa.type_coerce(mailbox.c.sync_error, sa.Text))).scalar_one())


def test_a_sentence_is_shown_in_the_language_of_who_reads_it(house: Context) -> None:
    engine_house.add_mailbox(house)
    with house.database.write() as conn:
        mailboxes.pause(conn, 1, because(Code.SERVER_SAID, said=REFUSED), MONDAY, locked_out=True)
        mailboxes.change(conn, 1, sync_error=REFUSED)
    assert "ada" not in stored(house).partition('"params"')[0]
    line = status.status(house).mailboxes[0]
    assert line.sync_error == (
        in_english(
            "The IMAP server mail.example:993 refused the login of ada: “AUTHENTICATIONFAILED {no}”. Check the host and port; "
            "it will be tried again."
        )
    )
    with wording.speaking("pl"):
        view = service.show(house, "ada@sales.example")
        assert view.sync_error.startswith(
            "Serwer IMAP mail.example:993 odrzucił logowanie użytkownika ada: “AUTH"
        )
        told = [each.words for each in timeline.page(house, "", 100).events if each.kind == "mailbox.paused"]
        assert told == [view.sync_error]


def test_somebodys_own_words_stay_as_they_are(house: Context) -> None:
    engine_house.add_mailbox(house)
    for words in ("on holiday", '{"text": "logging in"}', "{", ""):
        with house.database.write() as conn:
            mailboxes.change(conn, 1, sync_error=words)
        with wording.speaking("pl"):
            assert service.show(house, "ada@sales.example").sync_error == words


def test_what_an_earlier_release_wrote_is_somebodys_words(house: Context) -> None:
    engine_house.add_mailbox(house)
    with house.database.write() as conn:
        conn.execute(sa.text("update mailbox set sync_error = 'The folder X can not be read: no.'"))
    assert status.status(house).mailboxes[0].sync_error == "The folder X can not be read: no."


@pytest.mark.wording
@pytest.mark.parametrize(("writer", "reader"), [("pl", "en"), ("en", "pl")])
def test_who_wrote_it_has_no_say_in_how_it_reads(house: Context, writer: str, reader: str) -> None:
    engine_house.add_mailbox(house)
    with wording.speaking(writer), house.database.write() as conn:
        mailboxes.pause(conn, 1, because(Code.SERVER_SAID, said=REFUSED), MONDAY, locked_out=True)
    with wording.speaking(reader):
        [told] = [each for each in timeline.page(house, "", 100).events if each.kind == "mailbox.paused"]
        said = str(REFUSED)
        assert status.status(house).mailboxes[0].reason == said
    assert (told.words, told.data["reason"]) == (said, said)
    assert told.data["why"]["code"] == "server_said"
    assert "words" not in told.data["why"]


@pytest.mark.wording
def test_the_release_before_reads_the_sentences_that_it_knows(house: Context) -> None:
    engine_house.add_mailbox(house)
    with wording.speaking("pl"), house.database.write() as conn:
        mailboxes.pause(conn, 1, because(Code.SERVER_SAID, said=REFUSED), MONDAY, locked_out=True)
    with house.database.read() as conn:
        reason = conn.execute(sa.select(mailbox.c.reason)).scalar_one()
        data = conn.execute(sa.select(event.c.data).where(event.c.kind == "mailbox.paused")).scalar_one()
    assert reason == data["reason"] == data["why"]["words"] == str(REFUSED)
