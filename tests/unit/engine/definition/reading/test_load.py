"""YAML in and out: every mistake at its line with its mend, nothing half read, and nothing that harms."""

import pathlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relance import wording
from relance.engine.definition import sequence
from relance.engine.definition.reading import load
from relance.engine.definition.steps import BranchStep, MailStep, Step, TaskStep, WaitStep
from tests.reworded import in_english

EXAMPLES = pathlib.Path(__file__).parents[5] / "examples"
HEAD = "sequence: X\nsteps:\n  - id: intro\n    subject: Hi\n    body: Hello\n"


def told(text: str) -> list[str]:
    document = load.read(text, "x.yaml")
    assert document.sequence is None
    return [str(problem) for problem in document.problems]


def test_many_mistakes_are_told_at_once_each_at_its_line():
    assert told(
        "sequence: X\n"
        "gaol: meeting\n"
        "send: {zone: europe/warsaw, holidays: no}\n"
        "steps:\n"
        "  - id: Intro Mail\n"
        "    subject: 2026\n"
        "    body: hi\n"
        "    afer: 3 days\n"
        "  - id: bump\n"
        "    after: 3\n"
        "    body: x\n"
        "  - id: call\n"
        "    task: Call\n"
        "    body: no\n"
    ) == [
        in_english("x.yaml:2:1: `gaol` is not recognised here. Did you mean `goal`?"),
        in_english(
            'x.yaml:3:14: send: `zone`: "europe/warsaw" is not a time zone; did you mean Europe/Warsaw?'
        ),
        in_english(
            'x.yaml:3:39: send: `holidays`: write `none` to ignore holidays, or `"NO"` for those of Norway.'
        ),
        in_english(
            'x.yaml:5:9: step `Intro Mail`: "Intro Mail" cannot be an id: use lower-case letters, digits and hyphens, beginning '
            "with a letter. Write `intro-mail`."
        ),
        in_english('x.yaml:6:14: step `Intro Mail`: `subject` must be text. Put it in quotes: "2026".'),
        in_english("x.yaml:8:5: step `Intro Mail`: `afer` is not recognised here. Did you mean `after`?"),
        in_english(
            'x.yaml:10:12: step `bump`: `after`: "3" of what? State the unit: "3 business days", "3 days", "3 hours".'
        ),
        in_english(
            "x.yaml:13:5: step `call`: `task` does not belong in a mail step. Each step does one thing: make a task a step "
            "of its own, with its own `- id:`."
        ),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        ("just words", 1, "not a sequence"),
        ("- a\n- b", 1, "not a sequence"),
        ("sequence: X\nsteps: []", 1, "at least one step"),
        ("sequence: X\nsteps: intro", 2, "must be a list"),
        ("sequence: X\nsteps:\n  - intro", 3, "this is not a step"),
        ("sequence: X\nsteps:\n  - id: a\n    bdy: x", 4, "Did you mean `body`"),
        ("sequence: X\nsteps:\n  - id: a\n    note: x", 3, "not clear what kind of step"),
        ("sequence: X\nsteps:\n  - body: a", 3, "`id` is missing"),
        ("sequence: X\nsteps:\n\t- id: a", 3, "spaces"),
        (HEAD.replace("Hi", "Re: our talk"), 4, "in quotes"),
        (HEAD.replace("Hi", "{{ company }} and you"), 4, "{{ must stand in quotes|begins with {{"),
        (HEAD.replace("Hi", "{{ company }}"), 4, "begins with {{"),
        (HEAD.replace("Hi", "'open"), 4, "not closed"),
        (HEAD.replace("Hi", "@all"), 4, "in quotes"),
        (HEAD.replace("subject: Hi", "subject Hi"), 4, "no `:`"),
        (HEAD.replace("    body", "   body"), 5, "indented differently"),
        (HEAD.replace("Hi", "&a Hi"), 4, "anchors"),
        (HEAD.replace("Hi", "!!python/name:os.system"), 4, "tags"),
        (HEAD.replace("Hi", "a\x00b"), 4, "control character"),
        (HEAD + "    body: again\n", 6, "written twice"),
        (HEAD + "  - id: intro\n    task: x\n", 6, "used twice"),
        (HEAD + "---\nsequence: Y\n", 6, "One file holds one sequence"),
        (HEAD + "send:\n  hours: {mon-thu: 9am-5pm}\n", 7, "24-hour"),
        (HEAD + "send:\n  closed: [soon]\n", 7, "2026-12-24"),
        (HEAD + "send:\n  days: mon-fri\n  hours: {mon: 08:00-09:00}\n", 7, "remove `days`"),
        (HEAD + "stop:\n  company: positive\n", 7, "positive reply"),
        (HEAD + "stop:\n  company: stop\n", 7, "by kind of reply"),
        (HEAD + "stop:\n  company:\n    opt-out: stop\n    anyreply: stop\n", 9, "Did you mean `any reply`"),
        (HEAD + "stop:\n  company:\n    question: slow\n", 8, "by how much"),
        (HEAD + "stop:\n  company: {later: hand-over}\n", 7, 'Did you mean "hand over"'),
        (HEAD + "track:\n  opens: maybe\n", 7, "yes or no"),
        (HEAD + "unsubscribe: go away\n", 6, "{link}"),
        (HEAD + "language: polish\n", 6, "two lower-case letters"),
        (HEAD + "goal:\n", 6, None),
        (HEAD + "    variants:\n      - id: b\n        sujbect: x\n", 8, "Did you mean `subject`"),
    ],
)
def test_a_mistake_is_told_at_its_line(text, line, words):
    document = load.read(text, "x.yaml")
    if words is None:  # a key left empty that may be left out is no mistake
        assert document.sequence is not None
        return
    assert document.sequence is None
    problem = document.problems[0]
    assert any(in_english(word) in str(problem) for word in words.split("|"))
    assert problem.line == line
    assert problem.where == "x.yaml"


def test_what_is_wrong_deep_in_a_branch_names_the_inner_step():
    text = (
        HEAD
        + "  - id: fork\n    when: x\n    then:\n      - id: task\n        task: Call\n        after: never\n"
    )
    assert told(text)[0].startswith(in_english("x.yaml:11:16: step `task`: `after`: "))


def test_words_stay_words():
    document = load.read(
        'sequence: "No"\nsend: {hours: 08:30-16:30, holidays: NO}\ntrack: {opens: off}\nvalues: {a: no, b: 1, c: 1.5, '
        "d: true, e: 08:30, f: 010, g: 2026-01-01}\n" + HEAD.split("\n", 1)[1]
    ).sequence
    assert document.send.holidays == "NO"
    assert document.track.opens is False
    assert document.values == {
        "a": "no", "b": 1, "c": 1.5, "d": True, "e": "08:30", "f": "010", "g": "2026-01-01",
    }  # fmt: skip


def test_bombs_are_refused_quickly():
    laughs = "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a,*a,*a]\n" for n in range(9))
    assert in_english("anchors") in told(laughs)[0]
    assert in_english("levels deep") in told("[" * 100_000)[0]
    assert in_english("levels deep") in told("".join("  " * n + "a:\n" for n in range(60)))[0]
    assert in_english("parts") in told("[" + "x," * 30_000 + "]")[0]
    assert in_english("more than 400000 characters") in told("x" * 1_000_000)[0]


def test_every_problem_is_told_at_once():
    assert len(load.read("sequence: 5\nsteps: 6\n", "x.yaml").problems) == 2


@pytest.mark.parametrize("name", ["head-of-sales.yaml", "first-meeting.yaml"])
def test_the_examples_read_and_read_back(name):
    made = load.read((EXAMPLES / name).read_text("utf-8"), name).sequence
    assert load.read(load.to_yaml(made)).sequence == made


ids = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,3})?", fullmatch=True)
lines = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)
words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=40)
spans = st.sampled_from(["3 business days", "1 day", "4 hours", "until monday", None])
mails = st.builds(
    lambda **given: MailStep(**given),
    id=ids, subject=lines, body=words, after=spans, when=st.sampled_from([None, "a", "no"]),
)  # fmt: skip
tasks = st.builds(lambda **given: TaskStep(**given), id=ids, task=lines, wait_until_done=st.booleans())
waitings = st.builds(lambda wait: WaitStep(wait=wait), spans.filter(bool))
steps = st.recursive(
    mails | tasks | waitings,
    lambda inner: st.builds(
        lambda **given: BranchStep(**given),
        id=ids, when=lines.filter(str.strip), then=st.lists(inner, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=6,
)  # fmt: skip
values = st.dictionaries(
    st.from_regex(r"[a-z_]{1,6}", fullmatch=True),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=10)
    | st.integers(-(10**17), 10**17)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False),
    max_size=3,
)


def unique(found: list[Step]) -> bool:
    named = [step.id for _, step in sequence.walk(tuple(found)) if step.id]
    return len(named) == len(set(named))


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    lines.filter(lambda text: len(text) <= 100),
    st.lists(steps, min_size=1, max_size=4).filter(unique),
    values,
)
def test_what_is_written_reads_back_the_same(name, some, given_values):
    made = sequence.Sequence(name=name, steps=tuple(some), values=given_values)
    again = load.read(load.to_yaml(made)).sequence
    assert again == made
    assert sequence.digest(again) == sequence.digest(made)


@settings(max_examples=150)
@given(st.text(alphabet="abc:-{}[]'\"\n |>&*!%@#\t0123", max_size=60))
def test_no_text_makes_reading_raise(text):
    document = load.read(text)
    assert (document.sequence is None) == bool(document.problems)
    assert all(problem.what and problem.line >= 1 for problem in document.problems)


@settings(max_examples=80)
@given(st.integers(0, 2500), st.sampled_from(["", "\t", ":", "x", "{{", "\n", "- ", "'", "  "]))
def test_a_slip_of_the_finger_is_told_or_harmless(position, slip):
    text = (EXAMPLES / "first-meeting.yaml").read_text("utf-8")
    document = load.read(text[:position] + slip + text[position + 1 :])
    assert (document.sequence is None) == bool(document.problems)


def test_mistakes_are_told_in_polish_at_the_same_lines():
    text = "sequence: X\ngaol: x\nsteps:\n  - id: Intro\n    body: x\n  - wait: 3 days\n    body: x\n  - tsak: Call\n"
    with wording.speaking("pl"):
        assert told(text) == [
            "x.yaml:2:1: Klucz `gaol` nie jest tu znany. Czy chodziło o `goal`?",
            "x.yaml:4:9: krok `Intro`: „Intro” nie może być identyfikatorem: dozwolone są małe litery, cyfry i łączniki, "
            "a na początku litera. Należy napisać `intro`.",
            "x.yaml:6:5: krok 2: Brakuje klucza `id`. Należy nadać krótką nazwę, która nie zmieni się po przestawieniu "
            "kroków, na przykład `id: intro`.",
            "x.yaml:6:5: krok 2: Klucz `wait` nie pasuje do kroku typu: wiadomość. Każdy krok robi jedną rzecz; potrzebny "
            "jest osobny krok (oczekiwanie) z własnym `- id:`.",
            "x.yaml:8:5: krok 3: Klucz `tsak` nie jest tu znany. Czy chodziło o `task`?",
        ]
