"""Every sentence of the source can be read in every language, whole: its places, its plural forms, nothing left over."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from relance import wording
from relance.wording import catalogue as stored
from tests import catalogue

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture(scope="module")
def said():
    """The sentences of the source, which takes a second to read."""
    return catalogue.sentences()


@pytest.mark.parametrize("language", wording.languages()[1:])
def test_every_sentence_is_translated(language, said):
    assert catalogue.faults(language, said, catalogue.translated(language)) == []


def test_polish_is_one_of_them():
    assert wording.languages() == ("en", "pl")


def part(text: str):
    return {"room.po": read_po(io.BytesIO((HEADER + text).encode()), locale="pl")}


GOOD = 'msgid "held: {who}"\nmsgstr "wstrzymano: {who}"\n'
MAILS = 'msgid "{count} mail"\nmsgid_plural "{count} mails"\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD, None),
        (GOOD.replace("wstrzymano: {who}", ""), "not translated"),
        (GOOD.replace("wstrzymano: {who}", "wstrzymano: {kto}"), "other places"),
        (GOOD.replace("wstrzymano: {who}", "wstrzymano"), "other places"),
        ("#, fuzzy\n" + GOOD, "fuzzy"),
        (GOOD + '#~ msgid "gone"\n#~ msgstr "nie ma"\n', "obsolete"),
        (GOOD + 'msgid "gone"\nmsgstr "nie ma"\n', "nobody says this any more"),
        ("", "missing"),
    ],
)
def test_what_is_wrong_with_a_sentence_is_told(text, fault):
    found = catalogue.faults("pl", [("held: {who}", None)], part(text))
    assert (found == []) if fault is None else (len(found) == 1 and fault in found[0])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            MAILS
            + 'msgstr[0] "jedna wiadomość"\nmsgstr[1] "{count} wiadomości"\nmsgstr[2] "{count} wiadomości"\n',
            None,
        ),
        (
            MAILS + 'msgstr[0] "{count} wiadomość"\nmsgstr[1] "{count} wiadomości"\nmsgstr[2] ""\n',
            "plural form is missing",
        ),
        (MAILS + 'msgstr[0] "{count} wiadomość"\nmsgstr[1] "{count} wiadomości"\n', "plural form"),
        (MAILS + 'msgstr[0] "{n} wiadomość"\nmsgstr[1] "{count} a"\nmsgstr[2] "{count} b"\n', "other places"),
    ],
)
def test_every_plural_form_is_there(text, fault):
    found = catalogue.faults("pl", [(("{count} mail", "{count} mails"), None)], part(text))
    assert (found == []) if fault is None else any(fault in each for each in found)


def test_two_parts_say_the_same():
    both = {**part(GOOD), "other.po": part(GOOD.replace("wstrzymano", "zatrzymano"))["room.po"]}
    found = catalogue.faults("pl", [("held: {who}", None)], both)
    assert len(found) == 1
    assert "otherwise in another part" in found[0]


def test_a_sentence_that_rows_alone_say_is_retired():
    gone = part('msgid "gone: {who}"\nmsgstr "dawniej: {who}"\n')["room.po"]
    assert catalogue.faults("pl", [("held: {who}", None)], {**part(GOOD), catalogue.RETIRED: gone}) == []
    [fault] = catalogue.faults("pl", [("gone: {who}", None)], {catalogue.RETIRED: gone})
    assert "is said again" in fault


STORED = {  # rows as releases wrote them, whose sentences have been reworded since
    "cannot be negative": "nie może być liczbą ujemną",
    "there is no time zone “{name}”; write one such as Europe/Warsaw": "nie ma strefy czasowej „Mars”",
    "{written} has more than one '@'. Write one address per field.": "{written} zawiera więcej niż jeden znak „@”",
    "The filter “{name}” is not available.": "Filtr „Mars” nie jest dostępny.",
}


@pytest.mark.wording
@pytest.mark.parametrize("msgid", STORED)
def test_a_row_with_a_sentence_reworded_since_is_told_in_polish(msgid, said):
    stored = {"text": msgid, "params": {"name": "Mars"}}
    assert (msgid, None) not in said
    with wording.speaking("pl"):
        assert str(wording.Text.read(stored)).startswith(STORED[msgid])


IMPORTS = "from relance import wording\nfrom relance.wording import N_, Text, _, n_\n"
SOURCE = """
_("one"); Text("two", name=Text("three")); N_("four"); n_("{count} a", "{count} b", n)
Text.plural("{count} c", "{count} d", n); Text.within("mailbox", "paused"); wording.Text("five"); _(HEADS[0])
Text.prose("not this"); raise errors.NotFound(Text("si" "x"))
"""


def test_sentences_are_found_wherever_they_are_marked():
    assert {key for _, key in catalogue.of_source(IMPORTS + SOURCE)} == {
        *((each, None) for each in ("one", "two", "three", "four", "five", "six")),
        (("{count} a", "{count} b"), None),
        (("{count} c", "{count} d"), None),
        ("paused", "mailbox"),
    }


@pytest.mark.parametrize("source", ['_(f"no {such}")', 'Text("a" + b)', "N_(name)", 'n_("one", many, 2)'])
def test_a_sentence_that_is_put_together_cannot_be_translated(source):
    with pytest.raises(ValueError, match="as a literal"):
        list(catalogue.of_source(IMPORTS + source))


def test_another_text_is_no_sentence_of_ours():
    assert list(catalogue.of_source("from rich.text import Text\nText(f'{a}'); Text('b')")) == []


def test_the_translations_are_part_of_the_package():
    names = [part.name for part in stored.parts("pl")]
    assert "wording.po" in names
    assert all(Path(name).suffix == ".po" for name in names)
