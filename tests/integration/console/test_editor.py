"""The editor over a sequence's text: mistakes at their lines, keys that do what they say, and nothing that locks anybody out."""

from __future__ import annotations

import pytest

from relance.wording import Text
from tests.integration.console.conftest import Console

BOSS = "boss@sales.example"
TEXT = """sequence: Editing
send:
  hours: 09:00-17:00
steps:
  - id: intro
    subject: Hello
    body: |
      Dear all,
      thred: this is only a letter
  - id: bump
    after: 3 business days
    thread: replay
    body: Again?
"""


@pytest.fixture
def draft(console: Console) -> str:
    """The path of a draft with a mistake in line 12."""
    console.join(BOSS)
    me = next(each.id for each in console.app.users.list() if each.email == BOSS)
    made = console.app.drafts.begin(me, text=TEXT)
    return f"/sequence-drafts/{made.id}"


def kept(console: Console) -> str:
    me = next(each.id for each in console.app.users.list() if each.email == BOSS)
    return console.app.drafts.list(me)[0].text


def marked(page) -> list[str]:
    """The numbers of the lines that stand at the same height as a mark."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.cm-lint-marker-error')].map(mark => {
            const height = mark.parentElement.getBoundingClientRect().top;
            return [...document.querySelectorAll('.cm-lineNumbers .cm-gutterElement')]
                .find(line => line.getBoundingClientRect().top === height && line.offsetHeight > 0).textContent;
        })"""
    )


def write_after(page, found: str, words: str = "", *, less: int = 0) -> None:
    """Type at the end of the line that has these words, after some of it is taken back."""
    lines = page.input_value("#f-text").split("\n")
    page.keyboard.press("Control+Home")
    for _ in range(next(number for number, line in enumerate(lines) if found in line)):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    for _ in range(less):
        page.keyboard.press("Backspace")
    page.keyboard.type(words)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("pl", 390)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mistake_is_marked_at_its_line_and_all_of_it_is_accessible(
    console, draft, tab, language, width, scheme
):
    here = tab(console.tokens[BOSS], color_scheme=scheme, viewport={"width": width, "height": 800})
    page = here.open(f"{draft}?lang={language}")
    page.wait_for_selector(".cm-lint-marker-error")
    assert marked(page) == ["12"]
    assert page.locator("#f-text").is_hidden()
    content = page.get_by_role(
        "textbox", name={"en": str(Text("Text of the sequence")), "pl": "Tekst sekwencji"}[language]
    )
    assert content.get_attribute("aria-multiline") == "true"
    assert here.axe() == []
    page.locator(".cm-lint-marker-error").hover()
    assert "replay" in page.locator(".cm-tooltip-lint").inner_text()
    content.focus()
    page.keyboard.press("Control+f")
    assert page.get_by_placeholder(
        {"en": str(Text("Find in the text")), "pl": "Szukaj w tekście"}[language]
    ).is_visible()
    assert here.axe() == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_mark_moves_with_what_is_typed_and_goes_with_the_mistake(console, draft, tab):
    page = tab(console.tokens[BOSS]).open(draft)
    page.focus(".cm-content")
    write_after(page, "sequence:", "\ngoal: meeting")
    page.wait_for_selector("[data-line='13']")
    assert marked(page) == ["13"]
    write_after(page, "thread:", "ly", less=3)
    page.wait_for_selector("#told .fine")
    assert page.locator(".cm-lint-marker-error").count() == 0
    assert kept(console) == TEXT.replace("Editing\n", "Editing\ngoal: meeting\n").replace("replay", "reply")


def test_ctrl_s_keeps_the_draft_and_tab_leaves_the_text(console, draft, tab):
    page = tab(console.tokens[BOSS]).open(draft)
    page.focus(".cm-content")
    write_after(page, "subject:", " there")
    with page.expect_request(
        "**/sequence/draft/keep", timeout=1000
    ):  # at once: what is typed alone waits 1.5 s
        page.keyboard.press("Control+s")
    page.wait_for_selector("#told")
    page.wait_for_load_state("networkidle")
    assert "subject: Hello there\n" in kept(console)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "plan"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className").startswith("cm-content")
    page.keyboard.press("Shift+Tab")
    assert not page.evaluate("document.activeElement.closest('.cm-editor')")
    assert page.input_value("#f-text").count("\t") == 0


def offered(page) -> list[str]:
    page.wait_for_selector(".cm-tooltip-autocomplete li")
    return page.locator(".cm-tooltip-autocomplete li").all_inner_texts()


def test_keys_and_words_are_offered_where_they_may_stand_and_never_in_a_letter(console, draft, tab):
    page = tab(console.tokens[BOSS]).open(draft)
    page.focus(".cm-content")
    write_after(page, "hours:", "\nhol")
    assert offered(page) == ["holidays"]
    page.locator(".cm-tooltip-autocomplete li").click()
    assert "\n  holidays: \nsteps:" in page.input_value("#f-text")
    page.keyboard.type("none")
    write_after(page, "Again?", "\nwei")
    assert offered(page) == ["weight"]
    page.keyboard.press("Escape")
    write_after(page, "thread: replay", less=len("replay"))
    page.keyboard.press("Control+Space")
    assert offered(page) == ["new", "reply"]
    page.keyboard.press("Escape")
    with page.expect_response("**/sequence/draft/keep"):
        write_after(page, "thred:", "\nsubject: sub")
        page.keyboard.press("Control+Space")
    assert page.locator(".cm-tooltip-autocomplete").count() == 0


def test_a_doubt_on_the_page_of_the_plan_leads_to_its_line(console: Console, tab) -> None:
    token = console.join(BOSS)
    me = next(each.id for each in console.app.users.list() if each.email == BOSS)
    doubted = TEXT.replace("replay", "reply").replace("3 business days", "2 hours")
    draft = f"/sequence-drafts/{console.app.drafts.begin(me, text=doubted).id}"
    here = tab(token)
    page = here.open(f"{draft}/plan")
    page.locator(f"a[href='{draft}#line-10']").click()
    page.wait_for_url("**#line-10")
    page.wait_for_function(
        "getSelection().focusNode?.parentElement?.closest('.cm-line')?.textContent.includes('bump')"
    )


def test_a_plan_that_is_asked_for_with_a_mistake_says_in_place_what_comes_first(console, draft, tab):
    here = tab(console.tokens[BOSS])
    page = here.open(draft)
    page.focus(".cm-content")
    with page.expect_response("**/sequence/draft/keep"):
        write_after(page, "subject:", " there")
        page.locator("button[value=plan]").click()
    page.wait_for_function("document.activeElement.matches('#told .flash')")
    assert page.url == f"{console.url}{draft}"
    first = Text.plural(
        "Correct {count} mistake first; then you see what publishing does.",
        "Correct {count} mistakes first; then you see what publishing does.",
        1,
    )
    assert page.locator("#told .flash").inner_text() == str(first)
    assert here.axe() == []
    page.focus(".cm-content")
    write_after(page, "thread:", "ly", less=3)
    page.wait_for_selector("#told .fine")
    assert page.locator("#told .flash").count() == 0
    page.locator("button[value=plan]").click()
    page.wait_for_url("**/plan")
