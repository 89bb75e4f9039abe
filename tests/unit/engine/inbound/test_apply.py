"""Which mail is kept, and which mailbox it is about."""

import dataclasses
import itertools

import pytest

from relance.engine.inbound import apply, policy
from relance.engine.inbound.apply import NewReply
from relance.engine.inbound.match import NOBODY, Match
from relance.engine.inbound.policy import Certainty
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind
from tests.unit.engine.inbound.test_classification import NOON

KIM = object()  # somebody we write to


def judged(kind: Kind, evidence: str = "") -> Classification:
    return Classification(kind, "a rule", evidence)


def test_a_copy_of_our_own_is_never_kept():
    for match, contact in itertools.product(Certainty, (KIM, None)):
        assert not apply.concerns_us(Match(match, contact=contact), judged(Kind.OWN_COPY))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OWN_COPY])
def test_a_mail_that_is_theirs_or_may_be_about_ours_is_kept_whatever_it_is(kind):
    assert apply.concerns_us(Match(Certainty.CERTAIN, contact=KIM), judged(kind))
    assert apply.concerns_us(Match(Certainty.SOFT, contact=KIM), judged(kind))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OWN_COPY])
def test_a_mail_of_nobody_is_private_unless_it_cannot_be_read(kind):
    assert apply.concerns_us(NOBODY, judged(kind)) == (kind is Kind.UNREADABLE)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.OWN_COPY])
def test_of_a_mail_in_which_nothing_of_ours_stands_only_what_a_person_wrote_is_kept(kind):
    a_persons = policy.SOFT[kind] != policy.NOTHING
    assert apply.concerns_us(Match(Certainty.SOFT, contact=KIM, bare=True), judged(kind)) == a_persons
    assert apply.concerns_us(Match(Certainty.SOFT), judged(kind)) == a_persons


def item(found: Match) -> NewReply:
    mail = message.read(b"From: Kim <kim@acme.example>\r\nSubject: Prices\r\n\r\nHow much?\r\n")
    return NewReply(
        3, "INBOX", 1, 2, "d", mail, b"", NOON, found, judged(Kind.HUMAN, "How much?"), "How much?"
    )


def test_it_is_about_the_mailbox_that_wrote_not_the_one_it_came_to():
    @dataclasses.dataclass
    class Mail:
        mailbox_id: int

    assert item(Match(Certainty.CERTAIN, contact=KIM, message=Mail(9))).matched.mailbox_id == 9
    assert item(Match(Certainty.CERTAIN, contact=KIM)).matched.mailbox_id == 3
