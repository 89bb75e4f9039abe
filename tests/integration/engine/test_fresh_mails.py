"""A mail that names nothing of ours: from the company we write to, or about somebody we write to, it holds and ends nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.engine.context import Context
from relance.engine.inbound.corrections import inbox
from relance.engine.sequences import control
from relance.engine.states import State
from relance.engine.store.contacts import contacts
from relance.engine.store.inbound.replies import ReplyFilter
from tests import engine_house
from tests.reading import KIM, MIA, enrolled, hear, letter, row, wrote
from tests.reworded import in_english

OLA, LEO = "ola@birch.example", "leo@gmail.com"
FRESH = ("Your offer", "Kim forwarded me your message. Yes please, call me on Tuesday.")


@pytest.fixture
def ready(house: Context) -> Context:
    enrolled(house, KIM, MIA, OLA, LEO)
    for person, last in ((KIM, "Sjöberg"), (OLA, "Nowak"), (LEO, "Weiß")):
        with house.database.write() as conn:
            contacts.change(conn, row(house, person).contact_id, {"last_name": last}, house.clock.now())
        wrote(house, person)
    return house


def states(house: Context) -> list[State]:
    return [row(house, each).state for each in (KIM, MIA, OLA, LEO)]


UNTOUCHED = [State.ACTIVE] * 4
KIM_ALONE = [State.HELD, State.ACTIVE, State.ACTIVE, State.ACTIVE]
OLA_ALONE = [State.ACTIVE, State.ACTIVE, State.HELD, State.ACTIVE]


@pytest.mark.parametrize("sender", ["jane.doe@lake.example", "Jane <jane@mail.lake.example>"])
@pytest.mark.parametrize("text", [FRESH[1], "Guten Tag, wir haben kein Interesse.", "Bonjour"])
def test_a_colleagues_own_mail_holds_whom_this_mailbox_wrote_to_there(
    ready: Context, sender: str, text: str
) -> None:
    assert hear(ready, letter(sender, "Your offer", text)) == 1
    assert states(ready) == KIM_ALONE
    assert in_english('"Your offer" from jane') in row(ready).reason
    assert text[:20] in row(ready).reason


def test_everybody_there_is_held_and_a_person_lets_them_go_on(ready: Context) -> None:
    wrote(ready, MIA)
    hear(ready, letter("jane@lake.example", *FRESH))
    assert states(ready) == [State.HELD, State.HELD, State.ACTIVE, State.ACTIVE]
    control.resume(ready, KIM)
    assert states(ready) == [State.ACTIVE, State.HELD, State.ACTIVE, State.ACTIVE]


@pytest.mark.parametrize(
    "named",
    [
        ("I am Ola Nowak of Birch. Please call me.", {}),
        ("Please call NOWAK, Ola on Tuesday.", {}),
        (f"Please write to {OLA.upper()} again.", {}),
        ("Call me.", {"From": "Ola Nówak <ola.n@isp.example>"}),
        ("Ola Nowak will call.", {"In_Reply_To": "<other@x.example>"}),
    ],
)
def test_a_mail_from_anywhere_that_names_somebody_holds_them(
    ready: Context, named: tuple[str, dict[str, str]]
) -> None:
    text, headers = named
    assert hear(ready, letter("olanow1@isp.example", "Hello", text, **headers)) == 1
    assert states(ready) == OLA_ALONE
    assert in_english('"Hello" from ola') in row(ready, OLA).reason


@pytest.mark.parametrize(
    "raw",
    [
        letter("jane@lake.example", "Lunch", "At noon?", In_Reply_To="<other@lake.example>"),
        letter("jane@lake.example", "Lunch", "At noon?", References="<other@lake.example>"),
        letter("news@lake.example", "Autumn", "Ola Nowak joins.", List_Unsubscribe="<mailto:a@b.example>",
               List_Id="<news.lake.example>", Precedence="bulk"),
        letter("jane@lake.example", "Out", "I am out of office until 20 March.", Auto_Submitted="auto-replied"),
        letter("aunt@gmail.com", "Sunday", "Lunch at noon? Ola comes, too, and so does uncle Nowak."),
        letter("boss@sales.example", "Ola Nowak", f"Did Ola Nowak ({OLA}) answer?"),
    ],
    ids=["in reply", "references", "list", "machine", "free mail", "our own"],
)  # fmt: skip
def test_other_mail_is_read_past_and_not_kept(ready: Context, raw: bytes) -> None:
    assert hear(ready, raw) == 0
    assert states(ready) == UNTOUCHED
    assert inbox.page(ready, ReplyFilter()) == []


def test_who_was_not_yet_written_to_is_not_answered(ready: Context) -> None:
    before = ready.clock.now() - dt.timedelta(days=2)
    assert hear(ready, letter("jane@lake.example", *FRESH), received=before) == 0
    engine_house.add_mailbox(ready, "ben@sales.example")
    assert hear(ready, letter("jane@lake.example", *FRESH), mailbox="ben@sales.example") == 0
    assert states(ready) == UNTOUCHED


def test_a_person_who_is_done_with_is_held_no_more(ready: Context) -> None:
    hear(ready, letter(KIM, "Hello", "Yes."))
    assert row(ready).state is State.REPLIED
    assert hear(ready, letter("jane@lake.example", *FRESH)) == 0
    assert row(ready).state is State.REPLIED
