"""What an answer did to a colleague is known again by the mail it rests on and by what was done; not by any sentence."""

import dataclasses

import pytest

from relance.engine import reasons
from relance.engine.definition.company_rules import BOUND, GO_ON, STOP, ActionKind, ColleagueAction
from relance.engine.inbound import company
from relance.engine.inbound.company import ColleagueReply
from relance.engine.reasons import Cause, Code, because
from relance.engine.schedule import waits
from relance.engine.states import State
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.parsing.inbound import Classification, Kind

HAND_OVER = ColleagueAction(ActionKind.HAND_OVER)
SLOW = ColleagueAction(ActionKind.SLOW, waits.parse("3 business days"))


def blank(cls: type, **known: object) -> object:
    return cls(**{**dict.fromkeys(cls.__dataclass_fields__), **known})


KIM = blank(Contact, id=1, email="kim@acme.example")
ANSWERED = because(Code.ANSWERED, "answer 7", cause=Cause.ANSWER)
HEARD = ColleagueReply(
    KIM, Classification(Kind.HUMAN, "a rule", intent="positive"), ANSWERED, "ada@sales.example"
)
MAIL = 7  # its row
OTHER = dataclasses.replace(HEARD, why=dataclasses.replace(ANSWERED, source="answer 8"))


def row(state: State, why: object = None, bound: tuple[object, ...] = ()) -> Enrollment:
    return blank(Enrollment, id=3, state=state, reasons=(why.row(),) if why else (), bound=bound)


def test_every_kind_of_action_has_a_code_of_its_own_and_names_the_mail():
    told = [HEARD.reason(each) for each in (GO_ON, STOP, HAND_OVER, SLOW)]
    assert len({each.code for each in told}) == len(ActionKind)
    assert {each.source for each in told} == {"answer 7"}


@pytest.mark.parametrize(("action", "state"), [(STOP, State.STOPPED), (HAND_OVER, State.HELD)])
def test_a_colleague_stands_there_for_this_answer_and_for_no_other(action, state):
    assert company.caused(row(state, HEARD.reason(action)), MAIL, action)
    assert not company.caused(row(state, OTHER.reason(action)), MAIL, action)
    assert not company.caused(row(State.ACTIVE, HEARD.reason(action)), MAIL, action)
    assert not company.caused(row(state), MAIL, action)


def test_one_that_was_stopped_is_not_one_that_was_handed_over():
    assert not company.caused(row(State.HELD, HEARD.reason(STOP)), MAIL, HAND_OVER)
    assert not company.caused(row(State.STOPPED, HEARD.reason(HAND_OVER)), MAIL, STOP)


def test_it_is_known_again_however_the_answer_is_told_by_now():
    told = dataclasses.replace(HEARD, judgement=Classification(Kind.HUMAN, "a rule", intent="later"))
    assert told.reason(HAND_OVER) != HEARD.reason(HAND_OVER)
    assert company.caused(row(State.HELD, told.reason(HAND_OVER)), MAIL, HAND_OVER)


def test_a_step_put_later_is_this_answers_while_nothing_else_puts_it_later():
    own, others = (reasons.bound(BOUND, each.reason(SLOW)) for each in (HEARD, OTHER))
    longer = dataclasses.replace(SLOW, wait=waits.parse("5 business days"))
    assert company.caused(row(State.ACTIVE, bound=(own,)), MAIL, SLOW)
    assert not company.caused(row(State.ACTIVE, bound=(own,)), MAIL, longer)
    assert not company.caused(row(State.ACTIVE, bound=(own, others)), MAIL, SLOW)
    assert not company.caused(row(State.ACTIVE), MAIL, SLOW)
