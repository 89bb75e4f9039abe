"""What an answer does to the writer's colleagues: which line of the rules speaks, and what it may say."""

from __future__ import annotations

import pytest

from relance.engine.definition import company_rules
from relance.engine.definition.company_rules import ActionKind, ColleagueAction, CompanyRules
from relance.engine.schedule.waits import Unit, Wait
from relance.mailbox.parsing.inbound import Classification, Kind
from tests.reworded import worded

STOP, GO_ON, HAND_OVER = company_rules.STOP, company_rules.GO_ON, ColleagueAction(ActionKind.HAND_OVER)
SLOW = ColleagueAction(ActionKind.SLOW, Wait(3, Unit.BUSINESS_DAYS))
RULES = {
    "positive reply": "hand over",
    "negative reply": "go on",
    "question": "slow 3 business days",
    "any reply": "stop",
    "left the company": "hand over",
}


def judged(kind: Kind, intent: str | None = None) -> Classification:
    return Classification(kind, "a rule", intent=intent)


@pytest.mark.parametrize(
    ("company", "kind", "intent", "wanted"),
    [
        ("never", Kind.HUMAN, "positive", GO_ON),
        ("any reply", Kind.HUMAN, "negative", STOP),
        ("any reply", Kind.HUMAN, None, STOP),
        ("any reply", Kind.CALENDAR, None, STOP),
        ("any reply", Kind.OPT_OUT, None, STOP),
        ("any reply", Kind.COMPLAINT, None, GO_ON),  # which is no reply
        ("any reply", Kind.LEFT_COMPANY, None, GO_ON),
        ("any reply", Kind.OUT_OF_OFFICE, None, GO_ON),
        ("positive reply", Kind.HUMAN, "positive", STOP),
        ("positive reply", Kind.HUMAN, "question", GO_ON),
        ("positive reply", Kind.CALENDAR, "positive", STOP),
        (RULES, Kind.HUMAN, "positive", HAND_OVER),
        (RULES, Kind.HUMAN, "negative", GO_ON),  # the more precise line counts, whatever stands first
        (RULES, Kind.HUMAN, "question", SLOW),
        (RULES, Kind.HUMAN, "later", STOP),
        (RULES, Kind.HUMAN, None, STOP),
        (RULES, Kind.OPT_OUT, None, STOP),
        (RULES, Kind.CALENDAR, "positive", HAND_OVER),
        (RULES, Kind.LEFT_COMPANY, None, HAND_OVER),
        (RULES, Kind.COMPLAINT, None, GO_ON),
        (RULES, Kind.AUTO_REPLY, None, GO_ON),
        ({"unclear": "stop"}, Kind.HUMAN, None, STOP),
        ({"unclear": "stop"}, Kind.HUMAN, "unclear", STOP),
        ({"calendar answer": "stop", "positive reply": "hand over"}, Kind.CALENDAR, "positive", STOP),
        ({"referral": "stop", "opt-out": "hand over"}, Kind.OPT_OUT, None, HAND_OVER),
        ({"complaint": "stop"}, Kind.COMPLAINT, None, STOP),
        ({}, Kind.HUMAN, "positive", GO_ON),
    ],
)
def test_the_most_precise_line_that_fits_counts(company, kind, intent, wanted):
    said = CompanyRules.model_validate(company) if isinstance(company, dict) else company
    assert company_rules.action(company_rules.table(said), judged(kind, intent)) == wanted


def test_every_intent_has_a_line_of_its_own():
    known = {info.alias or name for name, info in CompanyRules.model_fields.items()}
    assert set(company_rules.BY_INTENT.values()) < known
    spoken = {name for kind in Kind for intent in (None, *company_rules.BY_INTENT) for name in company_rules.names(judged(kind, intent))}  # fmt: skip
    assert spoken == known


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("stop", STOP),
        ("  Hand  Over ", HAND_OVER),
        ("go on", GO_ON),
        ("slow 3 business days", SLOW),
        ("slow by 3 working days", SLOW),
    ],
)
def test_an_action_reads_back(text, action):
    assert company_rules.parse(text) == action
    assert company_rules.parse(str(action)) == action


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hand-over", 'Did you mean "hand over"'),
        ("stopp", 'Did you mean "stop"'),
        ("slow", "by how much"),
        ("slow 3 days", "business days"),
        ("slow 2 months", "weeks or days"),
        ("slowly", "Did you mean"),
        ("", "write"),
    ],
)
def test_what_is_no_action_is_told_with_what_to_write(text, told):
    with pytest.raises(ValueError, match=worded(told)):
        company_rules.parse(text)
