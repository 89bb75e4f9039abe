"""A table that decides fails closed: with a case that has no row its module does not import."""

from __future__ import annotations

import enum
import importlib
import importlib.util
import sys
from types import ModuleType
from unittest import mock

import pytest

from relance.complete import complete
from relance.engine import states
from relance.engine.definition import company_rules
from relance.engine.definition import steps as definition_steps
from relance.engine.event_log.kinds import EventKind
from relance.engine.inbound import apply, company, policy
from relance.engine.inbound.answering import service as answering_service
from relance.engine.inbound.policy import Certainty
from relance.engine.reasons import causes, sentences
from relance.engine.reporting import codes, sequence_report
from relance.engine.sending import endings
from relance.engine.sequences import steps
from relance.mailbox.classification import chain, rule_names
from relance.mailbox.parsing import inbound
from relance.mailbox.parsing.inbound import Classification, Kind
from relance.mailbox.smtp import outcome

reason_codes = importlib.import_module("relance.engine.reasons.codes")  # beside it is a function of that name


def wider(cases: type[enum.StrEnum]) -> enum.StrEnum:
    """The same cases and one more, as a release that adds one would have them."""
    return enum.StrEnum(cases.__name__, {**{each.name: each.value for each in cases}, "NOVEL": "novel"})  # type: ignore[no-any-return]


def import_anew(module: ModuleType) -> None:
    """Run the module's file as an import would, under a name of its own."""
    spec = importlib.util.spec_from_file_location("anew", str(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    with mock.patch.dict(sys.modules, {"anew": made}):  # dataclasses look their module up
        spec.loader.exec_module(made)


@pytest.mark.parametrize(
    ("module", "home", "name"),
    [
        (policy, inbound, "Kind"),
        (apply, inbound, "Kind"),
        (chain, inbound, "Kind"),
        (answering_service, inbound, "Kind"),
        (codes, inbound, "Kind"),
        (company_rules, inbound, "Kind"),
        (company_rules, inbound, "Intent"),
        (company, company_rules, "ActionKind"),
        (endings, outcome, "Outcome"),
        (endings, outcome, "Blame"),
        (causes, reason_codes, "Code"),
        (causes, reason_codes, "Cause"),
        (sentences, reason_codes, "Code"),
        (sequence_report, states, "MessageState"),
    ],
)
def test_a_new_case_without_a_row_does_not_import(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, home: ModuleType, name: str
) -> None:
    import_anew(module)
    monkeypatch.setattr(home, name, wider(getattr(home, name)))
    with pytest.raises(LookupError, match="novel"):
        import_anew(module)


@pytest.mark.parametrize("module", [steps, sequence_report])
def test_a_new_kind_of_step_without_a_row_does_not_import(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    import_anew(module)
    kinds = {**definition_steps.KINDS, "novel": definition_steps.EndStep}
    monkeypatch.setattr(definition_steps, "KINDS", kinds)
    with pytest.raises(LookupError, match="novel"):
        import_anew(module)


def test_a_rule_without_a_name_for_people_does_not_import(monkeypatch: pytest.MonkeyPatch) -> None:
    import_anew(chain)
    names = {rule: words for rule, words in rule_names.NAMES.items() if rule != "is away"}
    monkeypatch.setattr(rule_names, "NAMES", names)
    with pytest.raises(LookupError, match="is away"):
        import_anew(chain)


def test_every_step_that_somebody_passed_is_counted_as_passed() -> None:
    """An event `step.…` says that somebody is past a step: one that no kind names would leave its step at 0."""
    told = {kind for kind in EventKind if kind.startswith("step.")}
    counted = {kind for kinds in sequence_report.PASSED.values() for kind in kinds}
    assert told - counted == {EventKind.STEP_SKIPPED}  # any kind of step may be skipped


def test_a_report_counts_the_mails_that_end_a_sequence_as_the_policy_says() -> None:
    assert {
        Kind.HUMAN,
        Kind.CALENDAR,
        Kind.OPT_OUT,
        Kind.COMPLAINT,
        Kind.HARD_BOUNCE,
    } == sequence_report.DECISIVE


def test_the_sentence_names_what_is_missing_and_the_table_can_not_be_changed() -> None:
    with pytest.raises(LookupError, match="has no row for: complained"):
        complete([states.Event.STOPPED, states.Event.COMPLAINED], {states.Event.STOPPED: 1})
    with pytest.raises(TypeError):
        complete([1], {1: 2})[1] = 3  # type: ignore[index]


@pytest.mark.parametrize("match", list(Certainty))
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_mail_has_a_consequence_however_surely_it_was_matched(
    match: Certainty, kind: Kind
) -> None:
    found = policy.consequence(match, Classification(kind, "a rule"))
    assert match is not Certainty.NONE or found == policy.NOTHING


def test_the_lines_about_colleagues_are_those_that_a_sequence_may_say() -> None:
    fields = company_rules.CompanyRules.model_fields.items()
    known = {info.alias or name for name, info in fields}
    assert {name for lines in company_rules.LINES.values() for name in lines if name} <= known
    assert set(company_rules.BY_INTENT.values()) <= known
