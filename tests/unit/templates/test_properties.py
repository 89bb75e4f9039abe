import html.parser
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from relance import errors
from relance.templates import Missing, Rendered, Source, Unusable, check_source, compile_source, values

BODY = """Hi {{ a }}, **{{ b }}** and _{{ a }}_ {% if b %}yes {{ b }}{% else %}no{% endif %}
- {{ b }} [see {{ a }}](https://x.example/{{ a }}?q={{ b }})
{% if a == b %}
1. {{ a | title }}
{% endif %}
https://x.example/{{ b }} {{ a | truncate(10) }} {{ b | default("x") | upper }}
"""
PAGE = """<body><p title="{{ a }}">Hi <b>{{ b }}</b> < {{ a }}</p><a href='https://x.example/{{ a }}?q={{ b }}' title={{ b }}>{{ a }}</a>
<img alt='{{ b }}' src="https://x.example/{{ a }}"><textarea>{{ a }}</textarea><title>{{ b }}</title></body>"""
SOURCES = [Source("{{ a }} - {{ b }}", BODY), Source("{{ a }} - {{ b }}", html=PAGE)]
COMPILED = [compile_source(source) for source in SOURCES]

anything = st.text(max_size=40) | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=x>', "' onclick='x", "</a></div></body>", "--><x", "]]>", "{{ 7*7 }}", "{% raw %}", "&lt;", "](javascript:x)", "\x02" + "0\x03"]
)  # fmt: skip


def shape(document: str) -> list[tuple[str, tuple[str, ...]]]:
    """The tags with the names of their attributes, as a browser reads them; a line break of a value is no tag."""
    tree = LexborHTMLParser(document)
    return [(node.tag or "", tuple(node.attributes)) for node in tree.css("*") if node.tag != "br"]


SHAPES = [[shape(c.render({"a": a, "b": b}, lambda link: "https://t.example").html) for a, b in (("x", "x"), ("x", "y"))] for c in COMPILED]  # type: ignore[union-attr]  # fmt: skip


@pytest.mark.parametrize("which", [0, 1])
@settings(max_examples=150, deadline=None)
@given(anything, anything)
def test_no_value_adds_a_tag_or_an_attribute_and_every_value_is_in_the_text(which, a, b):
    made = COMPILED[which].render({"a": a, "b": b}, lambda link: "https://t.example")
    a, b = values.clean(a).strip(), values.clean(b).strip()
    if not (a and b):
        assert isinstance(made, Missing)
        return
    if isinstance(made, Unusable):
        assert "subject" in str(made.reason)  # nothing to see in it
        return
    assert isinstance(made, Rendered)
    assert shape(made.html) == SHAPES[which][a != b]
    assert a in made.text or which == 1
    assert re.sub(r"\s+", "", a) in re.sub(r"\s+", "", made.text)
    assert made.subject == " ".join(made.subject.split())
    assert all(link.target.startswith("https://x.example/") for link in made.links)


class Balance(html.parser.HTMLParser):
    """Reads HTML and refuses any tag that is not closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


bits = st.sampled_from(
    ["**", "*", "_", "__", "***", "[", "](", ")", "](https://a.example)", "[x](https://a.example)", "https://a.example/", "<", ">", "&", '"', "{", "}", "\\", "\n", "\n\n", "- ", "\n- ", "\n1. ",
     " ", "word", "ż", "{{ a }}", "{{ b }}", "{{ c | default('') }}", "{% if a %}", "{% if c %}", "{% else %}", "{% elif b %}", "{% endif %}", "{% for i in l %}", "{{ i }}", "{% endfor %}",
     "\n{% if c %}\n", "\n{% else %}\n", "\n{% endif %}\n", "{# note #}", "{%- if a -%}", "(", "-- \n"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(bits, max_size=25).map("".join))
def test_any_body_is_refused_with_a_reason_or_makes_sound_parts(body):
    known = {"a", "b", "c", "l", "i"}
    problems = check_source(Source(None, body), known)
    if problems:
        assert all(problem.what for problem in problems)
        return
    compiled = compile_source(Source(None, body))
    for contact in (
        {"a": "<A>", "b": "B", "l": ["1", "2"], "i": "I"},
        {"a": "A", "b": "B", "c": "C", "l": ["1"], "i": "I"},
    ):
        made = compiled.render(contact, lambda link: "https://t.example")
        assert isinstance(made, Rendered), (made, body)
        balance = Balance()
        balance.feed(made.html)
        balance.close()
        assert balance.open == []
        assert "\n\n\n" not in made.text


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="{}\\*_[]<>"), max_size=200))
def test_words_without_marks_arrive_as_they_are(body):
    problems = check_source(Source(None, body), ())
    assert not problems or "://" in body
    made = compile_source(Source(None, body)).render({}, lambda link: link.target)
    assert isinstance(made, Rendered)
    assert made.text.split() == values.clean(body).split()


fragments = st.sampled_from(
    ["<p>", "</p>", "<a href=", "'", '"', ">", "<", "https://x.example/", "<b ", "</", "<br/>", "<!--", "-->", "<style>", "</style>", "<textarea>", "</textarea>", "<title>", "<img src=", " alt=", " title=",
     "=", " ", "x", "{{ a }}", "{{ a }}", "{{ b }}", "{% if a %}", "{% endif %}", "&", "&lt;", "&#", "<![CDATA[", "]]>", "<?", "<!", "/", "<xmp>", "<plaintext>", "<noscript>", "<template>", "<svg>", "{", "}"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(fragments, max_size=14).map("".join), anything)
def test_no_value_adds_a_tag_to_any_given_html(page, evil):
    try:
        compiled = compile_source(Source(None, html=page))
    except errors.Invalid:
        return
    plain = compiled.render({"a": "x", "b": "x"}, lambda link: "https://t.example")
    made = compiled.render({"a": evil, "b": evil}, lambda link: "https://t.example")
    if isinstance(plain, Rendered) and isinstance(made, Rendered) and values.clean(evil).strip():
        assert shape(made.html) == shape(plain.html)
