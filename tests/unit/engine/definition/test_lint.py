"""What would go wrong later is told now: steps, threads, waits, words and conditions that do not fit together."""

import pathlib

import pytest

from relance.engine.definition import lint, unwritten
from relance.engine.definition.sequence import Sequence
from relance.engine.definition.steps import MailStep
from tests.reworded import in_english

EXAMPLES = pathlib.Path(__file__).parents[4] / "examples"
KNOWN = {"email", "first_name", "last_name", "company", "country", "custom.*"}
HEAD = 'sequence: X\nsteps:\n  - id: intro\n    subject: Hi\n    body: see [prices](https://x.example/p "pricing")\n'


def check(text: str) -> lint.Checked:
    return lint.examine(text, KNOWN, "x.yaml")


@pytest.mark.parametrize("name", ["head-of-sales.yaml", "first-meeting.yaml"])
def test_the_examples_are_good(name):
    found = lint.examine((EXAMPLES / name).read_text("utf-8"), KNOWN, name)
    assert found.definition is not None
    assert (found.problems, found.warnings) == ((), ())


BRANCH = '  - id: fork\n    after: 1 day\n    when: clicked("intro")\n    then:\n'


@pytest.mark.parametrize(
    ("more", "line", "told"),
    [
        ("  - id: two\n    after: 1 day\n    body: x\n", 6, "`two`: this mail has no subject"),
        ("  - id: two\n    thread: reply\n    body: x\n", 6, "together with the one before"),
        ("  - end: now\n  - id: two\n    task: x\n", 7, "never reached"),
        ("  - id: two\n    after: 1 day\n    thread: reply\n    body: Hi {{ frist_name }}\n", 9, "first_name"),
        (
            "  - id: two\n    after: 1 day\n    thread: reply\n    body: |\n      Hi\n\n      {{ frist_name }}\n",
            12,
            "first_name",
        ),
        ("  - id: two\n    task: call {{ compny }}\n", 7, "company"),
        ("  - id: two\n    task: call\n    when: compny == 'x'\n", 8, "company"),
        ("  - id: two\n    task: call\n    when: import os\n", 8, "`when`"),
        ('  - id: two\n    task: call\n    when: clicked("intr")\n', 8, 'Did you mean "intro"'),
        ('  - id: two\n    task: call\n    when: clicked("late")\n' + BRANCH.replace("fork", "late") + "      - end: x\n", 8, "no mail has"),
        ('  - id: two\n    task: call\n    when: clicked("intro", "prcing")\n', 8, 'Did you mean "pricing"'),
        ('  - id: two\n    task: call\n    when: opened("intro")\n', 8, "machines open mail"),
        ("  - id: two\n    after: 1 day\n    at: 23:00\n    thread: reply\n    body: x\n", 8, "later than the sending hours"),
        (BRANCH + '      - id: a\n        task: x\n        when: clicked("z")\n  - id: z\n    after: 1 day\n    thread: reply\n    body: x\n', 12, "does not come before"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line(more, line, told):
    found = check(HEAD + more)
    assert found.definition is None
    problem = found.problems[0]
    assert in_english(told) in str(problem)
    assert (problem.where, problem.line) == ("x.yaml", line)


def test_a_reply_needs_a_mail_on_every_way_to_it():
    steps = '  - id: fork\n    when: country == "PL"\n    then:\n      - id: hello\n        subject: a\n        body: b\n'
    reply = "  - id: two\n    after: 1 day\n    thread: reply\n    body: x\n"
    assert in_english("on some paths no mail has been sent") in str(
        check("sequence: X\nsteps:\n" + steps + reply).problems[0]
    )
    assert in_english("there is no mail before") in str(check("sequence: X\nsteps:\n" + reply).problems[0])
    skipped = HEAD + '    when: country == "PL"\n' + reply
    assert in_english("on some paths no mail has been sent") in str(check(skipped).problems[0])


def test_clicks_that_are_not_measured_cannot_be_asked():
    text = HEAD + 'track: {clicks: off}\nstop: {when: clicked("intro")}\n'
    assert in_english("`track: clicks` is off") in str(check(text).problems[0])


def test_what_is_only_unwise_is_a_warning():
    soon = check(HEAD + "  - id: two\n    after: 2 hours\n    thread: reply\n    body: x\n")
    assert soon.definition is not None
    assert in_english("only 2 hours") in str(soon.warnings[0])
    hasty = check(HEAD + BRANCH.replace("    after: 1 day\n", "") + "      - end: x\n")
    assert in_english("before anyone could have clicked") in str(hasty.warnings[0])
    assert in_english("has no effect") in str(check(HEAD + "  - wait: 2 days\n").warnings[0])
    assert in_english("no step of this sequence sends") in str(
        check("sequence: X\nsteps:\n  - {id: a, task: b}\n").warnings[0]
    )
    many = "".join(f"  - id: m{n}\n    after: 2 days\n    thread: reply\n    body: x\n" for n in range(8))
    assert in_english("mail number 8") in str(check(HEAD + many).warnings[0])
    assert in_english("only an unsubscribe header") in str(check("unsubscribe: none\n" + HEAD).warnings[0])


def test_a_text_cut_short_by_a_hash_is_a_warning():
    cut = check(HEAD.replace("Hi", "We are #1 for you"))
    assert str(cut.warnings[0]).startswith(in_english('x.yaml:4:21: "#1 for you" is read as a comment'))
    assert check(HEAD.replace("Hi", "Hi # a remark")).warnings == ()
    assert check(HEAD.replace("Hi", '"We are #1"')).warnings == ()


def test_a_link_that_only_some_words_have_is_a_warning():
    variant = "    variants:\n      - id: other\n        body: no link\n"
    asked = '  - id: two\n    after: 1 day\n    task: call\n    when: clicked("intro", "pricing")\n'
    assert in_english("not every variant") in str(check(HEAD + variant + asked).warnings[0])


def test_values_of_the_sequence_are_known_words():
    assert check(
        "values: {link: https://x.example}\n" + HEAD.replace("https://x.example/p", "{{ link }}")
    ).definition


def test_python_objects_are_checked_alike_without_places():
    made = Sequence(name="X", steps=(MailStep(id="a", body="Hi {{ frist_name }}"),))
    found = lint.examine(made, KNOWN)
    assert [problem.line for problem in found.problems] == [0, 0]
    assert [problem.where for problem in found.problems] == ["", ""]
    assert all(str(problem).startswith(in_english("step `a`:")) for problem in found.problems)
    good = Sequence(name="X", steps=(MailStep(id="a", subject="s", body="Hi"),))
    assert lint.examine(good, KNOWN).definition is good


def test_what_cannot_be_read_is_not_checked():
    found = check("sequence: X\nsteps: 5\n")
    assert found.definition is None
    assert len(found.problems) == 1


MANY = """sequence: X
colour: red
steps:
  - id: intro
    subject: Hi {{ frist_name
    body: |
      One.
      {{ compny }}
    after: soon
  - id: intro
    after: 1 day
    thread: reply
    body: x
    when: compny == "x"
    variants:
      - {id: b, body: "{{ nobody }}"}
  - id: fork
    when: clicked("intro"
    then:
      - id: intro
        task: call {{ compny }}
"""


def test_all_that_can_be_told_is_told_at_once():
    """A wrong value, an unknown key, an id used twice, and mistakes in words and conditions, in the order of the file."""
    found = check(MANY)
    assert found.definition is None
    told = [(each.line, each.where) for each in found.problems]
    assert [line for line, _ in told] == [2, 5, 8, 9, 10, 14, 16, 18, 20, 21]
    assert {where for _, where in told} == {"x.yaml"}
    assert len({str(each) for each in found.problems}) == len(found.problems)


def test_a_mistake_is_told_in_the_same_words_whatever_else_is_wrong():
    alone = {
        str(each) for each in check(MANY.replace("colour: red\n", "\n").replace("after: soon", "")).problems
    }
    assert {each for each in alone if "id" not in each} <= {str(each) for each in check(MANY).problems}
    twice = HEAD + "  - {id: intro, task: x}\n"
    assert [str(each.what) for each in check(twice).problems] == [
        in_english('step `intro`: the id "intro" is used twice; each step needs its own.')
    ]


@pytest.mark.parametrize(
    "steps", ["", "x", "[1, 2]", "{}", "[{id: [1], variants: 3, then: {a: b}, body: 7}]", "[[[]]]"]
)
def test_whatever_stands_there_a_check_ends_with_a_word(steps):
    assert check(f"sequence: X\nvalues: 3\nsteps: {steps}\n").problems


def test_what_is_marked_as_still_to_be_written_is_a_mistake_where_it_stands():
    body = "    body: |\n      Hi,\n\n      [[why you\n      write]] and [[who]]\n    html: ''\n"
    text = "sequence: X\nvalues:\n  a: '[[one]]'\nsteps:\n  - id: intro\n    subject: '[[s]]'\n"
    found = check(text + body.split("    html")[0] + "  - id: call\n    task: '[[t]]'\n")
    assert [(each.line, in_english(str(each.what)).split(": ")[-1]) for each in found.problems] == [
        (3, "one."),
        (6, "s."),
        (10, "why you write."),
        (11, "who."),
        (13, "t."),
    ]


def test_brackets_that_are_no_mark_are_none():
    assert [*unwritten.left("see [[1]](https://x.example/1) [ ] [[]] [a] [[")] == []


def test_a_link_to_an_example_is_doubted():
    found = check(HEAD.replace("https://x.example/p", "https://www.example.com/book?a=1"))
    assert found.definition is not None
    assert [each.line for each in found.warnings] == [5]
    assert "https://www.example.com/book?a=1 " in str(found.warnings[0])
    assert check(HEAD.replace("https://x.example/p", "https://example.company.pl/")).warnings == ()
