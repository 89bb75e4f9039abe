import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance import errors, wording
from relance.templates import Source, check_condition, check_source, compile_source
from tests.reworded import in_english

KNOWN = {"first_name", "last_name", "company", "role", "custom.*", "sender.name"}


def told(body: str) -> str:
    return "\n".join(str(problem) for problem in check_source(Source(None, body), KNOWN))


def test_a_good_source_has_no_problems():
    body = 'Hi {{ first_name | default("there") }},\n{% if company == "Acme" %}\n{{ custom.anything | upper }}\n{% endif %}\n{{ sender.name }}'
    assert check_source(Source("{{ company }}", body), KNOWN) == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Hi\n {{ frist_name }}", "body:2:5: There is no contact field \"frist_name\". Did you mean first_name?"),
        ("{{ firstName }}", "body:1:4: There is no contact field \"firstName\". Did you mean first_name?"),
        ("{{ contact.first_name }}", "body:1:4: There is no contact field \"contact.first_name\". Did you mean first_name?"),
        ("{{ zzz }}", "body:1:4: There is no contact field \"zzz\". Known fields: company, custom.*, first_name, last_name, role, sender.name."),
        ("{first_name}", "body:1:1: \"{first_name}\" is a placeholder of another tool and does not work here. Write {{ first_name }}."),
        ("a\n{{ first_name, x", "body:2: This {{ is never closed. Write }} after the field's name, as in {{ first_name }}."),
        ("{{ first name }}", "body:1: There are two words side by side inside {{ }} or {% %}. A field's name has no spaces: write {{ first_name }}."),
        ("{{ }}", "body:1: Something is missing inside {{ }} or {% %}. Write a field's name, as in {{ first_name }}."),
        ("{{ role | default(„x”) }}", "body:1: Curly quotes cannot be used inside {{ }} and {% %}. Write straight quotes: \"…\"."),
        ("{% if role = 'x' %}{% endif %}", "body:1: A single = does not compare anything. Write ==, as in {% if country == \"PL\" %}."),
        ("{{ first_name | default: \"there\" }}", "body:1:1: \"{{ first_name | default: \"there\" }}\" is a placeholder of another tool and does not work here. Write {{ first_name | default(\"there\") }}."),
        ("{{ a ? }}", "body:1: Inside {{ }} or {% %} there is a \"?\" where it does not belong. Write a field's name, as in {{ first_name }}."),
        ("a\n{% if role %}\nb", "body:2: This {% if %} is never closed. Write {% endif %} where it ends."),
        ("a\n{% endif %}", "body:2: {% endif %} has nothing to close. Remove it, or write {% if … %} before it."),
        ("{% if role %}\n{% endfor %}", "body:2: {% endfor %} cannot close the {% if %} in line 1. Write {% endif %} first."),
        ("{% else %}", "body:1: {% else %} is outside any {% if %}. Write {% if … %} before it."),
        ("{% if role %}{% else %}{% elif company %}{% endif %}", "body:1: {% elif %} cannot come after {% else %}. {% else %} must come last."),
        ("{# a", "body:1: This {# is never closed. Write #} where the comment ends."),
        ("{{ role | safe }}", "body:1:11: The filter \"safe\" is not available. Values are always escaped, so that no one's name can put HTML into your mail."),
        ("a {% if role %}b\nc{% endif %}", "body:1: This {% if %} is in the middle of a line but belongs to another line. Put it on a line of its own, or keep the whole condition on one line."),
        ("\n[x](javascript:alert)", "body:2:5: The link \"javascript:alert\" does not begin with https://, http://, mailto: or tel:. Write the whole address, as in https://example.com/pricing."),
        ("[x](https://a.example/a b)", "body:1: This looks like a link, but its target is not clear. A target has no spaces: write [our pricing](https://example.com/pricing)."),
        ("[ ](https://a.example)", "body:1: This link has no text to click on. Write [our pricing](https://…)."),
        ("[x](https://a.example/{% if role %}a{% endif %})", "body:1: A condition cannot be inside the target of a link. Put the whole link into the {% if %}."),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_plain_words_with_their_place(body, sentence):
    assert told(body) == in_english(sentence)


def test_mistakes_are_told_in_polish_at_the_same_places():
    body = "Hi\n {{ frist_name }}\n{{ role | safe }}\n[x](javascript:alert)"
    english = check_source(Source(None, body), KNOWN)
    with wording.speaking("pl"):
        polish = check_source(Source(None, body), KNOWN)
        assert told("{{ frist_name }}") == (
            "body:1:4: Kontakt nie ma pola „frist_name”. Czy chodziło o first_name?"
        )
        assert told("{% if role %}") == (
            "body:1: Znacznik {% if %} nie jest zamknięty. "
            "W miejscu, gdzie się kończy, należy napisać {% endif %}."
        )
    assert [(each.line, each.column) for each in polish] == [(each.line, each.column) for each in english]


JINJA = ("expected token", "unexpected", "Encountered", "Expected", "got '")


@pytest.mark.parametrize(
    "body",
    [
        '{{ first_name | default: "x" }}', "{{ a ? }}", "{{ (a }}", "{{ a) }}", "{{ a[ }}", "{{ a. }}", "{{ a | }}", "{{ [a, }}",
        "{% ?? %}", "{%  %}", "{% foo %}", "{% if %}x{% endif %}", "{{ a }", "{% if a", "{{ 'a }}", "{{ a..b }}", "{{ a:b }}",
        "{{ {a} }}", "{{ a == }}", "{{ a b c }}", "{% elif %}", "{% if a: %}x{% endif %}", "{{ a | 5 }}", "{{ a is }}",
    ],
)  # fmt: skip
def test_no_words_of_jinja_reach_a_reader_unquoted(body):
    with wording.speaking("pl"):
        shown = told(body)
    assert shown
    assert not any(each in shown.partition("Jinja: „")[0] for each in JINJA), shown


def test_all_mistakes_are_told_at_once():
    found = check_source(
        Source("{{ compny }}", "{{ frist_name }}\n[x](ftp://a.example)\n{{ role | safe2 }}"), KNOWN
    )
    assert [(problem.where, problem.line) for problem in found] == [("body", 3), ("subject", 1)]
    found = check_source(Source("{{ compny }}", "{{ frist_name }}\n[x](ftp://a.example)"), KNOWN)
    assert [(problem.where, problem.line) for problem in found] == [("body", 1), ("body", 2), ("subject", 1)]


BIG = "9" * 5000
REFUSED = [
    # what stops a machine
    "{{ 9**9**9 }}", "{{ 9 ** (9 ** 8) }}", "{{ 'a' * 10**9 }}", "{{ 'a' * 1000 * 1000 }}", "{{ [1] * 10**9 }}", "{{ 1 + 1 }}", "{{ company % company }}",
    "{{ 'a' | center(10**9) }}", "{{ '%1000000000d' | format(1) }}", "{{ '{:>1000000000}'.format(1) }}", "{{ 'a' | indent(10**9) }}",
    "{{ company | truncate(10000000000) }}", "{{ company | truncate(10, false, 'x' * 100000) }}", "{{ company | replace('a', 'aaaaaaaaaa') }}",
    "{{ company | replace('', 'x') }}", "{{ company | replace(role, role) }}", "{{ company | join(company) }}", "{{ company | round(999999999) }}",
    "{{ company | int(0, 99999) }}", "{{ company | wordwrap(1) }}", "{{ company | urlize }}", "{{ company | batch(3) }}", "{{ company | list }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}", "{{ range(10**9) | list }}", "{{ lipsum(n=20000) }}",
    "{% for a in company %}{% for b in company %}{% endfor %}{% endfor %}", "{% for a in company recursive %}{{ loop(a) }}{% endfor %}",
    "{% for a in [1, 2] %}{% endfor %}", "{% for a, b in company %}{% endfor %}", "{{ dict(a=1) }}", "{{ cycler('a') }}", "{{ namespace() }}", "{{ joiner() }}",
    f"{{{{ {BIG} }}}}", f"{{{{ 0x{'f' * 5000} }}}}", "{{ 1e309 }}", "{{ -1e309 }}", "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "{{ " + "not " * 5000 + "x }}",
    "{{ " + "x." * 5000 + "x }}", "{{ " + "x | upper " + "| upper " * 3000 + "}}", "{{ " + "-" * 5000 + "1 }}", "{{ '" + "x" * 2000 + "' }}",
    "{% if a %}" * 200 + "{% endif %}" * 200, "{{ a }}" * 4000, "x" * 70_000, "{{ [" + "1," * 500 + "] }}", "{{" * 30_000, "{%" * 30_000, "{#" * 30_000,
    "{% for i in a %}" * 11,
    # what reaches for Python
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ company.__class__ }}", "{{ company['__class__'] }}", "{{ company | attr('__class__') }}",
    "{{ self }}{{ self.__init__ }}", "{{ self._TemplateReference__context }}", "{{ _href(0) }}", "{{ __x }}", "{{ company.upper() }}", "{{ company.format(company) }}",
    "{{ company | map(attribute='__class__') }}", "{{ company | map('upper') }}", "{{ company | select }}", "{{ company | selectattr('a') }}", "{{ company | groupby('a') }}",
    "{{ company | sum(start=9) }}", "{{ company | tojson }}", "{{ company | pprint }}", "{{ company | xmlattr }}", "{{ company | safe }}", "{{ company | escape }}", "{{ company | random }}",
    "{{ company | join(attribute='__class__') }}", "{{ company | join('', attribute='a.__class__') }}", "{{ company | default(*role) }}", "{{ company | default(**role) }}", "{{ company | default }}",
    "{{ company[1:2] }}", "{{ company[role] }}", "{{ company[1.5] }}", "{{ {'a': 1} }}", "{{ [role] }}", "{{ (role, company) }}", "{{ role, company }}", "{{ -company }}", "{{ +company }}",
    "{% set a = 1 %}", "{% macro a() %}{% endmacro %}", "{% include 'x' %}", "{% import 'x' as x %}", "{% from 'x' import y %}", "{% extends 'x' %}", "{% block x %}{% endblock %}",
    "{% call x() %}{% endcall %}", "{% filter upper %}x{% endfilter %}", "{% with %}{% endwith %}", "{% autoescape false %}{% endautoescape %}", "{% raw %}{% endraw %}", "{% do x %}",
    "{% trans %}x{% endtrans %}", "{% debug %}", "{% break %}", "{% print 1 %}", "{% if company is callable %}{% endif %}", "{% if company is mapping %}{% endif %}",
    "{% if company is filter('x') %}{% endif %}", "{{ caller() }}", "{{ loop(1) }}", "{{ config.items() }}", "{{ request }}{{ x() }}", "{{ x if }}", "{{ %s }}", "{{ company | }}",
]  # fmt: skip


@pytest.mark.parametrize("body", REFUSED, ids=[body[:40] for body in REFUSED])
def test_what_stops_a_machine_or_reaches_for_python_is_refused_at_once(body):
    began = time.process_time()
    for source in (Source(None, body), Source(None, html=f"<p>{body}</p>"), Source("x", f"a\n{body} b")):
        with pytest.raises(errors.Invalid):
            compile_source(source)
    # Far above what it takes (each well under 100 ms), far below a hang.
    assert time.process_time() - began < 2


@pytest.mark.parametrize("body", ["**a " * 16_000, "[" * 60_000, "[a](" * 16_000, "[a](b(" * 10_000, "*" * 60_000, "_a*b**" * 10_000, "https://" * 8000, "<https://" * 7000, "\n" * 60_000, "- \n" * 20_000, " " * 60_000, "(" * 60_000, "\\" * 60_000, "{ " * 30_000, "https://a" + ")" * 60_000, "a " * 30_000, "{% " + " " * 60_000, "{{ a }}" + " " * 60_000 + "{%- if a %}{% endif %}"])  # fmt: skip
def test_long_and_odd_bodies_do_not_take_long(body):
    began = time.process_time()
    check_source(Source(None, body), KNOWN)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "body",
    [
        "{{ role }}\n" * 1400,
        "[a](https://a.example/{{ role }})\n" * 900,
        "{{ role | " + " | ".join(["upper"] * 36) + ' | default("") }}',
        "{% if role %}" * 10 + "Hi {{ role | default('') }}" + "{% endif %}" * 10,
    ],
)
def test_what_passes_the_check_can_be_compiled(body):
    assert check_source(Source(None, body), KNOWN) == []
    compile_source(Source(None, body))


TOKENS = [
    "first_name",
    "company",
    ".",
    ",",
    ":",
    ";",
    "=",
    "==",
    "!=",
    "<",
    ">",
    "|",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "+",
    "-",
    "*",
    "/",
    "~",
    "%",
    "1",
    "1.5",
    "'x'",
    "'Hi,_you'",
    "if",
    "else",
    "elif",
    "endif",
    "for",
    "endfor",
    "in",
    "not",
    "is",
    "and",
    "or",
    "defined",
    "default",
    "recursive",
    "set",
    "block",
    "include",
    "macro",
    "call",
    "filter",
    "with",
    "raw",
    "?",
    "!",
    "@",
    "#",
    "$",
    "\\",
    "&",
    "^",
    "`",
    "“",
    "’",
    "é",
    "none",
    "true",
    "self",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-%}",
    "'",
    '"',
    "...",
    "loop",
]
FRAMES = ("{{ %s }}", "{%% if %s %%}a{%% endif %%}", "{%% %s %%}", "{%% for %s %%}a{%% endfor %%}", "{{ first_name | default(%s) }}", "Hi %s", "{{ %s")  # fmt: skip
LIBRARY = re.compile(
    r"Jinja|end of (?:print|statement|template)|expected|token|got '|chunk|\b(?:Pos|Tuple|Dict)\b"
)


@pytest.mark.wording
@given(words=st.lists(st.sampled_from(TOKENS), min_size=1, max_size=6), frame=st.sampled_from(FRAMES))
@example(words=["first_name", "company"], frame="{{ %s }}")
@example(words=["(", "company"], frame="{{ %s }}")
@example(words=["company", "products"], frame="{%% for %s %%}a{%% endfor %%}")
@example(words=["...", "company"], frame="{{ %s }}")
@example(words=["+", "1"], frame="{{ %s }}")
@example(words=["raw"], frame="{%% %s %%}")
def test_whatever_is_mistyped_is_told_without_a_word_of_the_library(words: list[str], frame: str) -> None:
    """Jinja's names of tokens and nodes mean nothing to somebody who writes mail."""
    inner = " ".join(words)
    found = [*check_source(Source("x", frame % inner), KNOWN), *check_condition(inner, KNOWN)]
    assert [str(each) for each in found if LIBRARY.search(str(each.what)) or not str(each.what)] == []
