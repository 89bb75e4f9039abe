"""Placeholders of other tools are found wherever they stand, and told with what to write here; what people write otherwise is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.templates import Source, check_source, foreign
from relance.wording.sentence_codes import SentenceCode
from tests.reworded import in_english

CODES = {SentenceCode.FOREIGN_PLACEHOLDER, SentenceCode.SINGLE_BRACES}
KNOWN = {"first_name", "last_name", "company", "title", "email", "custom.*", "deal_size"}


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("*|FNAME|*", "{{ first_name }}"),
        ("*|MERGE7|*", ""),
        ("%FIRSTNAME%", "{{ first_name }}"),
        ("%first_name%", "{{ first_name }}"),
        ("%recipient.first_name%", "{{ first_name }}"),
        ("%SOMETHING_ELSE%", ""),
        ("[First Name]", "{{ first_name }}"),
        ("[COMPANY]", "{{ company }}"),
        ("[Imię]", "{{ first_name }}"),
        ("<<First Name>>", "{{ first_name }}"),
        ("<<Anything>>", ""),
        ("«Nazwisko»", "{{ last_name }}"),
        ("{first_name}", "{{ first_name }}"),
        ("{firstName}", "{{ first_name }}"),
        ("{Deal Size}", "{{ deal_size }}"),
        ("{Hi|Hello}", ""),
        ("{Hi|Hello|}", ""),
        ('{{ first_name | default: "there" }}', '{{ first_name | default("there") }}'),
        ("{{company|truncate: 20}}", "{{ company | truncate(20) }}"),
        ("{{#if company}}", "{% if company %}"),
        ("{{#company}}", "{% if company %}"),
        ("{{^company}}", "{% if not company %}"),
        ("{{#unless company}}", "{% if not company %}"),
        ("{{#each projects}}", "{% for item in projects %}"),
        ("{{else}}", "{% else %}"),
        ("{{/if}}", "{% endif %}"),
        ("{{/each}}", "{% endfor %}"),
        ("{{> footer}}", ""),
        ("{!Contact.FirstName}", "{{ first_name }}"),
        ("{!Account.Industry}", ""),
        ("%%company%%", "{{ company }}"),
        ("%%anything%%", ""),
        ("##name##", "{{ first_name }}"),
        ("{name}", "{{ first_name }}"),
        ("[Name]", "{{ first_name }}"),
        ("(First Name)", "{{ first_name }}"),
        ("(FNAME)", "{{ first_name }}"),
        ("-fname-", "{{ first_name }}"),
        ("-first_name-", "{{ first_name }}"),
        ("<%= name %>", "{{ first_name }}"),
        ("<%- user.company %>", "{{ company }}"),
        ("$first_name", "{{ first_name }}"),
        ("$FirstName", "{{ first_name }}"),
        ("${first_name}", "{{ first_name }}"),
        ("${anything}", ""),
        ("{{{first_name}}}", "{{ first_name }}"),
        ("{{{ deal_size }}}", "{{ deal_size }}"),
    ],
)
def test_each_is_found_and_translated(written: str, ours: str) -> None:
    text = f"Dear all,\n  and {written}, regards"
    (tag,) = foreign.found(text, KNOWN)
    assert (tag.written, tag.ours, tag.at) == (written, ours, text.index(written))
    (problem,) = [each for each in check_source(Source(None, text), KNOWN) if each.code in CODES]
    assert (problem.where, problem.line, problem.column) == ("body", 2, 7)
    if ours:
        assert ours in str(problem.hint)


@pytest.mark.parametrize(
    "text",
    [
        "{{ first_name }} {{ company | default('x') }} {% if company %}a{% else %}b{% endif %}",
        "[First Name](https://a.example) and [see this] and [1] and [[write here]]",
        "Up to 100% of it, 20% more, 5 % and 30%",
        "https://a.example/?q=%C3%B3%20%ABCD&name=%20first_name",
        "a < b << c and a {x} {y z} (a|b) a|b {|",
        "« Bonjour » and «tak»",
        "*bold* | *other* and **|**",
        "a{color:red} b{margin:0}",
        "5*|x and |*",
        "It costs $5, or US$20, $1.500 and 5$ or $k a year, in $AUD",
        "The form (first name, last name) and (first name) (see below) (Company) (Title) (Poland) (Name)",
        "well-known, a -10% off, -company- as they say - first name - and --first_name--, pre-company-wide",
        "# One ## Two ### Three ## and #company##",
        "100%% sure, 5 %% of it",
        "<% %> and 3 <% 4",
    ],
)
def test_what_people_write_otherwise_is_left_alone(text: str) -> None:
    assert foreign.found(text, KNOWN) == []


def test_a_field_by_a_name_of_another_tool_or_language_is_suggested() -> None:
    for written in ("imię", "fname", "Nazwisko"):
        [problem] = check_source(Source(None, f"Hi {{{{ {written} }}}}"), KNOWN)
        assert problem.code == SentenceCode.FIELD_UNKNOWN
        assert ("last_name" if written == "Nazwisko" else "first_name") in str(problem.hint)


def test_all_are_told_at_once_beside_other_mistakes_each_once() -> None:
    body = "Hi *|FNAME|*, dear <<First Name>>,\n{{#if company}}at {{ compny }}{{/if}}\n[x](ftp://a.example)"
    found = check_source(Source("{Hi|Hello} %FIRSTNAME%", body), KNOWN)
    assert [(each.where, each.line, each.column) for each in found if each.code in CODES] == [
        ("body", 1, 4), ("body", 1, 20), ("body", 2, 1), ("body", 2, 31), ("subject", 1, 1), ("subject", 1, 12),
    ]  # fmt: skip
    assert SentenceCode.TEMPLATE_UNREADABLE not in {each.code for each in found}
    assert str(found[0]) == in_english(
        'body:1:4: "*|FNAME|*" is a placeholder of another tool and does not work here. Write {{ first_name }}.'
    )


@given(st.text(alphabet="{}[]<>«»%*|#/^ aB_:\"'\n.", max_size=60))
def test_any_text_is_read(text: str) -> None:
    for tag in foreign.found(text, KNOWN):
        assert text.startswith(tag.written, tag.at)
