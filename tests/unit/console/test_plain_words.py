"""What salespeople read of programs and servers: plain words first, theirs behind a fold; numbers and countries in their language."""

from __future__ import annotations

import pytest

from relance import wording
from relance.config.settings import Setting
from relance.console.rendering import tidy
from relance.console.views.operation.setting_groups import SettingLine
from relance.console.views.people.plain_words import plainly
from relance.engine.reasons import Code, because
from relance.wording import Text

pytestmark = pytest.mark.wording


def test_a_servers_words_are_not_the_reason_that_salespeople_read() -> None:
    assert plainly(["no_such_address", "address_dead"]) == "the address does not exist"
    with wording.speaking("pl"):
        assert plainly(["no_such_address"]) == "adres nie istnieje"
        assert plainly(["complained"]) == "skarga na wiadomość"


def test_what_a_person_wrote_and_what_a_later_release_found_stays_as_it_is() -> None:
    assert plainly([]) == plainly(["prose"]) == plainly(["complained", "of tomorrow"]) == ""


def test_a_setting_is_written_in_the_readers_language() -> None:
    country = SettingLine("Country", Setting("country", "PL", "file", "a country"), True)
    assert (tidy(0.3), tidy(2.0), country.shown) == ("0.3", "2", "Poland")
    with wording.speaking("pl"):
        assert (tidy(0.3), tidy(2.0), country.shown) == ("0,3", "2", "Polska")


@pytest.mark.parametrize(
    ("mark", "said"), [("REQUEST", "sent an invitation"), ("REPLY", "answered an invitation")]
)
def test_an_invitation_that_came_is_not_an_answer_to_one(mark: str, said: str) -> None:
    told = because(Code.ANSWERED_INVITATION, quote=Text("marked {mark}", mark=f"METHOD:{mark}"))
    assert told.words.startswith(said)
    assert told.row()["code"] == "answered_invitation"
