"""What a mail shows of mails of ours, by what it carries and by no row."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from relance.engine.journal import evidence
from relance.engine.journal.own_message_ids import OwnMessageIds
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import InboundMail
from relance.tracking.links import Links
from relance.tracking.tokens import Signer

SECRET, OTHER = b"only for tests, thirty-two bytes", b"another one, also of 32 bytes..."
IDS, LINKS = OwnMessageIds({1: SECRET}, 1), Links("https://go.sales.example", Signer({1: SECRET}, 1))
ADA, KIM = "ada@sales.example", "kim@lake.example"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def ours(step: str, ids: OwnMessageIds = IDS) -> str:
    return f"<{ids.token(7, 'Trial', KIM, step)}@sales.example>"


def mail(**headers: str) -> InboundMail:
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return message.read(f"{head}\r\nHello\r\n".encode())


def copy(step: str, **more: str) -> InboundMail:
    return mail(
        From=ADA,
        To=KIM,
        Subject="Hello",
        Date="Mon, 02 Mar 2026 09:00:00 +0000",
        Message_ID=ours(step),
        **more,
    )


def test_a_copy_shows_itself_when_it_left_and_what_it_carries_on() -> None:
    shown = evidence.gathered(evidence.of_copy(IDS, LINKS, copy("bump", References=ours("intro")), NOON))
    assert [(each.copy, each.answered) for each in shown] == [(True, False), (False, False)]
    assert shown[0].at == NOON - dt.timedelta(hours=3)
    assert (shown[0].recipients, shown[0].thread) == ((KIM,), ours("intro"))


def test_an_answer_shows_what_it_names_but_not_when_that_left() -> None:
    [shown] = evidence.of_incoming(IDS, mail(From=KIM, To=ADA, In_Reply_To=ours("intro")), NOON)
    assert (shown.copy, shown.answered, shown.at) == (False, True, NOON)
    assert shown.recipients == (KIM,)


def test_the_token_in_our_address_shows_it_too() -> None:
    token = IDS.token(7, "Trial", KIM, "intro")
    [shown] = evidence.of_incoming(IDS, mail(From=KIM, To=f"ada+{token}@sales.example"), NOON)
    assert shown.own is not None
    assert shown.own.enrollment == 7


def test_another_installations_mails_show_nothing() -> None:
    theirs = OwnMessageIds({1: OTHER}, 1)
    assert evidence.of_incoming(IDS, mail(From=KIM, In_Reply_To=ours("intro", theirs)), NOON) == []
    url = Links("https://go.sales.example", Signer({1: OTHER}, 1)).unsubscribe_url(5, KIM)
    assert evidence.link(LINKS, mail(List_Unsubscribe=f"<{url}>")) is None


def test_a_sealed_link_tells_that_a_mail_is_ours_and_to_whom() -> None:
    url = LINKS.unsubscribe_url(5, KIM)
    written_over = mail(
        From=ADA, To="list@x.example", Message_ID="<other@x>", List_Unsubscribe=f"<{url}>, <mailto:{ADA}>"
    )
    [shown] = evidence.of_copy(IDS, LINKS, written_over, NOON)
    assert (shown.own, shown.number, shown.recipients) == (None, 5, ("list@x.example", KIM))


def test_a_copy_outranks_whatever_only_names_its_mail() -> None:
    answer = evidence.of_incoming(IDS, mail(From=KIM, In_Reply_To=ours("intro")), NOON)
    [shown] = evidence.gathered([*answer, *evidence.of_copy(IDS, LINKS, copy("intro"), NOON)])
    assert (shown.copy, shown.answered, shown.at) == (True, True, NOON - dt.timedelta(hours=3))


@given(st.binary(max_size=300), st.sampled_from(("Message-ID", "References", "List-Unsubscribe", "To")))
def test_no_bytes_are_taken_for_ours(said: bytes, name: str) -> None:
    strange = message.read(b"From: a@b.example\r\n" + name.encode() + b": " + said + b"\r\n\r\nHello\r\n")
    assert evidence.of_copy(IDS, LINKS, strange, NOON) == []
    assert evidence.of_incoming(IDS, strange, NOON) == []
