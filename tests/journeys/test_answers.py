"""Nothing leaves after an answer, however and wherever the answer comes."""

from __future__ import annotations

import email.utils

import pytest

from tests.journeys.stage import ADA, FOLLOW_UP, Stage
from tests.reworded import in_english

OLA = "ola@acme.example"


def test_three_mails_reach_a_person_who_never_answers_all_in_one_thread(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(days=30)
    mails = stage.arrived(OLA)
    assert [mail.subject for mail in mails] == [
        "Fewer lost answers at Acme",
        *["Re: Fewer lost answers at Acme"] * 2,
    ]
    assert mails[1].header("in-reply-to") == mails[0].message_id
    assert mails[2].header("in-reply-to") == mails[1].message_id
    assert mails[2].header("references") == f"{mails[0].message_id} {mails[1].message_id}"
    assert stage.state(OLA) == "finished"


@pytest.mark.parametrize("folder", ["INBOX", "Junk", "Archive"])
def test_an_answer_stops_the_sequence_in_whatever_folder_it_lies(stage: Stage, folder: str) -> None:
    stage.enroll(OLA)
    stage.advance(hours=3)
    stage.answer(OLA, folder=folder)
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "replied"


def test_an_answer_that_comes_a_minute_before_the_follow_up_stops_it(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.run()
    stage.clock.advance(days=20)
    stage.answer(OLA)
    stage.advance(days=10)
    assert stage.sent_to(OLA) == 1


def test_a_colleague_who_answers_our_mail_stops_it_for_the_person_we_wrote_to(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "Ola asked me to take this over.", sender="jan@acme.example")
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "replied"


def test_a_colleague_who_writes_anew_about_our_subject_holds_it_for_a_person_to_look(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    anew = {"In-Reply-To": "<other@acme.example>", "References": "<other@acme.example>"}
    stage.answer(OLA, "About this: who are you?", sender="jan@acme.example", headers=anew)
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "held"
    assert stage.codes(OLA) == ("company_may_have_answered",)


def test_somebody_who_is_away_hears_from_us_after_they_are_back(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    words = "Dzień dobry, jestem na urlopie do 20 marca 2026. Odpowiem po powrocie."
    stage.answer(OLA, words, headers={"Auto-Submitted": "auto-replied", "Subject": "Odpowiedź automatyczna"})
    stage.run()
    stage.look()
    assert stage.state(OLA) == "away"
    stage.advance(days=40)
    mails = stage.arrived(OLA)
    assert len(mails) == 3
    assert mails[1].when.at.date().isoformat() >= "2026-03-21"
    assert stage.state(OLA) == "finished"


def test_the_same_absence_said_again_is_one_absence(stage: Stage) -> None:
    away = {"Auto-Submitted": "auto-replied", "Subject": "Automatic reply"}
    stage.enroll(OLA)
    stage.advance(hours=1)
    for _ in range(5):  # their program answers everything that comes in, ours among it
        stage.answer(OLA, "I am out of the office until 20 March 2026.", headers=away)
        stage.look()
    assert stage.state(OLA) == "away"
    for day in (23, 25, 27):
        stage.answer(OLA, f"I am out of the office until {day} March 2026.", headers=away)
        stage.look()
    assert stage.state(OLA) == "held"
    assert stage.codes(OLA) == ("out_of_office_again",)


def test_a_word_of_refusal_suppresses_the_person_everywhere(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.answer(OLA, "Please remove me from your list.")
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "unsubscribed"
    assert [each.value for each in stage.relance.contacts.suppressions()] == [OLA]


def test_an_answer_to_one_of_our_mailboxes_stops_what_another_one_sends(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.mailbox("marek@northwind.example", "Marek Wolny")
    stage.look()
    raw = (
        f"From: {OLA}\r\nTo: marek@northwind.example\r\nSubject: your colleague\r\nDate: {email.utils.formatdate()}\r\n"
        "Message-ID: <x1@acme.example>\r\n\r\nAda wrote to me, I would rather talk to you.\r\n"
    )
    stage.place(OLA, raw.encode(), "marek@northwind.example")
    stage.advance(days=30)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "replied"


def test_an_interested_colleague_ends_it_for_the_whole_company_where_the_author_says_so(stage: Stage) -> None:
    jan = "jan@acme.example"
    stage.enroll(OLA, jan, definition={**FOLLOW_UP, "stop": {"company": "any reply"}})
    stage.advance(hours=1)
    stage.answer(OLA)
    stage.advance(days=30)
    assert (stage.sent_to(OLA), stage.sent_to(jan)) == (1, 1)
    assert stage.state(jan) == "stopped"
    assert OLA in stage.reason(jan)


def test_while_the_inbox_cannot_be_read_no_follow_up_leaves(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.world.close_imap()
    stage.advance(days=8)
    assert stage.sent_to(OLA) == 1
    mailbox = stage.relance.mailboxes.show(ADA)
    assert mailbox.sync_error
    stage.world.open_imap()
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 3


def test_an_answer_lying_in_the_mailbox_that_wrote_before_stops_what_another_one_is_to_send(
    stage: Stage,
) -> None:
    marek = "marek@northwind.example"
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.mailbox(marek, "Marek Wolny")
    stage.run()
    stage.relance.pause(OLA)
    stage.relance.resume(OLA, mailbox=marek, same_thread=True)
    stage.answer(OLA)
    for _ in range(4):  # only Marek's mailbox gets its turns; the follow-up falls due on the third day
        stage.clock.advance(days=1)
        stage.relance.turn(2)
    assert stage.sent_to(OLA) == 1
    stage.advance(days=20)
    assert stage.sent_to(OLA) == 1
    assert stage.state(OLA) == "replied"


def test_a_person_handed_to_another_mailbox_gets_their_follow_ups_from_there(stage: Stage) -> None:
    marek = "marek@northwind.example"
    stage.enroll(OLA)
    stage.advance(hours=1)
    stage.mailbox(marek, "Marek Wolny")
    stage.relance.pause(OLA)
    stage.relance.resume(OLA, mailbox=marek, same_thread=True)
    stage.advance(days=30)
    assert [mail.rep for mail in stage.arrived(OLA)] == [ADA, marek, marek]


def _anew(sender: str, subject: str, words: str) -> bytes:
    head = f"From: {sender}\r\nTo: {ADA}\r\nSubject: {subject}\r\nDate: {email.utils.formatdate()}\r\n"
    return f"{head}Message-ID: {email.utils.make_msgid()}\r\n\r\n{words}\r\n".encode()


def test_a_fresh_answer_from_the_company_or_about_the_person_holds_what_is_left(stage: Stage) -> None:
    """None of them names a mail of ours, has our subject or quotes a line."""
    fresh = {
        "tom.reed@harbourtools.co.uk": (
            "jane.doe@harbourtools.co.uk", "Your offer", "Tom Reed forwarded me your message. Call me on Tuesday."),
        "claire.morel@ateliernord.fr": (
            "paul@ateliernord.fr", "Bonjour", "Claire m'a transmis votre message. Pouvons-nous en parler jeudi?"),
        "sam.ito@quaysystems.com": (
            "jane.doe@mail.quaysystems.com", "Meeting", "We at Quay Systems are interested."),
        "lena.vogt@kranich-bau.de": (
            "max.bauer@kranich-bau.de", "Ihr Angebot", "Guten Tag, wir haben kein Interesse."),
        "ola.nowak@birchlogistics.pl": (
            "olanow1@gmail.com", "Hello", "I am Ola Nowak of Birch Logistics. Please call me on Tuesday."),
        "piotr.ziel@modrzew.pl": (
            "mike@assistants.example", "A call", "Please call Piotr Zielinski at Modrzew on Tuesday."),
    }  # fmt: skip
    stage.mailbox()
    last = {"piotr.ziel@modrzew.pl": "Zieliński"}
    for person in (*fresh, "eve.hill@moor.example"):
        first, _, name = person.partition("@")[0].partition(".")
        stage.contact(person, first.title(), last_name=last.get(person, name.title()))
    assert stage.relance.enroll(stage.publish(), [*fresh, "eve.hill@moor.example"]).enrolled == 7
    stage.advance(hours=3)
    for person, (sender, subject, words) in fresh.items():
        stage.place(person, _anew(sender, subject, words))
    stage.advance(days=30)
    assert {person: stage.sent_to(person) for person in fresh} == dict.fromkeys(fresh, 1)
    assert {stage.state(person) for person in fresh} == {"held"}
    for person, (sender, subject, _) in fresh.items():
        assert in_english(f'"{subject}" from {sender}') in stage.reason(person)
    assert stage.sent_to("eve.hill@moor.example") == 3
    stage.relance.resume("tom.reed@harbourtools.co.uk")
    stage.advance(days=30)
    assert stage.sent_to("tom.reed@harbourtools.co.uk") == 3
