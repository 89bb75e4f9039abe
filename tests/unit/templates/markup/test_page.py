import pytest

from relance.templates import Missing, Rendered, Source, Unusable, check_source, compile_source
from tests.reworded import in_english

PAGE = """<!DOCTYPE html>
<html><head><title>no {{ title | default("") }}</title></head>
<body bgcolor=white>
<p>Hi <b>{{ first_name }}</b>,<br>
read <a href='https://a.example/{{ company }}?x=1' class=button>our &amp; your plan</a>.</p>
<table>{% for p in projects %}<tr><td>{{ p.name }}</td><td>{{ p.city }}</td></tr>{% endfor %}</table>
<ul><li>one</li><li>two</li></ul>
<img src="https://a.example/{{ company }}.png" alt="Logo of {{ company }}">
<a href="https://b.example">https://b.example</a> <a href="#top">up</a>
{% if ps %}<p>PS {{ ps }}</p>{% endif %}
</body></html>
"""
VALUES = {
    "first_name": "A<b>",
    "company": 'X & "Y"',
    "projects": [{"name": "P", "city": "Q"}, {"name": "R", "city": "S"}],
}


def render(html: str, **values: object) -> Rendered:
    made = compile_source(Source(None, html=html)).render(
        values, lambda link: f"https://t.example/{link.index}?a&b"
    )
    assert isinstance(made, Rendered), made
    return made


def test_given_html_keeps_its_shape_with_marked_links_and_escaped_values():
    made = render(PAGE, **VALUES)
    assert '<body bgcolor="white">' in made.html
    assert "<p>Hi <b>A&lt;b&gt;</b>,<br>" in made.html
    assert '<a href="https://t.example/0?a&amp;b" class="button">our &amp; your plan</a>' in made.html
    assert (
        '<img src="https://a.example/X%20&amp;%20%22Y%22.png" alt="Logo of X &amp; &#34;Y&#34;">' in made.html
    )
    assert '<a href="#top">up</a>' in made.html
    assert [(link.target, link.label) for link in made.links] == [
        ("https://a.example/X%20&%20%22Y%22?x=1", "our-your-plan"),
        ("https://b.example", "https-b-example"),
    ]


def test_the_text_part_is_derived():
    assert render(PAGE, **VALUES).text == (
        "Hi A<b>,\nread our & your plan <https://a.example/X%20&%20%22Y%22?x=1>.\n\n"
        "P Q\nR S\n\n- one\n- two\n\n"
        'Logo of X & "Y" https://b.example up\n'
    )


def test_the_signature_stands_before_the_end_of_the_body():
    made = compile_source(Source(None, html="<body><p>Hi</p></body>"), "Anna **K**").render(
        {}, lambda link: ""
    )
    assert isinstance(made, Rendered)
    assert made.html == "<body><p>Hi</p><div><br></div>\n<div>Anna <b>K</b></div>\n</body>"
    assert made.text == "Hi\n\nAnna K\n"


def test_a_lone_bracket_before_a_value_makes_no_tag():
    made = render("<p>1 <{{ x }}> 2 < 3 {</p>", x="script")
    assert made.html == "<p>1 &lt;script&gt; 2 &lt; 3 &#123;</p>"


def test_ampersands_that_are_no_references_arrive_as_written():
    made = render("<p>AT&T, R&D, Q&A &copy; &#169;</p>")
    assert made.html == "<p>AT&amp;T, R&amp;D, Q&amp;A © ©</p>"
    assert made.text == "AT&T, R&D, Q&A © ©\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("?utm_source=mail&section=2&region=eu", "?utm_source=mail&section=2&region=eu"),
        ("?a=1&amp;copy=2&lt=3&notit;=4", "?a=1&copy=2&lt=3&notit;=4"),
        ("?a=&#38;&#x26;&copy;&copy", "?a=&&©©"),
        (
            "?a&copy2=1&reg_id=2",
            "?a&copy2=1®_id=2",
        ),  # only = and what is a letter or a digit keep a name apart
    ],
)
@pytest.mark.parametrize("quote", ['"', "'", ""])
def test_an_address_is_read_as_browsers_read_it(written, meant, quote):
    page = f"<A class=x HREF = {quote}https://a.example/{written}{quote} title='R&D'>y</A>"
    made = compile_source(Source(None, html=page)).render({}, lambda link: link.target)
    assert isinstance(made, Rendered)
    assert [link.target for link in made.links] == ["https://a.example/" + meant]
    assert 'class="x"' in made.html
    assert 'title="R&amp;D"' in made.html


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("tel:+48 22 123-45-67", "tel:+4822123-45-67"),
        ("tel:{{ phone }}", "tel:+44(0)2079460958"),
        ("TEL:112;ext=5", "TEL:112;ext=5"),
        ("mailto:ada@acme.example?subject=Hi", "mailto:ada@acme.example?subject=Hi"),
    ],
)
def test_numbers_to_call_and_addresses_to_write_to_are_never_tracked(written, made):
    for source in (Source(None, html=f'<a href="{written}">call</a>'), Source(None, f"[call]({written})")):
        if source.body and " " in written:
            continue  # a target in Markdown has no spaces
        found = compile_source(source).render(
            {"phone": "+44 (0)20 7946\xa00958"}, lambda link: "https://t.example"
        )
        assert isinstance(found, Rendered), found
        assert (f'href="{made}"' in found.html, found.links) == (True, ())


@pytest.mark.parametrize(
    "written", ["tel:me", "tel:", "tel:+48;phone-context=x", "tel:1<b>", "tel:javascript:x"]
)
def test_what_is_no_number_cannot_be_called(written):
    (found,) = check_source(Source(None, html=f"<a href='{written}'>x</a>"), ())
    assert "tel:" in str(found)


def test_style_sheets_and_comments_stay():
    html = "<style>a{color:red}@media x{b{c:d}}</style><!--[if mso]>x<![endif]--><p>y</p>"
    made = render(html)
    assert made.html == html
    assert made.text == "y\n"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<script>x</script>", "<script> is not available"),
        ("<p onclick='x'>y</p>", "\"onclick\" runs a script"),
        ("<p style='color: {{ x }}'>y</p>", "cannot be inside the attribute \"style\""),
        ("<style>a { color: {{ x }} }</style>", "cannot be inside <style>"),
        ("<!-- {{ x }} -->", "cannot be inside <!-- -->"),
        ("<a {{ x }}>y</a>", "attribute with quotes"),
        ("<a{{ x }}>y</a>", "attribute with quotes"),
        ("<a {% if x %}href='https://a.example'{% endif %}>y</a>", "attribute with quotes"),
        ("<a href='javascript:alert(1)'>y</a>", "does not begin with https://"),
        ("<a href='java&#115;cript:alert(1)'>y</a>", "does not begin with https://"),
        ("<img src='data:text/html,x'>", "does not begin with https://"),
    ("<img srcset='javascript:alert(1)'>", "does not begin with https://"),
    ("<img srcset='https://a.example/a.png 1x, javascript:alert(1) 2x'>", "does not begin with https://"),
    ("<img srcset='https://a.example/a,b.png 1x,data:image/svg+xml,x 2x'>", "does not begin with https://"),
    ("<img srcset='https://a.example/a.png (x,y),,  vbscript:x'>", "does not begin with https://"),
    ("<source srcset='java&#9;script:x'>", "does not begin with https://"),
    ("<video poster='javascript:x'></video>", "does not begin with https://"),
    ("<blockquote cite='javascript:x'>y</blockquote>", "does not begin with https://"),
    ("<a href='https://a.example' ping='javascript:x'>y</a>", "does not begin with https://"),
    ("<p style='background: url(java\\script:alert(1))'>y</p>", "\"style\" contains a script"),
    ("<p style='width: expr/**/ession(alert(1))'>y</p>", "\"style\" contains a script"),
    ("<td data-x='JavaScript:x'>y</td>", "\"data-x\" contains a script"),
    ("<style>a { background: url(javascript:x) }</style>", "<style> contains a script"),
        ("<iframe src='https://a.example'></iframe>", "<iframe> is not available"),
        ("<meta http-equiv=refresh content='0;url=https://a.example'>", "<meta> is not available"),
        ("<base href='https://a.example'>", "<base> is not available"),
        ("<style>{x", "The HTML ends inside <style>"),
        ("{% if x %}<style>{% endif %}", "The HTML ends inside <style>"),
        ("<a href='https://a.example/{% if x %}b{% endif %}'>y</a>", "Put the whole link into the {% if %}"),
    ],
)  # fmt: skip
def test_what_given_html_may_not_hold(html, words):
    found = check_source(Source(None, html="\n" + html), {"x"})
    assert in_english(words) in str(found[0])
    assert found[0].where == "html"
    assert found[0].line == 2


@pytest.mark.parametrize("evil", ["javascript:alert(1)", "JaVaScRiPt:x", " javascript:x", "java\nscript:x", "data:text/html,x", "vbscript:x", "//evil.example", "/x", "https://", "https://a b", "https://a\\b", "file:///x", "https://[", "https://a.example:x/", "x"])  # fmt: skip
def test_a_value_cannot_bring_another_kind_of_link(evil):
    for source in (
        Source(None, html='<a href="{{ x }}">y</a>'),
        Source(None, html='<img src="{{ x }}">'),
        Source(None, "[y]({{ x }})"),
    ):
        made = compile_source(source).render({"x": evil}, lambda link: "https://t.example")
        assert isinstance(made, Unusable), made


def test_a_missing_target_is_missing():
    made = compile_source(Source(None, html='<a href="{{ x }}">y</a>')).render({}, lambda link: "")
    assert made == Missing(("x",), "body")


@pytest.mark.parametrize(
    "page",
    [
        '<img srcset="https://a.example/a.png 1x, https://a.example/b,c.png 2x" alt="x">',
        '<img srcset="https://a.example/a.png 100w,https://a.example/b.png 200w">',
        '<img usemap="#map" src="cid:1">',
        '<p style="background: url(https://a.example/x.png)">y</p>',
        '<p title="about javascript and data: much">y</p>',
    ],
)
def test_what_given_html_may_hold(page):
    assert check_source(Source(None, html=page), set()) == []
