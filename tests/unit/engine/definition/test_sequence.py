"""The definition: its plan, its digest, its variants."""

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.definition import graph, reachability, sequence, steps
from relance.engine.definition.reading import load
from relance.engine.definition.sequence import Sequence
from relance.engine.definition.steps import BranchStep, EndStep, MailStep, TaskStep, Variant, WaitStep
from relance.engine.schedule import waits
from tests.reworded import worded

SMALL = Sequence(
    name="Small",
    steps=(
        MailStep(id="intro", subject="Hi", body="Hello", variants=(Variant(id="short", body="Hey"),)),
        WaitStep(wait="2 days"),
        BranchStep(
            id="clicked",
            when='clicked("intro")',
            then=(MailStep(id="more", body="More", thread="reply"), EndStep(end="enough")),
            otherwise=(WaitStep(wait="1 day"),),
        ),
        TaskStep(id="call", task="Call", after="1 business day"),
        MailStep(id="bye", body="Bye", thread="reply", after="1 day"),
    ),
)
FLAT = graph.build(SMALL)


def test_the_plan_lies_in_reading_order_and_every_step_has_an_id():
    ids = ["intro", "wait:intro", "clicked", "more", "end:more", "wait:clicked-else", "call", "bye"]
    assert [graph.id_of(step) for step in FLAT.steps] == ids
    assert FLAT.first == "intro"
    assert [mail.id for mail in FLAT.mails] == ["intro", "more", "bye"]
    assert FLAT.number("call") == 7


def test_a_branch_goes_both_ways_and_comes_together():
    assert FLAT.next("clicked", taken=True) == "more"
    assert FLAT.next("clicked", taken=False) == "wait:clicked-else"
    assert FLAT.next("more") == "end:more"
    assert FLAT.next("end:more") is None
    assert FLAT.next("wait:clicked-else") == "call"
    assert FLAT.next("bye") is None
    with pytest.raises(ValueError, match="which way"):
        FLAT.next("clicked")


def test_how_long_before_each_step():
    assert FLAT.wait_before("intro") == waits.AT_ONCE
    assert FLAT.wait_before("wait:intro") == waits.parse("2 days")
    assert FLAT.wait_before("bye") == waits.parse("1 day")


def test_a_reply_continues_what_was_really_sent():
    assert FLAT.thread("bye", {"intro", "more"}) == ("intro", "more")
    assert FLAT.thread("bye", {"intro"}) == ("intro",)
    assert FLAT.thread("bye", set()) == ()
    assert FLAT.thread("intro", set()) == ()


def test_inserting_a_step_renames_no_other():
    more = SMALL.model_copy(update={"steps": (*SMALL.steps[:3], WaitStep(wait="1 day"), *SMALL.steps[3:])})
    assert set(FLAT.paths) < set(graph.build(more).paths)


def test_what_holds_on_every_way():
    before = reachability.look(FLAT)
    assert not before["intro"].surely_mailed
    assert before["bye"].surely_mailed
    assert before["bye"].earlier_mails == {"intro"}  # after "more" the sequence ends
    assert before["more"].hours == 48
    assert before["bye"].hours == 48 + 24 + 24 + 24


def test_the_digest_is_of_what_is_said_not_of_how():
    same = load.read(load.to_yaml(SMALL)).sequence
    assert same == SMALL
    assert sequence.digest(same) == sequence.digest(SMALL)
    spelled = Sequence(
        name="A", send={"hours": "8:30 - 16:30"}, steps=(MailStep(id="a", subject="a", body="b"),)
    )
    plain = Sequence(name="A", steps=(MailStep(id="a", subject="a", body="b"),))
    assert sequence.digest(spelled) == sequence.digest(plain)
    other = Sequence(name="B", steps=plain.steps)
    assert sequence.digest(other) != sequence.digest(plain)


def test_a_definition_is_frozen_and_takes_no_unknown_key():
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        SMALL.name = "Other"
    with pytest.raises(pydantic.ValidationError, match="not permitted"):
        MailStep(id="a", body="b", afer="3 days")
    with pytest.raises(pydantic.ValidationError, match=worded("used twice")):
        Sequence(name="A", steps=(SMALL.steps[0], SMALL.steps[0]))
    with pytest.raises(pydantic.ValidationError, match=worded("at least one step")):
        Sequence(name="A", steps=())


def test_a_changed_copy_has_the_changed_hours():
    send = sequence.Send()
    assert [bool(day) for day in send.week.days] == [*[True] * 5, False, False]
    changed = send.model_copy(update={"hours": {"sat": "10:00-12:00"}})
    assert [bool(day) for day in changed.week.days] == [*[False] * 5, True, False]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (None, None),
        ("5 working days", None),
        (" Hold ", "hold"),
        ("14 days", "14 days"),
        ("2 weeks", "2 weeks"),
    ],
)
def test_what_an_absence_without_a_day_means(written, kept):
    more = {} if written is None else {"away_without_date": written}
    said = sequence.written(Sequence(name="A", steps=SMALL.steps, **more))
    assert said.get("away_without_date") == kept
    assert Sequence.model_validate(said) == Sequence(name="A", steps=SMALL.steps, **more)


@pytest.mark.parametrize(
    "written", ["4 hours", "until tuesday", "0 days", "400 days", "later", 5, True, None]
)
def test_an_absence_is_counted_in_days_or_asked_about(written):
    with pytest.raises(pydantic.ValidationError):
        Sequence(name="A", steps=SMALL.steps, away_without_date=written)


def deep(levels: int) -> BranchStep:
    inner = (deep(levels - 1),) if levels else (EndStep(end="here"),)
    return BranchStep(id=f"b{levels}", when="x", then=inner)


def test_branches_are_not_endlessly_deep_nor_steps_endless():
    Sequence(name="A", steps=(deep(sequence.MAX_DEPTH - 1),))
    with pytest.raises(pydantic.ValidationError, match=worded("deep")):
        Sequence(name="A", steps=(deep(sequence.MAX_DEPTH + 1),))
    with pytest.raises(pydantic.ValidationError, match=worded("more than 100")):
        Sequence(name="A", steps=tuple(TaskStep(id=f"t{n}", task="x") for n in range(101)))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "needs either a `body`"),
        ({"body": "b", "thread": "reply", "subject": "s"}, "keeps the subject"),
        ({"body": "b", "weight": 0}, "no version would ever be sent"),
        ({"body": "b", "variants": [{"id": "a"}]}, "changes nothing"),
        ({"body": "b", "variants": [{"id": "main", "body": "x"}]}, "an id of its own"),
        ({"body": "b", "subject": "one\nBcc: all@example.com"}, "pattern"),
    ],
)
def test_a_mail_that_cannot_be_meant(more, told):
    with pytest.raises(pydantic.ValidationError, match=worded(told)):
        MailStep(id="a", **more)


def test_a_variant_is_filled_up_from_the_mail():
    mail = MailStep(
        id="a", subject="s", html="<p>b</p>",
        variants=(Variant(id="other", subject="t"), Variant(id="text", body="c")),
    )  # fmt: skip
    assert mail.choices[1] == steps.Choice("other", "t", "", "<p>b</p>")
    assert mail.choices[2] == steps.Choice("text", "s", "c", None)  # not the HTML of other words


@given(st.text())
def test_a_person_always_gets_the_same_words(key):
    mail = FLAT.mails[0]
    assert steps.pick_variant(mail, key) == steps.pick_variant(mail, key)


def test_words_are_shared_out_by_weight():
    mail = MailStep(
        id="a", subject="s", body="b", weight=3,
        variants=(Variant(id="rare", body="c"), Variant(id="parked", body="d", weight=0)),
    )  # fmt: skip
    picked = [steps.pick_variant(mail, str(number)).variant for number in range(2000)]
    assert 400 < picked.count("rare") < 600
    assert "parked" not in picked


def shared(mailboxes: object) -> Sequence:
    return Sequence(name="Small", mailboxes=mailboxes, steps=(MailStep(id="a", subject="S", body="B"),))


def test_mailboxes_are_a_list_or_each_with_its_share():
    assert shared(["Ada@acme.example", "bob@acme.example"]).mailboxes == {
        "ada@acme.example": 1,
        "bob@acme.example": 1,
    }
    assert shared({"ada@acme.example": 2, "bob@acme.example": 0}).mailboxes["ada@acme.example"] == 2
    assert load.read(load.to_yaml(shared({"ada@acme.example": 2}))).sequence == shared(
        {"ada@acme.example": 2}
    )


def test_a_sequence_that_names_no_mailboxes_says_what_it_always_said():
    assert "mailboxes" not in sequence.written(SMALL)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("ada@acme.example", "as a list"),
        (["ada"], "is not the address of a mailbox"),
        (["ada@acme.example", "ADA@acme.example"], "named twice"),
        ({"ada@acme.example": 1.5}, "a whole number from 0 to 100"),
        ({"ada@acme.example": True}, "a whole number from 0 to 100"),
        ({"ada@acme.example": 101}, "a whole number from 0 to 100"),
        ({"ada@acme.example": 0}, "every mailbox has the share 0"),
    ],
)
def test_what_is_wrong_with_mailboxes_is_said(wrong: object, said: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=worded(said)):
        shared(wrong)
