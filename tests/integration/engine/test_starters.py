"""The sequences to start from: each is sound, renders for the demo's people with nothing missing, and is short and plain."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from relance import errors
from relance.engine.contacts import importer
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition import graph, sequence
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.reading import load
from relance.engine.definition.starters import texts
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.sandbox.cast import people
from relance.templates.words import Rendered
from tests import engine_house
from tests.finished_starters import MARK, finished
from tests.reworded import in_english

EACH = pytest.mark.parametrize(
    ("key", "language"), [(key, language) for key in texts.STARTERS for language in texts.LANGUAGES]
)
SPAM = re.compile(
    r"\b(free|guarantee\w*|act now|limited time|urgent|100 ?%|click here|best price|no obligation|special offer|"
    r"gratis|za darmo|gwarantuj\w*|promocj\w*|okazj\w*|kliknij tutaj|tylko dziś|pilne)\b|!",
    re.IGNORECASE,
)
BARE = "nothing.else@known.example"
SENDER = {"sender_name": "Ada Lind", "sender_first_name": "Ada", "sender_address": "ada@sales.example"}
LONGEST_MAIL, LONGEST_SUBJECT = 110, 60  # words, characters


@pytest.fixture
def demo(house: Context, tmp_path: Path) -> Context:
    """The demo's contacts, and somebody of whom nothing but the address is known."""
    file = tmp_path / "people.csv"
    people.roster(30, seed=1).write(file)
    contact_service.add(house, BARE, {})
    importer.import_file(house, file)
    return house


TO_BE_WRITTEN = pytest.mark.parametrize(
    ("key", "language"),
    [(key, language) for key in texts.STARTERS if key != texts.PRACTICE for language in texts.LANGUAGES],
)


@TO_BE_WRITTEN
def test_none_can_be_published_before_what_is_marked_in_it_is_written(
    house: Context, key: str, language: str
) -> None:
    text = texts.text(key, "Mine", language)
    lines = text.split("\n")
    wanted = [number for number, line in enumerate(lines, 1) for _ in MARK.findall(line) if line[0] != "#"]
    assert wanted
    found = publish.check(house, text)
    assert [each.line for each in found.problems] == wanted
    for each in found.problems:
        assert in_english("still to be written") in str(each)
    with pytest.raises(errors.Invalid):
        publish.publish(house, text)


@EACH
def test_each_is_sound_and_everybody_can_be_enrolled(demo: Context, key: str, language: str) -> None:
    text = finished(texts.text(key, "Mine", language))
    found = publish.check(demo, text)
    assert found.problems == ()
    told = [each.code for each in found.warnings]
    assert told == (["mails_close"] if key == texts.PRACTICE else [])
    assert found.definition is not None
    assert (found.definition.name, found.definition.language) == ("Mine", language)
    publish.publish(demo, text)
    engine_house.add_mailbox(demo, daily_cap=500)
    report = enroll.enroll(demo, EnrollRequest("Mine"))
    assert report.skipped == ()


@EACH
def test_each_mail_renders_for_everybody_and_is_short_and_plain(key: str, language: str) -> None:
    definition = load.read(finished(texts.text(key, "Mine", language))).sequence
    assert definition is not None
    script = CompiledSequence(1, 1, sequence.written(definition))
    assert script.footer is not None
    assert "{link}" in script.footer
    known = [asdict(each) for each in people.roster(30, seed=1).people]
    for contact in ({"email": BARE}, *known):
        values = {**definition.values, **SENDER, **contact}
        for step in script.plan.mails:
            for choice in step.choices:
                words = script.words(step.id or "", choice.variant).render(values, lambda link: link.target)
                assert isinstance(words, Rendered), (step.id, words)
                assert len(words.text.split()) <= LONGEST_MAIL, step.id
                assert len(words.subject) <= LONGEST_SUBJECT, words.subject
                assert SPAM.findall(f"{words.subject} {words.text}") == []
                assert words.text.rstrip().endswith("Ada")


@pytest.mark.parametrize("key", texts.STARTERS)
def test_both_languages_have_the_same_steps_at_the_same_times(key: str) -> None:
    def shape(language: str) -> list[tuple[str, str, str]]:
        definition = load.read(texts.text(key, "", language)).sequence
        assert definition is not None
        return [
            (each.kind, str(each.delay), getattr(each, "thread", ""))
            for each in graph.build(definition).steps
        ]

    assert shape("en") == shape("pl")


@EACH
def test_each_name_is_taken_as_it_is_typed(key: str, language: str) -> None:
    for name in ('Say "hi": again', "#1", "{{ x }}", "ąęł – 'x'", "null", "- a", "a\nsteps: []"):
        definition = load.read(texts.text(key, name, language)).sequence
        assert definition is not None
        assert definition.name == " ".join(name.split())


def test_one_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(errors.NotFound, match="open-quote"):
        texts.text("nothing")
    assert texts.text("blank", language="de") == texts.text("blank")
