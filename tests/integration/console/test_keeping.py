"""What is typed into a draft is kept, or the page says that it is not: it never says "saved" of what the server does not have."""

from __future__ import annotations

import pytest

from tests.integration.console.conftest import PASSWORD, Console
from tests.servers import ports

BOSS = "boss@sales.example"
TEXT = "sequence: Kept\nsteps:\n  - {id: intro, subject: Hello, body: Hello}\n"


@pytest.fixture
def draft(console: Console) -> str:
    """The path of a draft of the one who is signed in."""
    console.join(BOSS)
    return f"/sequence-drafts/{console.app.drafts.begin(me(console), text=TEXT).id}"


def me(console: Console) -> int:
    return next(each.id for each in console.app.users.list() if each.email == BOSS)


def kept(console: Console) -> list[str]:
    """All drafts, the newest change first."""
    return [each.text for each in console.app.drafts.list(me(console))]


def type_into(page, words: str) -> None:
    """At the end of the text."""
    page.focus(".cm-content")
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(words)


def has(console: Console, words: str) -> None:
    ports.wait_until(lambda: words in kept(console)[0], what=f"{words} in the draft")


def test_while_the_server_does_not_answer_it_says_so_and_tries_until_it_is_saved(console, draft, tab) -> None:
    here = tab(console.tokens[BOSS])
    page = here.open(draft)
    page.wait_for_selector(".cm-content")
    assert page.locator("#kept").is_hidden()
    page.context.set_offline(True)
    type_into(page, "# typed while it was away\n")
    assert page.locator("[data-saved]").is_hidden()  # it does not say "saved" of what is only typed
    page.wait_for_selector("#kept.wrong", timeout=5000)
    away = page.locator("#kept").get_attribute("data-away")
    assert page.locator("#kept").inner_text() == away
    assert page.locator("[data-saved]").is_hidden()
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    ports.wait_until(lambda: page.evaluate("1") and asked, what="the question before it is closed")
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    page.wait_for_selector("#kept", state="hidden", timeout=10000)
    assert "# typed while it was away" in kept(console)[0]
    assert page.locator("[data-saved]").is_visible()
    here.faults[:] = [each for each in here.faults if "ERR_INTERNET_DISCONNECTED" not in each]


@pytest.mark.parametrize("leave", ["goto", "close"])
def test_what_was_typed_just_before_the_page_was_left_is_saved(console, draft, tab, leave) -> None:
    page = tab(console.tokens[BOSS]).open(draft)
    page.wait_for_selector(".cm-content")
    type_into(page, "# the last words\n")
    if leave == "goto":
        page.goto(f"{console.url}/sequences")
    else:
        page.close(run_before_unload=True)
    has(console, "# the last words")


def test_a_draft_that_another_tab_published_is_said_in_place_and_the_text_goes_on(
    console, draft, tab
) -> None:
    page = tab(console.tokens[BOSS]).open(draft)
    page.wait_for_selector(".cm-content")
    console.app.drafts.drop(me(console), int(draft.rpartition("/")[2]))
    type_into(page, "# not lost\n")
    offer = page.locator("#told button[formaction='/sequence/draft/new']")
    offer.wait_for(timeout=5000)
    assert page.locator("nav").count() == 1  # no page within the page
    page.locator("button[value=check]").click()
    assert "# not lost" in page.input_value("#f-text")
    assert kept(console) == []
    with page.expect_navigation(url="**/sequence-drafts/*"):  # the page before has such an address, too
        offer.click()
    page.wait_for_selector(".cm-content")
    assert "# not lost" in page.input_value("#f-text")
    assert "# not lost" in kept(console)[0]


def test_two_tabs_of_one_draft_lose_nothing(console, draft, tab) -> None:
    one, other = (tab(console.tokens[BOSS]).open(draft) for _ in range(2))
    for page in (one, other):
        page.wait_for_selector(".cm-content")
    type_into(one, "# of tab one\n")
    has(console, "# of tab one")
    type_into(one, "# and more\n")  # its own saves are no other tab's
    has(console, "# and more")
    type_into(other, "# of tab two\n")
    both = other.locator("#told button[formaction='/sequence/draft']")
    both.wait_for(timeout=5000)
    assert "# of tab two" not in kept(console)[0]
    both.click()
    other.wait_for_selector(".halves .cm-content")
    assert "# of tab two" in other.input_value("#f-text")
    assert "# and more" in other.locator(".diff.tall").inner_text()
    type_into(other, "# of both\n")
    other.locator("form[data-writing] button[value=check]").click()
    other.wait_for_url(f"**{draft}")
    assert "# of both" in kept(console)[0]


def test_a_text_that_is_typed_while_nobody_is_signed_in_is_saved_after_signing_in_again(
    console, draft, tab
) -> None:
    here = tab(console.tokens[BOSS])
    page = here.open(draft)
    page.wait_for_selector(".cm-content")
    console.app.myself.sign_out(me(console))
    type_into(page, "# typed as nobody\n")
    page.wait_for_selector("#kept.wrong", timeout=5000)
    assert page.locator("#kept").inner_text() == page.locator("#kept").get_attribute("data-out")
    assert "# typed as nobody" in page.input_value("#f-text")
    beside = page.context.new_page()
    beside.goto(f"{console.url}/sign-in")
    beside.fill("[name=email]", BOSS)
    beside.fill("[name=password]", PASSWORD)
    beside.locator("main button").click()
    beside.wait_for_url(f"{console.url}/")
    page.wait_for_selector("#kept", state="hidden", timeout=10000)
    assert "# typed as nobody" in kept(console)[0]
    here.faults[:] = [each for each in here.faults if "status of 401" not in each]


def test_what_is_typed_just_after_the_plan_is_asked_for_is_no_other_tab(console, draft, tab) -> None:
    page = tab(console.tokens[BOSS]).open(draft)
    page.wait_for_selector(".cm-content")
    type_into(page, "wrong: key\n")
    page.evaluate(
        """document.addEventListener('relance:told', () => setTimeout(() => {
            document.querySelector('.cm-content').focus();
            document.execCommand('insertText', false, '# mended at once');
        }, 20), {once: true})"""
    )
    page.locator("button[value=plan]").click()
    has(console, "# mended at once")
    page.wait_for_selector("#told .bad")
    assert "# mended at once" in page.input_value("#f-text")
    type_into(page, "\n# and more\n")
    has(console, "# and more")
    assert page.locator("#told button[formaction]").count() == 0
