import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.templates import Link, Rendered, Source, compile_source


def lines(body: str, **values: object) -> tuple[str, str]:
    """The text part, and the lines of the HTML part."""
    made = compile_source(Source(None, body)).render(values, lambda link: f"T{link.index}")
    assert isinstance(made, Rendered), made
    return made.text, made.html.split('<div dir="auto">\n')[1].split("</div>\n</body>")[0]


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**bold** and *italic* and __bold__ and _italic_", "<b>bold</b> and <i>italic</i> and <b>bold</b> and <i>italic</i>"),
        ("***both***", "<b><i>both</i></b>"),
        ("**a *b* c**", "<b>a <i>b</i> c</b>"),
        ("snake_case_name 2 * 3 * 4 5*3*2", "snake_case_name 2 * 3 * 4 5*3*2"),
        ("**open and *open", "**open and *open"),
        ("** no ** * no *", "** no ** * no *"),
        ("**a *b** c*", "<b>a *b</b> c*"),
        (r"\*as it is\* \\ \_x\_", "*as it is* \\ _x_"),
        ("a < b & c > d \"e\"", "a &lt; b &amp; c &gt; d \"e\""),
        ("<b>no HTML</b>", "&lt;b&gt;no HTML&lt;/b&gt;"),
        ("brace { and } and {x}", "brace &#123; and } and &#123;x}"),
        ("# no heading", "# no heading"),
        ("(*in brackets*), „*cytat*”!", "(<i>in brackets</i>), „<i>cytat</i>”!"),
    ],
)  # fmt: skip
def test_the_light_markdown_of_a_line(body, html):
    assert lines(body)[1] == f"<div>{html}</div>\n"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("an **offer over\ntwo lines** of it", ["an <b>offer over</b>", "<b>two lines</b> of it"]),
        ("*one\ntwo\nthree*", ["<i>one</i>", "<i>two</i>", "<i>three</i>"]),
        ("**a *b\nc* d**", ["<b>a <i>b</i></b>", "<b><i>c</i> d</b>"]),
        ("**a\n*b\nc* d**", ["<b>a</b>", "<b><i>b</i></b>", "<b><i>c</i> d</b>"]),
        ("**a *b\nc** d*", ["<b>a *b</b>", "<b>c</b> d*"]),
        ("**a\n\nb**", ["**a", "<br>", "b**"]),  # another paragraph
        ("**a\n- b**", ["**a", "<ul>", "b**"]),  # an item of a list
        ("5 EUR*\n*without VAT", ["5 EUR*", "*without VAT"]),
        ("**a\n{% if x %}\nb**\n{% endif %}", ["**a", "b**"]),
    ],
)
def test_bold_and_italic_words_go_on_in_the_next_line(body: str, html: list[str]) -> None:
    """Each line has tags of its own: it stays whole wherever a condition or a mail program puts it."""
    made = lines(body, x="1")[1]
    assert made.replace("<li>", "<div>").replace("</li>", "</div>").replace("</ul>\n", "").replace(
        "<ul>", "<div><ul></div>"
    ) == "".join(f"<div>{line}</div>\n" for line in html)


ITEM = re.compile(r"\n *\* +\S")


@given(
    st.lists(st.sampled_from(["**", "*", "_", "__", "***", "a", " ", "\n", "b."]), max_size=40)
    .map("".join)
    .filter(lambda body: not ITEM.search(body))  # a list has lines of tags alone
)
def test_the_tags_of_each_line_are_its_own(body: str) -> None:
    words, made = lines("x" + body)
    for line in made.splitlines():
        while line != (line := re.sub(r"<(\w+)>[^<>]*</\1>|<br>", "", line)):
            pass
        assert "<" not in line, made
    assert words.split() == re.sub("<br>|<[^>]*>", "", made).split()


def test_the_text_part_has_the_words_without_the_marks():
    assert lines("**bold** *it* \\*star\\* {x {{ a }}", a="1")[0] == "bold it *star* {x 1\n"


@pytest.mark.parametrize(
    ("body", "text", "html", "label"),
    [
        ("[our pricing](https://a.example/p)", "our pricing <https://a.example/p>", "our pricing", "our-pricing"),
        ('[look](https://a.example/p "pricing")', "look <https://a.example/p>", "look", "pricing"),
        ("[Cennik Główny](https://a.example/p)", "Cennik Główny <https://a.example/p>", "Cennik Główny", "cennik-główny"),
        ("[**bold**](https://a.example/p)", "bold <https://a.example/p>", "<b>bold</b>", "bold"),
        ("https://a.example/p", "https://a.example/p", "https://a.example/p", None),
        ("<https://a.example/p>", "https://a.example/p", "https://a.example/p", None),
        ("[https://a.example/p](https://a.example/p)", "https://a.example/p", "https://a.example/p", "https-a-example-p"),
    ],
)  # fmt: skip
def test_links(body, text, html, label):
    compiled = compile_source(Source(None, body))
    made = compiled.render({}, lambda link: "https://t.example/?a&b")
    assert isinstance(made, Rendered)
    assert made.text == text + "\n"
    assert f'<div><a href="https://t.example/?a&amp;b">{html}</a></div>' in made.html
    assert made.links == (Link(0, "https://a.example/p", label),)
    assert compiled.labels == ({label} if label else set())


@pytest.mark.parametrize(
    ("body", "target", "rest"),
    [
        ("see https://a.example/x.", "https://a.example/x", "."),
        ("(https://a.example/x)", "https://a.example/x", ")"),
        ("https://a.example/a_(b), so", "https://a.example/a_(b)", ", so"),
        ("**https://a.example/x**", "https://a.example/x", ""),
        ("https://a.example/a_b_c*d!", "https://a.example/a_b_c*d", "!"),
    ],
)
def test_a_bare_address_ends_where_the_sentence_goes_on(body, target, rest):
    text, html = lines(body)
    assert f'<a href="T0">{target}</a>' in html
    assert text.rstrip("\n").endswith(target + rest)


def test_a_link_within_a_link_is_words():
    assert (
        lines("[see https://b.example now](https://a.example)")[1]
        == '<div><a href="T0">see https://b.example now</a></div>\n'
    )


def test_lists():
    text, html = lines("Why:\n- one {{ a }}\n* **two**\n\n1. first\n2. second\nend", a="A")
    assert text == "Why:\n- one A\n* two\n\n1. first\n2. second\nend\n"
    assert html == (
        "<div>Why:</div>\n<ul>\n<li>one A</li>\n<li><b>two</b></li>\n</ul>\n<div><br></div>\n"
        "<ol>\n<li>first</li>\n<li>second</li>\n</ol>\n<div>end</div>\n"
    )


def test_an_item_may_begin_with_a_value_and_a_date_is_no_list():
    assert lines("- {{ a }}", a="A")[1] == "<ul>\n<li>A</li>\n</ul>\n"
    assert lines("15. maja się widzimy")[1] == "<div>15. maja się widzimy</div>\n"
    assert lines("-- \nAnna") == ("-- \nAnna\n", "<div>--</div>\n<div>Anna</div>\n")


IF = "Hello\n{% if a %}\nline {{ a }}\n{% endif %}\nbye"


def test_a_condition_on_lines_of_its_own_leaves_no_trace():
    assert lines(IF, a="A") == (
        "Hello\nline A\nbye\n",
        "<div>Hello</div>\n<div>line A</div>\n<div>bye</div>\n",
    )
    assert lines(IF) == ("Hello\nbye\n", "<div>Hello</div>\n<div>bye</div>\n")


def test_a_paragraph_that_falls_away_leaves_one_blank_line():
    body = "a\n\n{% if x %}gone{% endif %}\n\n{% if x %}\ngone\n{% endif %}\n\nb"
    assert lines(body) == ("a\n\nb\n", "<div>a</div>\n<div><br></div>\n<div>b</div>\n")


def test_items_with_conditions_and_loops_are_one_list():
    body = (
        "- a\n{% if x %}\n- b\n{% else %}\n- c\n{% endif %}\n{% for p in ps %}\n- {{ p }}\n{% endfor %}\n- z"
    )
    text, html = lines(body, ps=["1", "2"])
    assert text == "- a\n- c\n- 1\n- 2\n- z\n"
    assert html == "<ul>\n" + "".join(f"<li>{item}</li>\n" for item in "ac12z") + "</ul>\n"


def test_a_condition_around_a_list_and_words_closes_what_it_opens():
    body = "- a\n{% if x %}\n- b\nwords\n{% endif %}\n- c"
    assert lines(body)[1] == "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>c</li>\n</ul>\n"
    assert (
        lines(body, x="1")[1]
        == "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>\n</ul>\n<div>words</div>\n<ul>\n<li>c</li>\n</ul>\n"
    )


def test_conditions_within_a_line():
    body = "Hi{% if a %} **{{ a }}**{% else %} you{% endif %}, *x {% if b %}y{% endif %}*"
    assert lines(body, a="A")[1] == "<div>Hi <b>A</b>, <i>x </i></div>\n"
    assert lines(body, b="1")[0] == "Hi you, x y\n"


def test_tags_at_the_ends_of_lines_and_jinjas_own_whitespace_control():
    assert lines("{% if a %}one\ntwo{% endif %}\nend", a="1")[0] == "one\ntwo\nend\n"
    assert lines("Hello{% if a -%}\n   there\n{%- endif %}!", a="1")[0] == "Hellothere!\n"
    assert lines("a {#- note -#} b\n{# a whole line #}\nc")[0] == "ab\nc\n"


def test_a_loop_makes_a_link_each_time():
    made = compile_source(
        Source(None, "{% for p in ps %}\n[go](https://a.example/{{ p }})\n{% endfor %}")
    ).render({"ps": ["x y", "ż/?"]}, lambda link: f"T{link.index}")
    assert isinstance(made, Rendered)
    assert [link.target for link in made.links] == ["https://a.example/x%20y", "https://a.example/%C5%BC/%3F"]
    assert 'href="T1"' in made.html


def test_values_in_targets_are_encoded_for_their_place():
    body = "[a]({{ site }}/x/{{ v }}?q={{ v }}#{{ v }}) https://a.example/?u={{ v }}."
    made = compile_source(Source(None, body)).render(
        {"site": "acme.example", "v": "a&b c/d"}, lambda link: "T"
    )
    assert isinstance(made, Rendered)
    assert made.links[0].target == "https://acme.example/x/a&b%20c/d?q=a%26b%20c%2Fd#a%26b%20c%2Fd"
    assert made.links[1].target == "https://a.example/?u=a%26b%20c%2Fd"
    assert made.text.endswith("https://a.example/?u=a%26b%20c%2Fd.\n")


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("{{ v }}", False),
        ("https://{{ v }}", False),
        ("https://{{ v }}/pricing", False),
        ("https://{{ v }}.acme.example/", False),
        ("https://acme.example.{{ v }}", False),
        ("http://acme.example/{{ v }}", True),
        ("https://acme.example?x={{ v }}", True),
        ("https://acme.example#{{ v }}", True),
        ("https://acme.example/pricing", True),
    ],
)
@pytest.mark.parametrize("kind", ["markdown", "html"])
def test_a_link_says_whether_the_author_names_its_site(target, named, kind):
    body = (
        Source(None, f"[go]({target})")
        if kind == "markdown"
        else Source(None, html=f'<a href="{target}">go</a>')
    )
    made = compile_source(body).render(
        {"v": "evil.example"}, lambda link: "https://t.example/c/x" if link.names_site else link.target
    )
    assert isinstance(made, Rendered)
    assert [link.names_site for link in made.links] == [named]
    assert ("t.example" in made.html) is named


def test_mail_links_are_not_marked():
    made = compile_source(Source(None, "[write](mailto:{{ m }}?subject={{ s }})")).render(
        {"m": "a@b.example", "s": "a&b"}, lambda link: "T"
    )
    assert isinstance(made, Rendered)
    assert '<a href="mailto:a@b.example?subject=a%26b">write</a>' in made.html
    assert made.links == ()
