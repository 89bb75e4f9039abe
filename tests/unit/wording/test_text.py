"""A sentence as a value: made late, in the reader's language, stored as a row, and never in anybody's way."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import subprocess
import sys
import threading
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import errors, wording
from relance.wording import Text, _, begun, ended, n_
from tests.reworded import in_english

NOON = dt.datetime(2026, 3, 5, 11, 0, tzinfo=dt.UTC)
WARSAW = zoneinfo.ZoneInfo("Europe/Warsaw")


@pytest.fixture(autouse=True)
def _by_warsaws_clock():
    before = wording.shown_zone()
    wording.show_times_in(WARSAW)
    yield
    wording.show_times_in(before)


def test_a_sentence_is_made_when_it_is_shown():
    said = Text("{longer} and {shorter}", longer=dt.timedelta(hours=2), shorter=Text("less than a second"))
    assert str(said) == in_english("2 hours and less than a second")
    with wording.speaking("pl"):
        assert str(said) == "2 godziny i mniej niż sekunda"
        assert f"{said}" == str(said)
    assert str(said) == in_english("2 hours and less than a second")


@pytest.mark.parametrize(("count", "words"), [(0, "0 dni"), (1, "1 dzień"), (2, "2 dni"), (22, "22 dni")])
def test_polish_has_its_plural_forms(count, words):
    with wording.speaking("pl"):
        assert n_("{count} day", "{count} days", count) == words
        assert str(Text.plural("{count} hour", "{count} hours", 25)) == "25 godzin"
        assert str(Text.plural("{count} hour", "{count} hours", 12_345)) == "12\xa0345 godzin"


def test_times_are_told_by_the_zones_clock_in_the_readers_language():
    assert wording.moment(NOON) == "Thu 5 March 2026 12:00 CET"
    assert wording.day(NOON.date()) == "Thu 5 March 2026"
    with wording.speaking("pl"):
        assert wording.moment(NOON) == "czw., 5 marca 2026, 12:00 CET"
        assert wording.day(NOON.date()) == "czw., 5 marca 2026"
        assert str(Text("{at} {day} {much}", at=NOON, day=NOON.date(), much=0.5)) == (
            "czw., 5 marca 2026, 12:00 CET czw., 5 marca 2026 0,5"
        )


def test_somebodys_own_words_are_never_translated():
    with wording.speaking("pl"):
        assert str(Text.prose("less than a second")) == "less than a second"
        assert str(Text("less than a second")) == "mniej niż sekunda"
        assert str(Text.prose("{name} {count}")) == "{name} {count}"


SCALARS = st.one_of(st.text(), st.integers(), st.booleans(), st.dates(), st.floats(allow_nan=False, allow_infinity=False),
                    st.datetimes(timezones=st.just(dt.UTC)), st.timedeltas(dt.timedelta(-9999), dt.timedelta(9999)))  # fmt: skip
NAMES = st.text("abcxyz_", min_size=1)
TEXTS = st.recursive(
    st.one_of(
        st.builds(Text.prose, st.text()),
        st.builds(lambda words, params: Text(words, **params), st.text(), st.dictionaries(NAMES, SCALARS)),
        st.builds(Text.plural, st.text(), st.text(), st.integers(-9, 99_999)),
        st.builds(Text.within, st.text(), st.text()),
    ),
    lambda inner: st.one_of(
        st.builds(lambda words, it: Text(words, it=it), st.text(), inner),
        st.builds(lambda parts, by: Text.together(*parts, by=by), st.lists(inner, max_size=3), st.text()),
        st.builds(ended, inner),
    ),
    max_leaves=6,
)


@given(TEXTS)
def test_a_stored_text_is_the_same_text(text):
    assert Text.read(text.row()) == text
    assert Text.read(text.json()) == text
    assert hash(Text.read(json.loads(json.dumps(text.row())))) == hash(text)
    assert copy.deepcopy(text) == pickle.loads(pickle.dumps(text)) == text
    assert str(Text.read(text.row())) == str(text)
    with wording.speaking("pl"):
        assert isinstance(str(text), str)


JSON = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
                    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.sampled_from(
                        ["text", "params", "code", "many", "count", "texts", "by", "of", "at", "day", "seconds"]) | st.text(), inner)))  # fmt: skip


@given(st.one_of(JSON, JSON.map(json.dumps), st.just('{"code": "prose", "text": "together"}')))
def test_no_stored_row_is_an_error(stored):
    for language in ("en", "pl"):
        with wording.speaking(language):
            assert isinstance(str(Text.read(stored)), str)


def test_words_of_before_there_were_rows_are_prose():
    assert str(Text.read("{it} was held")) == "{it} was held"
    assert str(Text.read("")) == str(Text.read(None)) == ""
    assert not Text.read(None)


def test_a_place_that_nothing_is_known_of_stays():
    assert _("{missing} and {{braces}} {a}", a="{b}", b="no") == in_english("{missing} and {braces} {b}")


def test_a_text_is_frozen():
    with pytest.raises(AttributeError):
        Text("less than a second").msgid = "more"  # type: ignore[misc]


def test_an_error_speaks_when_it_is_shown_and_is_stored_as_a_text():
    fault = errors.NotFound(Text("less than a second"))
    wrong = errors.Invalid([errors.Problem(Text("less than a second"), "a.yaml", Text.prose("Hint."), 3, 4)])
    assert (str(fault), str(wrong)) == (
        in_english("less than a second"),
        in_english("a.yaml:3:4: less than a second Hint."),
    )
    with wording.speaking("pl"):
        assert (str(fault), str(wrong)) == ("mniej niż sekunda", "a.yaml:3:4: mniej niż sekunda Hint.")
        assert str(errors.NotFound("own words")) == "own words"
    assert Text.read(fault.text.row()) == fault.text
    assert errors.NotFound("own words").text == Text.prose("own words")
    assert str(Text("{why}", why=fault)) == in_english("less than a second")
    assert str(pickle.loads(pickle.dumps(wrong))) == str(wrong)


def test_words_of_others_are_ended_late():
    assert str(ended(Text("less than a second"))) == in_english("less than a second.")
    with wording.speaking("pl"):
        assert str(ended(Text("less than a second"))) == "mniej niż sekunda."


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("pl", "pl"),
        ("pl-PL", "pl"),
        ("PL_pl.UTF-8", "pl"),
        ("en_GB", "en"),
        ("de", None),
        ("C.UTF-8", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_is_known_by_its_names(name, language):
    assert wording.matched(name) == language


def test_a_request_speaks_for_itself_alone():
    heard: list[str] = []
    with wording.speaking("pl"):
        other = threading.Thread(target=lambda: heard.append(wording.language()))
        other.start()
        other.join()
        with wording.speaking("nobody's"):
            heard.append(wording.language())
    assert [*heard, wording.language()] == ["en", "pl", "en"]


def test_a_process_speaks_one_language_until_it_is_told_another():
    try:
        assert wording.speak("pl_PL") == "pl"
        assert _("less than a second") == "mniej niż sekunda"
        assert wording.speak("nobody's") == "en"
    finally:
        wording.speak("en")


def test_english_reads_no_catalogue_and_imports_no_babel():
    code = (
        "import sys, datetime as dt; from relance import wording; wording.moment(dt.datetime.now(dt.UTC)); "
        "wording.span(dt.timedelta(5)); wording._('x'); print('babel' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )


def test_a_sentence_by_itself_begins_large_and_somebody_s_own_word_stays_as_it_is() -> None:
    assert begun("there is no mailbox x.") == "There is no mailbox x."
    assert begun("nie ma skrzynki x.") == "Nie ma skrzynki x."
    for said in ("kim@lake.example is away.", '"trial" is no sequence.', "`relance status`", "", "Done."):
        assert begun(said) == said
