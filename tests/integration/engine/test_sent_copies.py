"""Copies of our own mails in a mailbox: what proves that a mail left, and what a person wrote by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
from email.utils import format_datetime

import pytest

from relance.engine.context import Context
from relance.engine.inbound.reading import sent_copies
from relance.engine.inbound.reading.sent_copies import Copy
from relance.engine.reasons import Code
from relance.engine.reporting import status
from relance.engine.sequences import control
from relance.engine.states import MessageState, State
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import arrivals, messages
from relance.engine.store.sending.messages import Message
from relance.mailbox.parsing import message
from tests import engine_house
from tests.reading import ADA, KIM, MIA, enrolled, letter, row, wrote

ODD = "<d9428888-122b-11e1-b85c-61cd3cbb3210@provider.example>"


@pytest.fixture
def ready(house: Context) -> Context:
    enrolled(house, KIM, MIA)
    return house


def copy(house: Context, *, in_sent: bool = True, **headers: str) -> Copy:
    named = {"Date": format_datetime(house.clock.now()), **headers}
    raw = letter(ADA, **named)
    return Copy(message.read(raw), "Sent" if in_sent else "INBOX", 7, 9, in_sent=in_sent)


def take(house: Context, *copies: Copy) -> None:
    with house.database.write() as conn:
        found = mailboxes.named(conn, ADA)
        sent_copies.take(conn, house, found.id, copies, house.clock.now())


def as_now(house: Context, mail: Message) -> Message:
    with house.database.read() as conn:
        found = messages.by_id(conn, mail.id)
    assert found is not None
    return found


def files_sent(house: Context) -> bool | None:
    with house.database.read() as conn:
        return mailboxes.named(conn, ADA).files_sent


def test_a_copy_proves_that_a_mail_of_unknown_fate_left(ready: Context) -> None:
    mail = wrote(ready, state=MessageState.UNKNOWN)
    take(ready, copy(ready, To=KIM, Message_ID=mail.message_id))
    assert as_now(ready, mail).state is MessageState.ACCEPTED
    assert (row(ready).state, row(ready).step) == (State.ACTIVE, "bump")
    assert files_sent(ready) is True


def test_a_copy_teaches_the_ids_that_a_provider_gave(ready: Context) -> None:
    mail = wrote(ready)
    take(ready, copy(ready, To=KIM, Message_ID=ODD, X_Microsoft_Original_Message_ID=mail.message_id))
    with ready.database.read() as conn:
        assert messages.by_keys(conn, [ODD])[ODD].id == mail.id
    assert row(ready).state is State.ACTIVE


def test_a_copy_under_another_id_is_known_by_whom_it_went_to_when_and_its_subject(ready: Context) -> None:
    mail = wrote(ready)
    take(ready, copy(ready, To=KIM, Subject=mail.subject, Message_ID=ODD))
    with ready.database.read() as conn:
        assert ODD in messages.by_keys(conn, [ODD])
    assert row(ready).state is State.ACTIVE
    take(ready, copy(ready, To=KIM, Subject="Another subject", Message_ID="<other@provider.example>"))
    assert row(ready).state is State.PAUSED


def test_a_letter_by_hand_pauses_whom_it_went_to_and_once(ready: Context) -> None:
    engine_house.clock(ready).advance(days=1)
    by_hand = copy(ready, To=f"{KIM}, aunt@family.example", Subject="Lunch?")
    take(ready, by_hand)
    assert (row(ready, KIM).state, row(ready, MIA).state) == (State.PAUSED, State.ACTIVE)
    assert [each.code for each in row(ready).why] == [Code.WRITTEN_BY_HAND]
    control.resume(ready, KIM)
    take(ready, by_hand)  # seen again, in a folder that was numbered anew
    assert row(ready).state is State.ACTIVE


def test_a_letter_older_than_the_sequence_says_nothing(ready: Context) -> None:
    before = format_datetime(ready.clock.now() - dt.timedelta(days=2))
    take(ready, copy(ready, To=KIM, Subject="Last week", Date=before))
    assert row(ready).state is State.ACTIVE


def test_what_lies_elsewhere_was_not_written_by_hand(ready: Context) -> None:
    take(ready, copy(ready, in_sent=False, To=KIM, Subject="Lunch?"))
    assert row(ready).state is State.ACTIVE
    assert files_sent(ready) is None


@pytest.mark.parametrize("state", list(MessageState))
def test_a_copy_proves_that_a_mail_left_whatever_its_row_says(ready: Context, state: MessageState) -> None:
    mail = wrote(ready, state=state)
    take(ready, copy(ready, To=KIM, Message_ID=mail.message_id))
    assert as_now(ready, mail).state is MessageState.ACCEPTED


def counted(house: Context) -> list[dt.datetime]:
    """What stands against the limit of 24 hours."""
    now = house.clock.now()
    with house.database.read() as conn:
        return arrivals.sent_since(conn, mailboxes.named(conn, ADA).id, now - dt.timedelta(days=1))


def test_what_is_written_by_hand_counts_against_the_limit_once_and_whoever_it_goes_to(ready: Context) -> None:
    now, sent = ready.clock.now().replace(microsecond=0), dt.timedelta(hours=3)
    written = copy(ready, To="aunt@family.example", Message_ID=ODD, Date=format_datetime(now - sent))
    take(ready, written)
    take(ready, dataclasses.replace(written, folder="Archive of Sent", uidvalidity=8))
    assert counted(ready) == [now - sent]
    line = status.status(ready).mailboxes[0]
    assert (line.sent_today, line.by_hand) == (1, 1)
    engine_house.clock(ready).advance(hours=21)
    assert counted(ready) == []


def test_our_own_copies_do_not_count_twice(ready: Context) -> None:
    mail = wrote(ready)
    take(
        ready,
        copy(ready, To=KIM, Message_ID=mail.message_id),
        copy(ready, To=KIM, Message_ID=ODD, X_Relance_Copy=ODD),
        copy(ready, in_sent=False, To=KIM, Subject="Lunch?", Message_ID="<seen@elsewhere.example>"),
    )
    assert len(counted(ready)) == 1


def test_a_date_is_believed_only_in_the_past(ready: Context) -> None:
    """A clock that is ahead does not take from the limit of tomorrow, and one without a date left when it was found."""
    now = ready.clock.now()
    late = copy(ready, To=MIA, Message_ID="<1@x.example>", Date=format_datetime(now + dt.timedelta(days=9)))
    undated = copy(ready, To=MIA, Message_ID="<2@x.example>", Date="soon")
    old = copy(ready, To=MIA, Message_ID="<3@x.example>", Date=format_datetime(now - dt.timedelta(days=3)))
    take(ready, late, undated, old)
    assert counted(ready) == [now, now]


def test_what_a_person_wrote_to_us_is_not_ours_though_a_server_filed_it_as_sent(ready: Context) -> None:
    """A prospect's answer that went through our own server, as `relance sandbox answer` sends it."""
    raw = letter(KIM, To=ADA, Date=format_datetime(ready.clock.now()), Message_ID=ODD)
    take(ready, Copy(message.read(raw), "Sent", 7, 9, in_sent=True))
    assert counted(ready) == []
