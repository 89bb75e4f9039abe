"""No condition of the program reads a sentence: a translation or a better word would change what is decided."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import relance
from tests import asking, catalogue

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
ALLOWED = {
    "config/toml_faults.py: _PLACE.search(raw)": THEIRS,
    "engine/db/migrations/versions/0023_old_sentences_read_once.py: words == 'stopped by a person'": OLD,
    "engine/db/migrations/versions/0023_old_sentences_read_once.py: '; also: ' in words": OLD,
    "engine/definition/reading/yaml_source.py: re.search(pattern, said)": THEIRS,
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
    return list(asking.decisions(source, frozenset({"no such user"}), asking.known([NAMES])))


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
        '" ".join(str(Text(x)).split())',
        "REASONS[code]",
        "def f(why: Text) -> bool: return bool(why)",
        "def f(why: Text) -> None: ...\ndef g(why: str) -> bool: return why == x",
    ],
)
def test_codes_values_and_what_is_only_shown_are_not(source: str) -> None:
    assert asked(source) == []
