"""What an answer does, to the person and at the company; and how it is taken back when it was misread."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest

from relance.engine.context import Context
from relance.engine.inbound import classification, policy
from relance.engine.inbound.classification import EffectiveClassification
from relance.engine.inbound.corrections import inbox, reclassify, revise
from relance.engine.inbound.corrections.inbox import Correction, ReplyFilter
from relance.engine.inbound.corrections.reclassify import RejudgeOptions
from relance.engine.inbound.corrections.traces import Revision
from relance.engine.inbound.policy import Certainty
from relance.engine.reporting import timeline
from relance.engine.sequences import control
from relance.engine.states import Event, State
from relance.engine.store.contacts import suppressions
from relance.engine.store.inbound import replies
from relance.mailbox import classification as mailbox_classification
from relance.mailbox.classification import safe
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.parsing.inbound import Classification, Kind
from tests import engine_house
from tests.reading import ADA, KIM, MIA, enrolled, hear, letter, row, wrote

ALL_STOP = engine_house.TRIAL + "stop:\n  company: any reply\n"
AWAY = (
    "I am out of office until 20 March 2026. For urgent matters call the desk.\nThis is an automatic reply."
)


@pytest.fixture
def ready(house: Context) -> Context:
    enrolled(house, KIM, MIA)
    return house


def state(house: Context, person: str = KIM) -> State:
    return row(house, person).state


def kept(house: Context) -> list[replies.Reply]:
    with house.database.read() as conn:
        return [
            each
            for each in (replies.by_id(conn, view.id) for view in inbox.page(house, ReplyFilter()))
            if each
        ]


def heard_by_older_rules(house: Context, raw: bytes, kind: Kind) -> None:
    """The rules of an earlier release held a mail to be something else, and acted so."""
    older = Classification(kind, "an older rule", "its words", version=1)
    with mock.patch.object(safe, "judge", return_value=older):
        hear(house, raw)


# Acting.


def test_one_answer_is_acted_upon_once_wherever_it_lies(ready: Context) -> None:
    mail = letter(KIM)
    assert hear(ready, mail, mail) == 1
    assert hear(ready, mail, role=FolderRole.JUNK) == 0
    assert state(ready) is State.REPLIED
    assert [each.kind for each in timeline.of_contact(ready, KIM)].count("reply.received") == 1


@pytest.mark.parametrize(
    ("text", "after", "suppressed"),
    [
        ("Please call me on Tuesday.", State.REPLIED, False),
        ("Please remove me from your list.", State.UNSUBSCRIBED, True),
    ],
)
def test_what_a_person_says_is_done_to_them_and_to_nobody_else(
    ready: Context, text: str, after: State, suppressed: bool
) -> None:
    hear(ready, letter(KIM, text=text))
    assert (state(ready, KIM), state(ready, MIA)) == (after, State.ACTIVE)
    with ready.database.read() as conn:
        assert bool(suppressions.suppressed(conn, [KIM])) is suppressed


def test_an_absence_puts_the_next_step_off_to_the_day_of_return(ready: Context) -> None:
    wrote(ready)
    hear(ready, letter(KIM, "Automatic reply: hello", AWAY, Auto_Submitted="auto-replied"))
    at = row(ready)
    assert (at.state, at.aways) == (State.AWAY, 1)
    assert at.resume_at is not None
    assert at.resume_at.date() >= dt.date(2026, 3, 20)


def test_a_whole_window_is_acted_upon_in_its_order(ready: Context) -> None:
    hear(
        ready, letter(KIM, text="Stop writing to me, please."), letter(KIM, text="Sorry, call me after all.")
    )
    assert state(ready) is State.UNSUBSCRIBED  # a no is never taken back by what follows
    assert len(kept(ready)) == 2


# At the company.


def test_the_colleagues_own_rule_is_carried_out_and_taken_back(house: Context) -> None:
    enrolled(house, KIM, MIA, text=ALL_STOP)
    hear(house, letter(KIM))
    assert (state(house, KIM), state(house, MIA)) == (State.REPLIED, State.STOPPED)
    assert KIM in row(house, MIA).reason
    [answer] = kept(house)
    done = inbox.correct(house, answer.id, Correction(kind="auto-reply"))
    assert (state(house, KIM), state(house, MIA)) == (State.ACTIVE, State.ACTIVE)
    assert len(done.effects) == 2


def test_who_may_have_answered_tells_no_colleague_until_a_person_says_who(house: Context) -> None:
    enrolled(house, KIM, MIA, text=ALL_STOP)
    wrote(house)
    hear(house, letter("boss@lake.example"))
    assert (state(house, KIM), state(house, MIA)) == (State.HELD, State.ACTIVE)
    [answer] = kept(house)
    inbox.correct(house, answer.id, Correction(contact=KIM))
    assert (state(house, KIM), state(house, MIA)) == (State.REPLIED, State.STOPPED)


# Readings.


def test_a_persons_word_is_certain_and_the_rules_own_stays_beside_it(ready: Context) -> None:
    wrote(ready)
    hear(ready, letter("boss@lake.example"))
    [before] = kept(ready)
    assert classification.in_force(before).match is Certainty.SOFT
    inbox.correct(ready, before.id, Correction(kind="human-answer", intent="later"))
    [after] = kept(ready)
    reading = classification.in_force(after)
    assert (reading.match, reading.judgement.intent) == (Certainty.CERTAIN, "later")
    assert classification.judged(after).intent != "later"
    assert reading.consequence.event is Event.REPLIED
    assert not classification.is_behind(after)


def test_what_people_stand_by_is_kept_beside_a_judgement_and_dropped(ready: Context) -> None:
    hear(ready, letter(KIM))
    [answer] = kept(ready)
    stood = EffectiveClassification(
        Certainty.SOFT, Classification(Kind.HUMAN, "", "their words"), answer.contact_id, (7,)
    )
    with ready.database.write() as conn:
        classification.note_acted(conn, answer, stood)
    [noted] = kept(ready)
    assert classification.is_behind(noted)
    found = classification.acted_on(noted)
    assert (found.match, found.also, found.judgement.evidence) == (Certainty.SOFT, (7,), "their words")
    with ready.database.write() as conn:
        classification.note_acted(conn, noted, None)
    assert not classification.is_behind(kept(ready)[0])


# Judged again.


def test_a_missed_answer_stops_once_better_rules_see_it(ready: Context) -> None:
    heard_by_older_rules(ready, letter(KIM, text="Please call me."), Kind.AUTO_REPLY)
    assert state(ready) is State.ACTIVE
    shown = reclassify.rejudge(ready, RejudgeOptions())
    assert [(each.email, each.before_kind) for each in shown.changes] == [(KIM, Kind.AUTO_REPLY.value)]
    assert state(ready) is State.ACTIVE  # only shown
    done = reclassify.rejudge(ready, RejudgeOptions(apply=True))
    assert done.changes[0].effects
    assert state(ready) is State.REPLIED
    assert [each.rules_version for each in kept(ready)] == [mailbox_classification.VERSION]
    assert reclassify.rejudge(ready, RejudgeOptions(apply=True)).changes == ()


def test_a_wrong_stop_goes_on_only_if_asked_for(ready: Context) -> None:
    away = letter(KIM, "Automatic reply: hello", AWAY, Auto_Submitted="auto-replied")
    heard_by_older_rules(ready, away, Kind.HUMAN)
    assert state(ready) is State.REPLIED
    reclassify.rejudge(ready, RejudgeOptions(apply=True))
    assert state(ready) is State.REPLIED
    reclassify.rejudge(ready, RejudgeOptions(apply=True, reopen=True))
    assert state(ready) is not State.REPLIED


def test_what_a_list_wrote_over_is_judged_the_same_again(ready: Context) -> None:
    named = wrote(ready).message_id
    hear(ready, letter(f"Sales <{ADA}>", In_Reply_To=named))
    assert reclassify.rejudge(ready, RejudgeOptions(apply=True)).changes == ()
    assert state(ready) is State.REPLIED


# Revised.


def test_a_state_with_another_cause_stays(ready: Context) -> None:
    hear(ready, letter(KIM))
    [answer] = kept(ready)
    control.stop(ready, MIA)
    inbox.correct(ready, answer.id, Correction(contact=MIA))
    assert state(ready, KIM) is State.ACTIVE
    assert state(ready, MIA) is State.REPLIED  # an answer outranks a person's stop


def test_an_opt_out_is_never_taken_back_by_another_reading(ready: Context) -> None:
    hear(ready, letter(KIM, text="Please remove me from your list."))
    [answer] = kept(ready)
    before = classification.in_force(answer)
    after = EffectiveClassification(
        Certainty.CERTAIN, Classification(Kind.AUTO_REPLY, "better rules"), answer.contact_id
    )
    with ready.database.write() as conn:
        done = revise.revise(conn, ready, Revision(answer, before, after), ready.clock.now(), reopen=True)
    assert done.effects == ()
    assert state(ready) is State.UNSUBSCRIBED


def test_every_kind_has_its_consequence() -> None:
    for match in (Certainty.CERTAIN, Certainty.SOFT):
        for kind in Kind:
            found = policy.consequence(match, Classification(kind, "rule"))
            assert found.event is None or isinstance(found.event, Event)
    assert policy.consequence(Certainty.NONE, Classification(Kind.HUMAN, "rule")).event is None
    soft = policy.consequence(Certainty.SOFT, Classification(Kind.HUMAN, "rule"))
    assert (soft.event, soft.suppress, soft.tells_company) == (Event.HELD, False, False)
