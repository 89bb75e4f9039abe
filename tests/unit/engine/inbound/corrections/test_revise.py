"""What a correction may undo: what rests on the mail that was corrected, and nothing that has another cause."""

import dataclasses
from unittest import mock

import pytest

from relance.engine.inbound.classification import EffectiveClassification
from relance.engine.inbound.corrections import traces
from relance.engine.inbound.corrections.revise import Revised, StandsBecause
from relance.engine.inbound.corrections.traces import Revision
from relance.engine.inbound.policy import Certainty
from relance.engine.reasons import Cause, Code, Reason, because, prose
from relance.engine.states import State
from relance.engine.store.inbound.replies import Reply
from relance.mailbox.parsing.inbound import Classification, Kind
from relance.wording import Text
from tests.unit.engine.inbound.test_company import KIM, blank, row

OWN = because(Code.ANSWERED, "answer 7", cause=Cause.ANSWER)


def held_to_be(kind: Kind) -> EffectiveClassification:
    return EffectiveClassification(Certainty.CERTAIN, Classification(kind, "a rule"), KIM.id)


def undone(state: State, why: Reason | None, kind: Kind = Kind.HUMAN) -> bool:
    """Whether the row is what the mail, read as `kind`, had made of it."""
    reply = blank(Reply, id=7, mailbox_id=2, judgement={})
    revision = Revision(reply, held_to_be(kind), held_to_be(Kind.AUTO_REPLY))
    desk = traces.RevisionRun(None, None, revision, None, {KIM.id: KIM}, traces.Rows(None))
    with mock.patch.object(traces.replies, "of_contact", return_value=[reply]):
        return traces.is_caused(desk, dataclasses.replace(row(state, why), contact_id=KIM.id))


@pytest.mark.parametrize("state", [State.REPLIED, State.HELD, State.STOPPED, State.BOUNCED])
def test_what_rests_on_the_mail_is_undone_and_nothing_else(state):
    assert undone(state, OWN)
    assert not undone(state, dataclasses.replace(OWN, source="answer 8"))
    assert not undone(state, None)
    assert not undone(state, prose("answered", Cause.OTHER, "answer 7"))


def test_who_goes_on_or_wants_no_more_mail_is_left_as_they_are():
    assert not undone(State.ACTIVE, OWN)
    assert not undone(State.UNSUBSCRIBED, OWN)


def test_a_mail_that_had_done_nothing_has_nothing_to_undo():
    assert not undone(State.HELD, OWN, Kind.AUTO_REPLY)


def test_an_organisations_refusal_is_undone_with_the_mail_that_told_it():
    refused = because(Code.ANSWERED, "acme.example", cause=Cause.ORGANISATION)
    with mock.patch.object(traces.refusing_domains, "of", return_value="acme.example"):
        assert undone(State.HELD, refused, Kind.BLOCKED)
        assert not undone(State.HELD, refused, Kind.HUMAN)


def test_what_was_kept_is_told_only_where_nothing_was_done():
    told = [Revised((), kept).words for kept in StandsBecause]
    assert len({str(each) for (each,) in told}) == len(StandsBecause)
    assert all(len(each) == 1 for each in told)
    for kept in StandsBecause:
        assert Revised((Text.prose("kim: held"),), kept).words == (Text.prose("kim: held"),)
    assert Revised(()).words == ()
