import datetime as dt
import decimal

import markupsafe
import pytest

from relance import errors
from relance.templates import Link, Missing, Rendered, Source, Unusable, compile_source, with_footer
from relance.wording import Text
from tests.reworded import in_english


def mark(link: Link) -> str:
    return f"https://t.example/c/{link.index}?a=1&b=2"


def render(body: str, subject: str | None = None, **values: object) -> Rendered:
    made = compile_source(Source(subject, body)).render(values, mark)
    assert isinstance(made, Rendered), made
    return made


def inside(made: Rendered) -> str:
    """The lines of the HTML part between the wrapping div."""
    return made.html.split('<div dir="auto">\n')[1].split("</div>\n</body>")[0]


def test_both_parts_come_from_one_body():
    made = render(
        "Dzień dobry {{ first_name }},\n\n**dwa** słowa.\n",
        "Dla {{ company }}",
        first_name="Żaneta",
        company="Łoś & Syn",
    )
    assert made.subject == "Dla Łoś & Syn"
    assert made.text == "Dzień dobry Żaneta,\n\ndwa słowa.\n"
    assert inside(made) == "<div>Dzień dobry Żaneta,</div>\n<div><br></div>\n<div><b>dwa</b> słowa.</div>\n"


def test_the_html_part_is_a_whole_small_document():
    html = render("Hi").html
    assert html.startswith("<!DOCTYPE html>\n<html>")
    assert html.endswith("</body>\n</html>\n")
    assert "style=" not in html


@pytest.mark.parametrize(
    "name",
    ["Łukasz Żółć", "👩🏽‍🚀 Ana", "משה כהן", "محمد", "x" * 5000, "O'Brien & \"Sons\"", "<b>bold</b>", "{{ 7 }}", "{% if x %}", "**not bold**", "a_b_c", "[x](https://y.example)"],
)  # fmt: skip
def test_a_value_is_shown_as_it_is_in_both_parts(name):
    made = render("Hi {{ name }}!", "For {{ name[0] | default('x') }}", name=name)
    assert made.text == f"Hi {name}!\n"
    assert markupsafe.Markup(inside(made)).unescape() == f"<div>Hi {name}!</div>\n"
    assert made.links == ()


def test_line_breaks_of_a_value_stay_line_breaks():
    made = render("{{ note }}", note="one\r\ntwo\u2028three")
    assert made.text == "one\ntwo\nthree\n"
    assert inside(made) == "<div>one<br>two<br>three</div>\n"


def test_control_characters_and_half_characters_are_left_out():
    assert render("Hi {{ name }}", name="A\x00d\x1ba\ud800\x7f\u202e").text == "Hi Ada\n"


class Sly(str):
    def __html__(self) -> str:
        return "<script>"


@pytest.mark.parametrize("sly", [markupsafe.Markup("<script>"), Sly("<script>")])
def test_a_value_cannot_call_itself_safe(sly):
    assert "<script>" not in render("Hi {{ name }}", name=sly).html


@pytest.mark.parametrize(
    ("value", "shown"),
    [(3, "3"), (12.0, "12"), (12.5, "12.5"), (True, "True"), (decimal.Decimal("9.90"), "9.90"), (dt.date(2026, 11, 22), "2026-11-22")],
)  # fmt: skip
def test_numbers_and_dates_are_shown_as_people_write_them(value, shown):
    assert render("{{ it }}", it=value).text == f"{shown}\n"


def test_every_missing_name_is_told_with_the_place_that_asked_first():
    compiled = compile_source(
        Source("{{ company }}?", "Hi {{ first_name }} {{ custom.team }} {{ x | default('') }}")
    )
    assert compiled.render({"x": "1"}, mark) == Missing(("company", "first_name", "custom.team"), "subject")
    assert compiled.render({"company": "Acme", "custom": {}}, mark) == Missing(
        ("first_name", "custom.team"), "body"
    )


@pytest.mark.parametrize("nothing", [None, "", "  \t\n", [], {}])
def test_what_is_empty_counts_as_missing(nothing):
    compiled = compile_source(Source(None, "Hi {{ first_name }}"))
    assert compiled.render({"first_name": nothing}, mark) == Missing(("first_name",), "body")
    assert render('Hi {{ first_name | default("there") }}', first_name=nothing).text == "Hi there\n"


@pytest.mark.parametrize(
    ("body", "variables", "required"),
    [
        ("{{ a }} {{ b.c }} {{ d['e'] }}", {"a", "b.c", "d.e"}, {"a", "b.c", "d.e"}),
        ("{{ a | default('x') }} {{ b.c | d('x') }}", {"a", "b.c"}, set()),
        ("{{ a | default(b) }}", {"a", "b"}, {"b"}),
        ("{{ a | upper | default('x') }}", {"a"}, {"a"}),
        ("{% if a is defined %}{{ a }}{% endif %}", {"a"}, set()),
        ("{% if a %}{{ a }}{% else %}{{ b }}{% endif %}", {"a", "b"}, {"b"}),
        ("{% if a is undefined %}x{% else %}{{ a }}{% endif %}", {"a"}, set()),
        ("{% if not a %}{{ a }}{% endif %}", {"a"}, {"a"}),
        ("{% if a and b %}{{ a }}{{ b }}{% endif %}", {"a", "b"}, set()),
        ("{% if a or b %}{{ a }}{% endif %}", {"a", "b"}, {"a"}),
        ("{{ a if a else 'x' }} {{ b or 'y' }}", {"a", "b"}, set()),
        ("{% if a == 'x' %}{{ a }}{% endif %}", {"a"}, {"a"}),
        ("{% if x %}{% elif a is undefined %}1{% else %}{{ a }}{% endif %}", {"x", "a"}, set()),
        ("{% for p in list %}{{ p.name }} {{ loop.index }} {{ a }}{% endfor %}", {"list", "a"}, {"list", "a"}),
        ("{{ products[0] }} {{ products[0].name }}", {"products", "products.name"}, {"products", "products.name"}),
    ],
)  # fmt: skip
def test_which_fields_are_used_and_which_are_required(body, variables, required):
    compiled = compile_source(Source(None, body))
    assert compiled.variables == variables
    assert compiled.required == required


def test_a_template_renders_with_nothing_but_its_required_fields():
    body = "{% if a %}{{ a }}{% endif %}{{ b | default('-') }}{{ c or '-' }}{% if d is defined and d == 'x' %}{{ d }}{% endif %}{{ e }}"
    compiled = compile_source(Source(None, body))
    assert compiled.required == {"e"}
    assert isinstance(compiled.render({"e": "!"}, mark), Rendered)


@pytest.mark.parametrize("key", ["items", "keys", "title", "format", "path", "__class__"])
def test_a_field_is_never_an_attribute_of_python(key):
    compiled = compile_source(
        Source(
            None, "{{ custom.items }}{{ custom.keys }}{{ custom.title }}{{ custom.format }}{{ custom.path }}"
        )
    )
    assert "custom.items" in compiled.required
    assert isinstance(compiled.render({"custom": {key: "v"}}, mark), Missing)
    assert isinstance(compile_source(Source(None, "{{ name.upper }}")).render({"name": "x"}, mark), Missing)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("name | upper", "ŁUKASZ O'NEIL-ŻAK"), ("name | title", "Łukasz O'neil-Żak"), ("name | first", "ł"), ("name | last", "k"), ("name | lower | capitalize", "Łukasz o'neil-żak"),
        ("name | truncate(9)", "łukasz…"), ("name | truncate(9, true)", "łukasz O…"), ("name | truncate(9, true, '')", "łukasz O'"), ("name | truncate(99)", "łukasz O'Neil-Żak"),
        ("name | replace('łukasz ', '')", "O'Neil-Żak"), ("name | length", "17"), ("price | float | round(1)", "12.3"), ("price | int", "12"), ("none | int(7) + 0" .replace(" + 0", ""), "7"),
        ("tags | join(', ')", "a, b"), ("name | join(', ')", "łukasz O'Neil-Żak"), ("tags | first", "a"), ("tags | last | upper", "B"), ("tags | count", "2"), ("many | length", "1"),
        ("blank | default(name, true) | trim", "łukasz O'Neil-Żak"),
    ],
)  # fmt: skip
def test_filters(expression, shown):
    values = {
        "name": "łukasz O'Neil-Żak",
        "price": "12,34",
        "none": "none",
        "tags": ["a", "b"],
        "many": 5,
        "blank": 0,
    }
    assert render(f"{{{{ {expression} }}}}", **values).text == f"{shown}\n"


def test_a_blank_before_an_empty_name_goes_with_it():
    body = 'Hi {{ a | default("") }},\nDzień dobry {{ a | d(\'\') }}\nBonjour {{ a | default("") }} !\nHi {{ a | default("") }}x'
    assert render(body).text == "Hi,\nDzień dobry\nBonjour !\nHi x\n"
    assert "<div>Hi,</div>\n<div>Dzień dobry</div>" in inside(render(body))
    assert render(body, a="Ada").text == "Hi Ada,\nDzień dobry Ada\nBonjour Ada !\nHi Adax\n"


def test_a_blank_goes_in_subjects_and_given_html_too():
    source = Source(
        "Hi {{ a | default('') }}, {% if b %}{{ b }}{% else %}{x{% endif %}",
        html="<p>Hi {{ a | default('') }}!</p>",
    )
    made = compile_source(source).render({}, mark)
    assert isinstance(made, Rendered)
    assert (made.subject, made.text, made.html) == ("Hi, {x", "Hi!\n", "<p>Hi!</p>")


def test_a_list_is_gone_through_or_joined():
    body = '{% for p in projects %}{{ p.name }}{% if not loop.last %}, {% endif %}{% endfor %}; {{ tags | join(" + ") }}; {{ projects | join(", ", attribute="name") }}'
    assert (
        render(body, projects=[{"name": "A"}, {"name": "B"}], tags=("x", "y")).text == "A, B; x + y; A, B\n"
    )


@pytest.mark.parametrize(
    ("body", "values", "words"),
    [
        ("{{ it }}", {"it": "x" * 300_000}, "larger than 256 kB"),
        ("{% for i in it %}{{ big }}{% endfor %}", {"it": ["x"] * 100, "big": "x" * 10_000}, "larger than 256 kB"),
        ("{% for i in it %}x{% endfor %}", {"it": list(range(101))}, "at most 100"),
        ("{{ it }}", {"it": {"a": 1}}, "write it.name_of_field"),
        ("{{ it }}", {"it": ["a"]}, "join"),
        ("{{ it.a }}", {"it": {"a": {"a": {"a": {"a": {"a": 1}}}}}}, "deep"),
        ("{% if it > x %}x{% endif %}", {"it": "12", "x": 5}, "field | int"),
        ("{{ it | int }}", {"it": "about 50"}, "\"about 50\" is not a number"),
        ("{{ it | upper }}", {"it": ["a"]}, "join"),
        ("{{ it }}", {"it": 10**5000}, "cannot be made"),
        ("[x]({{ it }})", {"it": "javascript:alert(1)"}, "does not begin with https://"),
        ("[x](https://{{ it }}/)", {"it": "bank.example@evil.example"}, "@"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_an_outcome_with_a_reason(body, values, words):
    made = compile_source(Source(None, body)).render(values, mark)
    assert isinstance(made, Unusable)
    assert in_english(words) in str(made.reason)


def test_the_subject_is_one_line_whatever_a_value_holds():
    made = render("x", "{{ a }}  about\n{{ b }}", a="Hi\r\nBcc: x@evil.example", b="\x0b\x85 tab\there\u2028")
    assert made.subject == "Hi Bcc: x@evil.example about tab here"


def test_a_subject_that_comes_out_empty_or_endless_is_not_sent():
    compiled = compile_source(Source("{{ a | default('') }}", "x"))
    assert compiled.render({}, mark) == Unusable(Text("The subject turned out empty."), "subject")
    assert isinstance(compiled.render({"a": "x" * 501}, mark), Unusable)


def test_a_step_without_subject_has_none():
    assert render("x", None).subject == ""


def test_the_signature_follows_in_both_parts_with_fields_of_its_own():
    compiled = compile_source(Source(None, "Hi"), "--\n**{{ sender.name }}**\n[site](https://acme.example)")
    made = compiled.render({"sender": {"name": "Anna"}}, mark)
    assert isinstance(made, Rendered)
    assert made.text == "Hi\n\n--\nAnna\nsite <https://acme.example>\n"
    assert inside(made).startswith("<div>Hi</div>\n<div><br></div>\n<div>--</div>\n<div><b>Anna</b></div>\n")
    assert compiled.required == {"sender.name"}


def test_a_footer_stands_last_in_both_parts():
    made = with_footer(
        render("Hi {{ name }}", name="</body>"),
        "Stop: https://x.example/u",
        '<img src="https://x.example/o.gif">',
    )
    assert made.text == "Hi </body>\n\nStop: https://x.example/u\n"
    assert made.html.endswith('<img src="https://x.example/o.gif"></body>\n</html>\n')
    assert made.html.count("</body>") == 1


def test_a_source_with_mistakes_is_not_compiled():
    with pytest.raises(errors.Invalid) as caught:
        compile_source(Source("{{ a", "{% if b %}"), "{% set x = 1 %}")
    assert [problem.where for problem in caught.value.problems] == ["subject", "body", "signature"]


@pytest.mark.parametrize("error", [TypeError("mine"), ValueError("mine"), KeyError("mine")])
def test_an_error_of_the_callers_own_function_goes_through(error):
    def broken(link: Link) -> str:
        raise error

    with pytest.raises(type(error), match="mine"):
        compile_source(Source(None, "https://a.example")).render({}, broken)


def test_only_the_values_a_template_asks_for_are_looked_at():
    class Bomb:
        def __str__(self) -> str:
            raise AssertionError("looked at")

    assert render("{{ a }}", a="x", b=Bomb()).text == "x\n"
