import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance import errors, templates
from relance.templates import Missing, Unusable, check_condition, compile_condition
from tests.reworded import in_english

FACTS: dict[str, Callable[..., bool]] = {
    "clicked": lambda step, label=None: (step, label) in {("intro", "pricing"), ("intro", None)},
    "opened": lambda step: step == "intro",
    "replied": lambda: False,
}
CONTACT = {
    "country": "PL",
    "employees": "120",
    "custom": {"tier": "gold"},
    "tags": ["saas"],
    "score": 7,
    "budget": "1 250",
    "rate": "12,5",
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('clicked("intro", "pricing")', True),
        ('clicked("intro", label="other")', False),
        ('clicked(step="intro", label="pricing")', True),
        ('clicked("intro") and not replied()', True),
        ('opened("bump") or country == "PL"', True),
        ('country in ["DE", "FR"]', False),
        ("employees | int > 100", True),
        ('custom.tier == "gold" and "saas" in tags', True),
        ("score | int > -1 and score | float < 7.5 and country | float(0) == 0", True),
        ("budget | int > 1200 and rate | float == 12.5", True),
        ("nobody", False),
        ("nobody is defined", False),
        ("not nobody", True),
        ('nobody | default("x") == "x"', True),
    ],
)
def test_what_a_condition_answers(text, answer):
    assert compile_condition(text).evaluate(CONTACT, FACTS) is answer


def test_what_a_condition_asks_for():
    condition = compile_condition(
        'clicked("intro", label="pricing") or opened("bump") and replied() and custom.tier == country'
    )
    assert condition.names == {"custom.tier", "country"}
    assert condition.facts == (("clicked", ("intro", "pricing")), ("opened", ("bump",)), ("replied", ()))


def test_a_field_that_decides_and_is_missing_is_an_outcome():
    assert compile_condition('country == "PL" and city == "X"').evaluate({}, FACTS) == Missing(
        ("country", "city"), "condition"
    )
    assert compile_condition('custom.x == "PL"').evaluate({"custom": {}}, FACTS) == Missing(
        ("custom.x",), "condition"
    )


def test_text_against_number_is_an_outcome():
    answer = compile_condition("employees > score").evaluate(CONTACT, FACTS)
    assert isinstance(answer, Unusable)
    assert in_english("| int") in str(answer.reason)
    answer = compile_condition("country | int > 5").evaluate(CONTACT, FACTS)
    assert isinstance(answer, Unusable)
    assert str(answer.reason) == in_english('"PL" is not a number: correct it, or write | int(0).')


@pytest.mark.parametrize("error", [TypeError("mine"), KeyError("mine")])
def test_an_error_of_a_fact_goes_through(error):
    def broken(step: str) -> bool:
        raise error

    with pytest.raises(type(error), match="mine"):
        compile_condition('opened("x")').evaluate({}, {"opened": broken})


def test_a_field_cannot_take_the_place_of_a_fact():
    assert (
        compile_condition('replied() or country == "PL"').evaluate(
            {"replied": lambda: True, "country": "DE"}, FACTS
        )
        is False
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", 'The condition is empty. Write clicked("intro", "pricing").'),
        ("replied", "1:1: \"replied\" needs brackets. Write replied()."),
        ("clicked()", '1:1: "clicked" can only be asked with fixed texts. Write clicked("intro", "pricing").'),
        ("clicked(country)", '1:1: "clicked" can only be asked with fixed texts. Write clicked("intro", "pricing").'),
        ('clicked("a", "b", "c")', '1:1: "clicked" can only be asked with fixed texts. Write clicked("intro", "pricing").'),
        ('clicked(label="b")', '1:1: "clicked" can only be asked with fixed texts. Write clicked("intro", "pricing").'),
        ('clicked("a", step="b")', '1:1: "clicked" can only be asked with fixed texts. Write clicked("intro", "pricing").'),
        ('opened(x="b")', '1:1: "opened" can only be asked with fixed texts. Write opened("intro").'),
        ("replied(1)", "1:1: \"replied\" can only be asked with fixed texts. Write replied()."),
        ('country = "PL"', '1: A single = does not compare anything. Write ==, as in country == "PL".'),
        ("a b", '1: The condition cannot be understood from "b" onwards. Write "and" or "or" between two questions.'),
        ("employees > 50", "1:1: \"employees\" is text, but it is compared with a number here. Write employees | int."),
        ("5 == custom.x", "1:6: \"custom.x\" is text, but it is compared with a number here. Write custom.x | int."),
        ("{{ replied() }}", "1: A condition has no {{ }} around it. Write it without braces, as in replied()."),
        ("bounced()", "1: This cannot be called here. You can call: clicked, opened, replied."),
        ("x" * 2001, "The condition is longer than 2000 characters."),
    ],
)  # fmt: skip
def test_mistakes_in_conditions_are_told_in_plain_words(text, sentence):
    with pytest.raises(errors.Invalid) as caught:
        compile_condition(text)
    assert str(caught.value) == in_english(sentence)


def test_an_unknown_field_of_a_condition_is_told():
    assert [str(found) for found in check_condition("contry == 'PL' and replied()", {"country"})] == [
        in_english('1:1: There is no contact field "contry". Did you mean country?')
    ]
    assert check_condition("country == 'PL' and custom.x", {"country", "custom.*"}) == []
    assert len(check_condition("country ==", {"country"})) == 1


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9 > 1", "'a' * 10**9", "range(10**9)", "clicked.__globals__", "clicked.__call__('a')", "replied().__class__", "clicked(*x)", "clicked(**x)",
        "clicked('a' ~ x)", "clicked('a')('b')", "x.y()", "x()()", "_x", "x | attr('y')", "(" * 900 + "1" + ")" * 900, "not " * 450 + "x", "9" * 1900,
        "1 if", "'a", "x }} {{ y", "x %} {% y", "x and", "lipsum()", "x[0:1]", "{1: 2}", "[x]", "1 + 1 == 2", "caller()", "replied is callable", "opened",
    ],
)  # fmt: skip
def test_what_a_condition_may_not_say_is_refused_at_once(text):
    began = time.process_time()
    with pytest.raises(errors.Invalid):
        compile_condition(text)
    assert time.process_time() - began < 1


PIECES = st.lists(
    st.sampled_from(
        ["company", "country", "employees", "clicked", "replied()", '"PL"', "5", "|", "int", "join", "(", ")", "[", "]",
         "==", "=", ">", "and", "or", "not", "is", "in", "if", "else", ",", ".", "“", "#", "?", "-", "lambda", "{", "}"]
    ),
    max_size=8,
)  # fmt: skip


@pytest.mark.wording
@given(PIECES.map(" ".join))
@example("company name")
@example("country ==")
@example("“PL” == country")
@example("country | join")
@example('{"a": 1}')
def test_what_is_said_of_a_condition_has_no_braces_in_it(text: str) -> None:
    """A condition is written without; who reads "inside {{ }}" looks for something that is not there."""
    for found in templates.check_condition(text, {"company", "country", "employees"}):
        assert "{{ " not in f"{found.what} {found.hint}".replace("A condition has no {{ }} around it.", "")
        assert "{%" not in f"{found.what} {found.hint}"


@pytest.mark.parametrize("text", ["replied(", "clicked('pricing'", "(replied()", "replied( and"])
def test_a_bracket_that_is_never_closed_is_told_in_plain_words(text: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        compile_condition(text)
    assert "end of" not in str(refused.value)
    if text != "replied( and":
        assert in_english("a bracket is not closed") in str(refused.value)
