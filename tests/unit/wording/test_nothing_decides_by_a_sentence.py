"""No condition of the program reads a sentence: a translation or a better word would change what is decided."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

import relance
from relance.engine.reporting import codes
from tests import asking, asking_pages, catalogue

PACKAGE = Path(relance.__file__).parent
SPACED = re.compile(r"\S\s+\S")
OLD, POLICY, KIND, THEIRS, AGAIN, SIGNS = (
    "reads once what an earlier version stored as a sentence",
    "a value of the setting, shown by the same words",
    "a kind of mail as the database has it, shown by the same words",
    "the words are those of a library, which has no other way to say what is wrong",
    "a line of the log is written once as long as it would be the same, whatever it says",
    "whether the sentence shows signs that only a template has, in whatever words it does",
)
CODES = "codes that are written with blanks, and shown by the same words"
OWN = "a person's own words, and whether they are others than before"
ALLOWED = {
    "config/toml_faults.py: _PLACE.search(raw)": THEIRS,
    "engine/db/migrations/versions/0023_old_sentences_read_once.py: words == 'stopped by a person'": OLD,
    "engine/db/migrations/versions/0023_old_sentences_read_once.py: '; also: ' in words": OLD,
    "engine/definition/reading/yaml_source.py: re.search(pattern, said)": THEIRS,
    "engine/db/migrations/versions/0008_reasons_and_refusals.py: enrollment.c.reason.like('the mail may have been delivered%')": OLD,
    "engine/db/migrations/versions/0008_reasons_and_refusals.py: enrollment.c.reason.not_like('%; also: %')": OLD,
    "engine/db/migrations/versions/0014_locked_out.py: mailbox.c.reason == mailbox.c.sync_error": OLD,
    **dict.fromkeys(
        (
            "engine/db/migrations/versions/0018_kinds_of_events.py: {'paused by a person': …}",
            "engine/db/migrations/versions/0021_reasons_by_code.py: row.reason != '; also: '.join((str(each.get('words', '')) for each in row.reasons))",
            "engine/db/migrations/versions/0023_old_sentences_read_once.py: {'answered an invitation': …}",
            "engine/db/migrations/versions/0024_holds.py: {'stopped by a person': …}",
            "engine/event_log/old_names.py: {'paused by a person': …}",
            "engine/reasons/matches.py: {'our token in the address it came to': …}",
            "engine/store/mailboxes/provider_traits.py: {'the copy in Sent': …}",
        ),
        OLD,
    ),
    **dict.fromkeys(
        (
            "engine/reasons/code_words.py: {'mails in doubt': …}",
            "engine/reporting/codes.py: {'mail in doubt': …}",
            "mailbox/classification/rule_names.py: {'asks to stop': …}",
        ),
        CODES,
    ),
    **dict.fromkeys(
        (
            "cli/operations/demo.py: {'out of office': …}",
            "engine/store/inbound/replies.py: KIND.in_(['left the company'])",
            "engine/store/inbound/replies.py: KIND.in_(['hard bounce'])",
            "engine/store/inbound/replies.py: KIND.in_(['out of office'])",
        ),
        KIND,
    ),
    "cli/terminal/speech.py: {'Show this message and exit.': …}": THEIRS,
    "console/views/sequences/editor.py: {'Go to line': …}": THEIRS,
    "engine/sequences/publish.py: reason == (before.reason if before.state == 'paused' else None)": OWN,
    "engine/sending/doubt/in_doubt.py: policy == 'assume sent'": POLICY,
    "engine/sending/doubt/in_doubt.py: policy == 'send again'": POLICY,
    "engine/store/inbound/replies.py: inbound.c.kind != 'own copy'": KIND,
    **dict.fromkeys(
        (
            "mailbox/imap/connection.py: error.reason in ('UNSUPPORTED_PROTOCOL', 'NO_PROTOCOLS_AVAILABLE', 'TLSV1_ALERT_PROTOCOL_VERSION')",
            "mailbox/imap/connection.py: error.reason in ('WRONG_VERSION_NUMBER', 'HTTP_REQUEST', 'UNKNOWN_PROTOCOL', 'RECORD_LAYER_FAILURE')",
            """mailbox/imap/connection.py: words.startswith("b'")""",
            """mailbox/imap/connection.py: words.startswith('b"')""",
        ),
        THEIRS,
    ),
    "mailbox/address.py: re.search(pattern, str(problem))": THEIRS,
    "scheduler/scheduler.py: words != self.said": AGAIN,
    "templates/conditions.py: '{{' in hint": SIGNS,
    "templates/conditions.py: '{%' in hint": SIGNS,
    "templates/compiling.py: re.search(\"'([^']+)' is undefined\", str(error))": THEIRS,
}
# `file: what is asked`, and why it may.


SCRIPTS = {
    'keeping.js: (state.textContent !== (state.dataset[what] || "")) state.textContent = state.dataset[what] || ""': AGAIN,
}
# Of a page's scripts: `file: what is asked`, and why it may.


@functools.cache
def sentences() -> frozenset[str]:
    """What the catalogue has that is a sentence. A word alone ("mail") is also a value of a column or a key of a file."""
    found = [
        text for key in catalogue.sentences() for text in (key[0] if isinstance(key[0], tuple) else [key[0]])
    ]
    return frozenset(text for text in found if SPACED.search(text))


def test_no_condition_of_the_program_reads_a_sentence() -> None:
    known = sentences()
    assert len(known) > 1000
    sources = {path: path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    names = asking.known(sources.values())
    found = [
        f"{path.relative_to(PACKAGE)}: {asked}"
        for path, source in sources.items()
        for asked in asking.decisions(source, known, names)
    ]
    assert [each for each in found if each not in ALLOWED] == []
    assert set(ALLOWED) <= set(found)


def test_no_template_asks_a_sentence() -> None:
    coded = {code for table in codes.TABLES.values() for code in table}
    pages = sorted((PACKAGE / "console/templates").glob("*.html"))
    assert len(pages) > 30
    found = {
        f"{page.name}: {asked}"
        for page in pages
        for asked in asking_pages.of_template(page.read_text("utf-8"), sentences() - coded)
    }
    assert found == set()


def test_no_script_asks_what_a_page_says() -> None:
    scripts = [each for each in (PACKAGE / "console/static").glob("*.js") if ".min." not in each.name]
    assert len(scripts) >= 4
    found = {
        f"{script.name}: {asked}"
        for script in scripts
        for asked in asking_pages.of_script(script.read_text("utf-8"), sentences())
    }
    assert found == set(SCRIPTS)


def test_no_statement_written_as_text_asks_a_sentence() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}: {asked}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for asked in asking_pages.of_statements(path.read_text("utf-8"), sentences())
    }
    assert {each for each in found if "/migrations/" not in each} == set()


KNOWN = frozenset({"no such user", "the mail may have been delivered"})


@pytest.mark.parametrize(
    "source",
    [
        '{% if x == "no such user" %}a{% endif %}',
        '{% if "no such user" in x %}a{% endif %}',
        '{% if x in ("a", "no such user") %}a{% endif %}',
        '{{ "a" if _("b") == x else "c" }}',
        "{% if view.reason == x %}a{% endif %}",
        '{% if "else" in view.reason %}a{% endif %}',
        "{% if view.reason|lower == x %}a{% endif %}",
        '{% if view.reason.startswith("else") %}a{% endif %}',
        '{% if x is eq("no such user") %}a{% endif %}',
        "{{ names[view.words] }}",
        '{{ names.get(_("b")) }}',
    ],
)
def test_each_way_a_template_asks_a_sentence_is_found(source: str) -> None:
    assert list(asking_pages.of_template(source, KNOWN)) != []


@pytest.mark.parametrize(
    "source",
    [
        '{% if view.state == "held" %}a{% endif %}',
        "{% if view.reason %}{{ view.reason }}{% endif %}",
        '{% if view.reason == "" %}a{% endif %}',
        '{{ _("no such user") }}',
        "{% if n > 1 %}a{% endif %}",
    ],
)
def test_a_template_that_asks_codes_or_only_shows_does_not(source: str) -> None:
    assert list(asking_pages.of_template(source, KNOWN)) == []


@pytest.mark.parametrize(
    "source",
    [
        'if (each.textContent === "held") go();',
        "if (each.textContent.includes(held)) go();",
        "if (row.innerText.startsWith(x)) go();",
        'const told = "no such user";',
    ],
)
def test_each_way_a_script_asks_a_page_is_found(source: str) -> None:
    assert list(asking_pages.of_script(source, KNOWN)) != []


def test_a_script_may_write_and_ask_data() -> None:
    source = 'if (each.dataset.state === "held") each.textContent = each.dataset.words;'
    assert list(asking_pages.of_script(source, KNOWN)) == []


@pytest.mark.parametrize(
    "source",
    [
        "text(\"select 1 from x where reason like 'the mail may have %'\")",
        "text(\"select 1 from x where reason = 'no such user'\")",
        "text(\"select 1 from x where reason in ('no such user')\")",
    ],
)
def test_each_statement_that_asks_a_sentence_is_found(source: str) -> None:
    assert list(asking_pages.of_statements(source, KNOWN)) != []


@pytest.mark.parametrize("said", ["= 'held'", "like 'the mail%'", "in ('a', 'b')"])
def test_a_statement_that_asks_codes_is_not(said: str) -> None:
    assert list(asking_pages.of_statements(f'text("select 1 from x where state {said}")', KNOWN)) == []


NAMES = """
REASONS: Mapping[Code, Text] = {}
PLAIN: Mapping[Code, str] = {}

class Report:
    halted_for: Text
    state: str

    @property
    def all_of_it(self) -> Text: ...

def why_not(person: int) -> Text | None: ...
"""


def asked(source: str) -> list[str]:
    return list(asking.decisions(source, KNOWN, asking.known([NAMES, source])))


@pytest.mark.parametrize(
    "source",
    [
        'x == "no such user"',
        'x in ("a", "no such user")',
        '"no such user" in told',
        'x.startswith("no such user")',
        're.match("no such user", x)',
        'match x:\n    case "no such user": pass',
        'try: pass\nexcept Wrong as e:\n    str(e) == "else"',
        'try: pass\nexcept Wrong as e:\n    "else" in str(e.text)',
        "try: pass\nexcept Wrong as e:\n    e.text == known",
        'def told(wrong: StateError) -> str: return "else" in str(wrong)',
        'str(row.reason).startswith("else")',
        '_("a") == x',
        'n_("a", "b", 2).lower() == x',
        'said = _("a").strip()\nif "else" in said: pass',
        'said = _("a")\nsame = said or ""\nif same == x: pass',
        'if (said := str(Text("a"))) != x: pass',
        'f"{mailbox}: {_(word)}" == x',
        "def f(why: Text, other: Text) -> bool: return why == other",
        "Text.prose(x) == y",
        "why_not(1) in (y, z)",
        "run.why_not(1) == y",
        "report.halted_for != self.last",
        "report.all_of_it == x",
        "next(each for each, heading in REASONS.items() if REASONS[each] == REASONS.get(other))",
        'str(REASONS[code]).partition(": {")[0]',
        'str(REASONS[code] or "").split(": ")',
        "text.msgid == x",
        "counts[str(Text(x))] += 1",
        "KINDS.get(str(REASONS[code]))",
        "match str(Text(x)):\n    case other: pass",
        'x.c.kind.in_(["no such user"])',
        'column.like("no such user")',
        "x == row.reason",
        '"else" in row.words',
        'row.sync_error.startswith("else")',
        "counted.setdefault(row.reason, [])",
        "{row.reason: row for row in rows}",
        'KINDS = {"no such user": 1}',
        '"may have been" in told',
        're.compile("mail may have been")',
        'told.startswith("the mail may have")',
        'def said() -> str:\n    return _("a")\nsaid() == x',
    ],
)
def test_each_way_to_ask_a_sentence_is_found(source: str) -> None:
    assert asked(source) != []


@pytest.mark.parametrize(
    "source",
    [
        'x == "mail"',
        "str(number) == known",
        '_("no such user")',
        'x == ""',
        "why_not(1) is None",
        'str(Text(x)) != ""',
        "PLAIN[code] == x",
        'report.state == "held"',
        'row.reason == ""',
        "bool(row.reason)",
        'KINDS = {"hold": 1, "assume sent": 2}',
        '" ".join(str(Text(x)).split())',
        "REASONS[code]",
        "def f(why: Text) -> bool: return bool(why)",
        "def f(why: Text) -> None: ...\ndef g(why: str) -> bool: return why == x",
    ],
)
def test_codes_values_and_what_is_only_shown_are_not(source: str) -> None:
    assert asked(source) == []
