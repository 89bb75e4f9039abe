"""Whose mail it is: what names us first, then who wrote, then what it is about; in doubt a person, and nobody is chased."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.engine.context import Context
from relance.engine.states import MessageState, State
from relance.engine.store.sending import messages, restore_doubts
from relance.mailbox.imap.folders import FolderRole
from tests.reading import ADA, KIM, LINE, MIA, enrolled, hear, letter, row, wrote
from tests.reworded import in_english


@pytest.fixture
def ready(house: Context) -> Context:
    enrolled(house, KIM, MIA)
    return house


def through_a_list(**more: str) -> bytes:
    return letter(f"Kim via Sales <{ADA}>", Reply_To=f"Kim <{KIM}>", List_Id="<sales.sales.example>", **more)


def test_a_list_that_wrote_our_address_over_from_stops_nobody_else(ready: Context) -> None:
    assert hear(ready, through_a_list(In_Reply_To="<0192f@sales.example>")) == 1
    assert (row(ready, KIM).state, row(ready, MIA).state) == (State.REPLIED, State.ACTIVE)


def test_only_the_id_it_names_tells_who_answers_through_us(ready: Context) -> None:
    named = wrote(ready).message_id
    assert hear(ready, letter(f"Sales <{ADA}>", In_Reply_To=named)) == 1
    assert row(ready).state is State.REPLIED


def test_a_letter_of_our_own_is_nobodys_answer(ready: Context) -> None:
    named = wrote(ready).message_id
    by_hand = letter(ADA, To=KIM, Cc=ADA, In_Reply_To=named)
    follow_up = letter(ADA, To=KIM, Reply_To="ada+k3jd93@sales.example", In_Reply_To=named)
    assert hear(ready, by_hand, follow_up) == 0
    assert row(ready).state is State.ACTIVE


def test_somebody_elses_reply_to_holds_for_a_person(ready: Context) -> None:
    wrote(ready)
    assert hear(ready, letter("desk@signing.example", "Signed", "All done, see you.", Reply_To=KIM)) == 1
    assert (row(ready).state, row(ready, MIA).state) == (State.HELD, State.ACTIVE)


def test_the_envelope_tells_where_nothing_else_does(ready: Context) -> None:
    wrote(ready)
    seen = f"i=1; mx.example; spf=pass smtp.mailfrom={KIM}; dmarc=pass"
    hear(ready, letter("relay@forward.example", "Prices", "How much?", ARC_Authentication_Results=seen))
    assert row(ready).state is State.HELD


def test_the_token_in_our_address_outranks_who_writes(ready: Context) -> None:
    token = wrote(ready).message_id.strip("<>").partition("@")[0]
    hear(ready, letter(MIA, "Hello", To=f"ada+{token}@sales.example"))
    assert (row(ready, KIM).state, row(ready, MIA).state) == (State.REPLIED, State.ACTIVE)


def test_whoever_answers_from_another_address_is_known_by_the_id_they_name(ready: Context) -> None:
    named = wrote(ready).message_id
    hear(
        ready,
        letter("kim.private@gmail.example", "Hm", In_Reply_To="<other@x>", References=f"{named} <other@x>"),
    )
    assert row(ready).state is State.REPLIED


def test_a_colleague_with_our_subject_or_words_holds(ready: Context) -> None:
    wrote(ready)
    hear(ready, letter("boss@lake.example", "Your offer", f"Kim showed me this.\n> {LINE}\n"))
    assert row(ready).state is State.HELD
    assert in_english("somebody at the company") in row(ready).reason


@pytest.mark.parametrize("doubt", [True, False])
def test_a_colleague_of_somebody_in_doubt_holds_whatever_they_write(ready: Context, doubt: bool) -> None:
    """What they answer may be a mail that a restored database has lost, subject and words with it."""
    with ready.database.write() as conn:
        restore_doubts.put(conn, ready.clock.now() + dt.timedelta(days=9 if doubt else -9))
    hear(ready, letter("boss@lake.example", "Re: Lost", "Not for us, thank you."))
    assert row(ready).state is (State.HELD if doubt else State.ACTIVE)


def test_our_words_from_an_address_nobody_knows_hold(ready: Context) -> None:
    wrote(ready)
    hear(ready, letter("kim.home@isp.example", text=f"Yes, gladly.\n\n> {LINE}\n"))
    assert row(ready).state is State.HELD


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_a_mail_of_ours_quoted_whole_holds_whatever_the_subject_and_address(
    ready: Context, kind: str
) -> None:
    """Its unsubscribe link names the person."""
    link = ready.links.unsubscribe_url(wrote(ready).id, KIM)
    quoted = f"> {link}" if kind == "text/plain" else f'<blockquote><a href="{link}">no more</a></blockquote>'
    hear(ready, letter("kim.home@isp.example", "hello", f"Yes, gladly.\r\n{quoted}", Content_Type=kind))
    assert (row(ready, KIM).state, row(ready, MIA).state) == (State.HELD, State.ACTIVE)


def test_a_link_that_is_not_ours_or_a_colleagues_copy_holds_nobody(ready: Context) -> None:
    link = ready.links.unsubscribe_url(wrote(ready).id, KIM)
    forged = f"{link[:-4]}AAAA"
    hear(ready, letter("x@isp.example", "hello", f"Look: {forged}"), letter("bo@sales.example", "fyi", link))
    assert row(ready).state is State.ACTIVE


INVITATION = (
    "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
    f"ATTENDEE;PARTSTAT=ACCEPTED;CN=Kim:mailto:{KIM[:9]}\r\n {KIM[9:]}\r\nEND:VEVENT\r\nEND:VCALENDAR"
)


def test_a_calendars_answer_for_somebody_holds_them_whoever_sends_it(ready: Context) -> None:
    wrote(ready)
    kind = "text/calendar; method=REPLY"
    hear(ready, letter("no-reply@calendar.example", "Accepted: a call", INVITATION, Content_Type=kind))
    assert (row(ready, KIM).state, row(ready, MIA).state) == (State.HELD, State.ACTIVE)


def test_private_mail_is_read_past(ready: Context) -> None:
    wrote(ready)
    assert hear(ready, letter("aunt@family.example", "Sunday", "Lunch at noon?")) == 0
    assert row(ready).state is State.ACTIVE


def test_an_answer_proves_the_mail_it_names_and_no_other(ready: Context) -> None:
    named = wrote(ready, state=MessageState.UNKNOWN)
    hear(ready, letter(MIA, "Out", "I am out of office until 20 March.", Auto_Submitted="auto-replied"))
    assert row(ready, MIA).state is not State.REPLIED
    hear(ready, letter(KIM, In_Reply_To=named.message_id))
    with ready.database.read() as conn:
        mail = messages.by_id(conn, named.id)
    assert mail is not None
    assert mail.state is MessageState.ACCEPTED


@pytest.mark.parametrize("known", [True, False])
def test_a_bounce_that_returns_nothing_of_ours_names_whom_it_could_not_reach(
    ready: Context, known: bool
) -> None:
    """Also where a restored database has lost the mail that came back."""
    if known:
        wrote(ready)
    said = f"Reporting-MTA: dns; mx.lake.example\r\n\r\nFinal-Recipient: rfc822; {KIM}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    text = f"--b\r\n\r\nNo such user.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n{said}\r\n--b--"
    hear(ready, letter("mailer-daemon@mx.lake.example", "Undelivered", text, Content_Type=kind))
    assert (row(ready, KIM).state, row(ready, MIA).state) == (State.BOUNCED, State.ACTIVE)


def test_a_mail_in_another_folder_is_an_answer_all_the_same(ready: Context) -> None:
    hear(ready, letter(KIM), role=FolderRole.JUNK)
    assert row(ready).state is State.REPLIED
