"""Texts under way, what publishing them would do, and two who publish at once, on both databases."""

from __future__ import annotations

import threading

import pytest

from relance import errors
from relance.engine.context import Context
from relance.engine.reasons import prose
from relance.engine.roles import Role
from relance.engine.sequences import publish
from relance.engine.sequences.writing import drafts, planning
from relance.engine.states import Event
from relance.engine.store.sequences import enrollments
from relance.engine.store.users import accounts
from tests.reading import KIM, MIA, enrolled, row

TEXT = """sequence: Trial
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
  - {id: bump, after: 3 days, thread: reply, body: "Again?"}
"""


def user(house: Context, email: str) -> int:
    with house.database.write() as conn:
        return accounts.add(conn, email, Role.MANAGER, house.clock.now())


def test_a_draft_is_kept_until_it_is_dropped_and_is_ones_own(house: Context) -> None:
    ada, ben = user(house, "ada@sales.example"), user(house, "ben@sales.example")
    publish.publish(house, TEXT)
    begun = drafts.begin(house, ada, "Trial")
    assert (begun.name, begun.base, begun.saved_at, begun.title) == ("Trial", 1, None, "Trial")
    assert publish.check(house, begun.text).problems == ()
    assert drafts.list_all(house, ada) == []
    publish.publish(house, TEXT.replace("Again?", "Once more?"))
    fresh = drafts.begin(house, ada, "Trial")  # nothing was changed: it begins from the latest
    assert (fresh.base, "Once more?" in fresh.text) == (2, True)
    kept = drafts.save(house, ada, fresh.id, "half a th")
    assert kept.saved_at is not None
    publish.publish(house, TEXT)
    assert drafts.begin(house, ada, "Trial") == kept  # something was: it stays, whatever is published
    assert [each.who for each in drafts.others(house, ben, "Trial")] == ["ada@sales.example"]
    assert drafts.others(house, ada, "Trial") == []
    for refused in (
        lambda: drafts.show(house, ben, kept.id),
        lambda: drafts.save(house, ben, kept.id, "mine"),
    ):
        with pytest.raises(errors.NotFound):
            refused()
    drafts.drop(house, ben, kept.id)
    assert drafts.show(house, ada, kept.id) == kept
    drafts.drop(house, ada, kept.id)
    assert drafts.list_all(house, ada) == []


def test_a_save_names_what_it_is_a_save_of_and_never_replaces_another_text(house: Context) -> None:
    ada = user(house, "ada@sales.example")
    first = drafts.begin(house, ada, text="sequence: One\n")
    one, other = drafts.MadeFrom(first.edition, "a" * 8, 1), drafts.MadeFrom(first.edition, "b" * 8, 1)
    kept = drafts.save(house, ada, first.id, "of page a\n", made_from=one)
    assert kept.edition != first.edition
    for refused in (
        lambda: drafts.save(house, ada, first.id, "of page b\n", made_from=other),
        lambda: drafts.drop(house, ada, first.id, other),
    ):
        with pytest.raises(drafts.Stale) as stale:
            refused()
        assert stale.value.draft.text == "of page a\n"
    assert drafts.show(house, ada, first.id) == kept
    # The same text again is no loss; and who saw the newest text goes on from it.
    assert drafts.save(house, ada, first.id, "of page a\n", made_from=other).version == kept.version
    seen = drafts.MadeFrom(kept.edition, "b" * 8, 2)
    assert drafts.save(house, ada, first.id, "both\n", made_from=seen).text == "both\n"


def test_saves_of_one_page_may_overtake_each_other(house: Context) -> None:
    """A page that is closed sends its last text without waiting for the answer to the one before."""
    ada = user(house, "ada@sales.example")
    first = drafts.begin(house, ada, text="sequence: One\n")
    late, last = (drafts.MadeFrom(first.edition, "a" * 8, number) for number in (1, 2))
    drafts.save(house, ada, first.id, "the last words\n", made_from=last)
    assert drafts.save(house, ada, first.id, "the last wor\n", made_from=late).text == "the last words\n"
    drafts.save(house, ada, first.id, "more\n", made_from=drafts.MadeFrom(first.edition, "a" * 8, 3))
    assert drafts.show(house, ada, first.id).text == "more\n"


def test_of_two_tabs_that_save_at_once_one_is_told(house: Context) -> None:
    ada = user(house, "ada@sales.example")
    first = drafts.begin(house, ada, text="sequence: One\n")
    together, told = threading.Barrier(2), []

    def go(page: str) -> None:
        together.wait(10)
        try:
            made = drafts.MadeFrom(first.edition, page, 1)
            told.append(drafts.save(house, ada, first.id, f"of page {page}\n", made_from=made).text)
        except drafts.Stale as stale:
            told.append(stale.draft.text)

    threads = [threading.Thread(target=go, args=(page * 8,)) for page in "ab"]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert told == [drafts.show(house, ada, first.id).text] * 2


def test_the_number_of_a_draft_is_never_anothers(house: Context) -> None:
    ada = user(house, "ada@sales.example")
    given = []
    for _ in range(3):
        given.append(drafts.begin(house, ada, text="sequence: One\n").id)
        drafts.drop(house, ada, given[-1])
    assert len(set(given)) == 3


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ('"Say \\"q\\" twice"', 'Say "q" twice'),
        ("'It''s on' # in March", "It's on"),
        ("Plain words # a comment", "Plain words"),
        ('"half a th', "half a th"),
        ("[a, b]", "[a, b]"),
        ("", ""),
    ],
)
def test_the_title_of_a_draft_is_what_its_text_says(house: Context, written: str, title: str) -> None:
    ada = user(house, "ada@sales.example")
    assert drafts.begin(house, ada, text=f"sequence: {written}\nsteps: []\n").title == title


def test_a_new_one_has_the_name_its_text_gives_it(house: Context) -> None:
    ada = user(house, "ada@sales.example")
    new = drafts.begin(house, ada, text='sequence: "Two words"\nsteps: []\n')
    assert (new.name, new.base, new.title) == ("", 0, "Two words")
    assert drafts.list_all(house, ada) == [new]
    with pytest.raises(errors.NotFound):
        drafts.begin(house, ada, "No such")
    with pytest.raises(errors.Invalid):
        drafts.save(house, ada, new.id, "x" * 3_000_000)


def test_the_plan_counts_people_where_they_stand_and_names_steps(house: Context) -> None:
    assert planning.plan(house, TEXT) == planning.PublishPlan(
        "Trial", 0, 1, True, ("intro", "bump"), (), (), ()
    )
    enrolled(house, KIM, MIA, text=TEXT)
    with house.database.write() as conn:
        enrollments.apply(conn, [row(house, MIA).id], Event.PAUSED, house.clock.now(), reason=prose(""))
    found = planning.plan(
        house, TEXT.replace("id: bump", "id: nudge").replace('subject: "Hello"', "subject: Hi")
    )
    assert (found.latest, found.next, found.changed) == (1, 2, True)
    assert (found.added, found.removed, found.altered) == (("nudge",), ("bump",), ("intro",))
    assert [(each.version, each.step, each.state, each.people) for each in found.staying] == [
        (1, "intro", "active", 1),
        (1, "intro", "paused", 1),
    ]
    assert found.people == 2
    assert not planning.plan(house, TEXT + "# a comment\n").changed
    with pytest.raises(errors.Invalid):
        planning.plan(house, TEXT.replace("thread: reply", "thread: replay"))
    assert len(publish.show(house, "Trial").versions) == 1


def test_a_text_begun_before_others_changed_only_comments_is_not_published_over_them(house: Context) -> None:
    ada = user(house, "ada@sales.example")
    publish.publish(house, TEXT)
    mine = drafts.begin(house, ada, "Trial")
    noted = "# Maria wrote this in March.\n" + TEXT
    assert not publish.publish(house, noted, base=1, digest=mine.digest).changed
    with pytest.raises(publish.Overtaken) as late:
        publish.publish(house, TEXT.replace("Again?", "Once more?"), base=1, digest=mine.digest)
    assert late.value.latest == 1
    assert publish.show(house, "Trial").yaml == noted
    seen = planning.plan(house, TEXT).digest
    mine = drafts.save(
        house, ada, mine.id, noted.replace("Again?", "Well?"), drafts.BegunFrom("Trial", 1, seen)
    )
    assert publish.publish(house, mine.text, base=mine.base, digest=mine.digest).version == 2


@pytest.mark.parametrize("base", [0, 1])
def test_of_two_who_publish_at_once_one_is_told(house: Context, base: int) -> None:
    """Whether the sequence is there (base 1) or new (base 0)."""
    if base:
        publish.publish(house, TEXT)
    together, told = threading.Barrier(2), []

    def go(word: str) -> None:
        together.wait(10)
        try:
            told.append(publish.publish(house, TEXT.replace("Again?", word), base=base).version)
        except publish.Overtaken as late:
            told.append(("late", late.latest))

    threads = [threading.Thread(target=go, args=(word,)) for word in ("One?", "Two?")]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert sorted(map(str, told)) == sorted(map(str, [base + 1, ("late", base + 1)]))
    assert len(publish.show(house, "Trial").versions) == base + 1
