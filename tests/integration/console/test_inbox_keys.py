"""What keys do in the inbox of somebody who types: one answer at most, and nothing for good."""

from __future__ import annotations

import pytest

from relance.engine.states import State
from tests.integration.console.conftest import Console
from tests.integration.console.test_inbox import newest, state
from tests.reading import KIM, MIA, hear, letter


def decided(console: Console) -> int:
    """How many answers somebody has decided about, or marked as read without opening them."""
    return sum(each.corrected or each.read for each in console.app.inbox.list())


@pytest.mark.parametrize(
    "sentence",
    [
        "hello, nice to hear from you, how about monday",
        "good, ok then. boo. is noon in our office all right",
        "not on monday. in an hour? o\n",
    ],
)
def test_a_sentence_typed_beside_its_field_decides_about_one_answer_at_most(
    three_from_lake, tab, sentence: str
) -> None:
    console = three_from_lake
    here = tab(console.join("ann@sales.example"))
    page = here.open("/inbox")
    before = decided(console)
    here.press("j")
    page.wait_for_selector("#opened")
    page.keyboard.type(sentence, delay=40)
    page.wait_for_selector("html:not([data-resting])")
    page.wait_for_selector("[data-swap].htmx-request", state="detached")
    assert decided(console) <= before + 2  # the one that was decided about, and the next one, which opened
    assert sum(each.corrected for each in console.app.inbox.list()) <= 1
    assert console.app.contacts.suppressions() == ()
    assert State.UNSUBSCRIBED not in (state(console), state(console, MIA))


@pytest.mark.parametrize("key", ["o", "b"])
def test_what_stops_mail_for_good_is_asked_for_twice(answered, tab, key: str) -> None:
    here = tab(answered.join("ann@sales.example"))
    for language in ("en", "pl"):
        page = here.open(f"/inbox?answer={newest(answered)}&lang={language}")
        for other in ("Escape", "n", "j", "Space"):
            here.press(key)
            said = page.inner_text(".sure:visible")
            assert (KIM in said, language == "pl") == (True, "Naciśnij" in said)
            box = page.locator(".sure:visible").bounding_box()
            assert box["y"] + box["height"] <= page.viewport_size["height"]
            here.press(other)
            page.wait_for_selector(".sure", state="hidden")
            assert page.url.partition("?")[2] == f"answer={newest(answered)}&lang={language}"
            assert state(answered) is State.REPLIED
    assert here.axe() == []
    here.press(key)
    assert here.axe() == []
    here.press("Enter")
    page.wait_for_selector("[data-key=u]")
    assert state(answered) in (State.UNSUBSCRIBED, State.BOUNCED)


def test_keys_do_nothing_in_a_field_and_held_keys_count_once(answered, tab) -> None:
    here = tab(answered.join("ann@sales.example"))
    page = here.open(f"/inbox?answer={newest(answered)}")
    page.focus("input[name=quote]")
    page.keyboard.type("nxi")
    page.focus("#opened")
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'n', repeat: true, bubbles: true}))"
    )
    assert page.locator("[data-swap].htmx-request").count() == 0
    assert not any(each.corrected for each in answered.app.inbox.list())


def test_the_open_row_stays_in_sight_while_one_goes_through_a_long_list(answered, tab) -> None:
    """The list begins below the head of the page and reaches below the window."""
    for number in range(24):
        hear(answered.app._context, letter(KIM, text=f"Call me at {number} o'clock."))
    here = tab(answered.join("ann@sales.example"))
    page = here.open("/inbox")
    for _row in range(23):
        before = page.url
        here.press("j")
        page.wait_for_url(lambda url, before=before: url != before)
        page.wait_for_selector("[data-swap].htmx-request", state="detached")
        seen = page.evaluate(
            "() => { const at = document.querySelector('.conversations [aria-current]').getBoundingClientRect();"
            " return [at.top >= 0, at.bottom <= innerHeight]; }"
        )
        assert seen == [True, True], page.url
