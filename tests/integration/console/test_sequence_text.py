"""The text of a sequence in the console: drafts that are not lost, mistakes at their lines, publishing by way of the plan only."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

import pytest

from relance import EnrollmentFilter, errors
from relance.console.requests import security
from relance.console.views.sequences import publishing
from tests.finished_starters import finished
from tests.integration.console import campaign
from tests.integration.console.campaign import NAME
from tests.integration.console.conftest import Console
from tests.reworded import in_english

BOSS, EVA, ANN = "boss@sales.example", "eva@sales.example", "ann@sales.example"
WRONG = """sequence: Two faults
steps:
  - id: intro
    subject: "Hello {{ compnay }}"
    body: Hello
  - id: bump
    aftr: 3 business days
    thread: reply
    body: Again?
"""


@pytest.fixture
def sales(console: Console) -> Console:
    """A sequence under way; two managers and a salesperson."""
    campaign.play(console.app)
    for email, role in ((BOSS, "manager"), (EVA, "manager"), (ANN, "salesperson")):
        console.join(email, role)
    return console


def at(console: Console, who: str = BOSS):
    return console.client(console.tokens[who], follow_redirects=True)


def begun(client, **form: str) -> tuple[str, str]:
    """A draft: its number and its text."""
    path = "/sequence/edit" if "name" in form and "from" not in form else "/sequence-new"
    page = client.post(path, data=form)
    assert page.status_code == 200
    return re.findall(r"/sequence-drafts/(\d+)$", str(page.url))[0], text_of(page.text)


def text_of(page: str) -> str:
    found = re.search(r'<textarea id="f-text"[^>]*>\n(.*?)</textarea>', page, re.S)
    assert found is not None
    return html.unescape(found[1])


def marks(page: str) -> dict[str, str]:
    """What a page of a draft says beside its text: which draft it is, and which text of it."""
    return dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.rpartition("<textarea")[0])
    )


def save(client, draft: str, text: str, go: str = "check"):
    shown = client.get(f"/sequence-drafts/{draft}")
    return client.post("/sequence/draft", data={**marks(shown.text), "draft": draft, "text": text, "go": go})


def seen(page: str) -> str:
    return re.findall(r'name="seen" value="([0-9a-f]+)"', page)[0]


def version(console: Console, name: str = NAME) -> int:
    return console.app.sequences.show(name).version


def test_every_mistake_is_told_at_once_with_its_line(sales: Console) -> None:
    with at(sales) as client:
        draft, _ = begun(client, **{"from": "blank", "name": "Two faults"})
        page = save(client, draft, WRONG)
        assert page.status_code == 200
        assert re.findall(r'data-line="(\d+)"', page.text) == ["4", "7"]
        assert "compnay" in page.text
        assert "aftr" in page.text
        assert text_of(page.text) == WRONG
        back = save(client, draft, WRONG, "plan")  # publishing leads back to the mistakes, and says so
        assert str(back.url).endswith(f"/sequence-drafts/{draft}")
        assert in_english("Correct 2 mistakes first; then you see what publishing does.") in back.text
        assert client.post("/sequence/publish", data={"draft": draft, "seen": ""}).status_code == 200
    assert {each.name for each in sales.app.sequences.list()} == {NAME}


def test_a_draft_outlives_the_session_and_is_nobody_elses(sales: Console) -> None:
    with at(sales) as client:
        draft, text = begun(client, name=NAME)
        assert "/sequence-drafts/" not in client.get("/sequences").text  # nothing is changed yet
        save(client, draft, text.replace("Did you have", "Have you had"))
        client.post("/sign-out")
    with at(sales, EVA) as eva:
        assert eva.get(f"/sequence-drafts/{draft}").status_code == 404
        for path in ("", "/keep", "/drop", "/settle"):
            sent = eva.post(f"/sequence/draft{path}", data={"draft": draft, "text": "x"})
            assert sent.status_code == (404 if path == "/drop" else 422)
            assert "Have you had" not in sent.text
        assert eva.post("/sequence/publish", data={"draft": draft}).status_code == 404
        assert f"/sequence-drafts/{draft}" not in eva.get("/sequences").text
        number, _ = begun(eva, name=NAME)
        assert (
            BOSS.partition("@")[0].title() in eva.get(f"/sequence-drafts/{number}").text
        )  # "is changing it, too"
    sales.join(BOSS)  # signing in anew leads to the same text
    with at(sales) as client:
        assert f"/sequence-drafts/{draft}" in client.get("/sequences").text
        again, text = begun(client, name=NAME)
        assert again == draft
        assert "Have you had" in text


def test_the_plan_names_people_and_is_the_only_way_to_publish(sales: Console) -> None:
    before = sales.app.enrollments.counts(EnrollmentFilter(sequence=NAME))
    with at(sales) as client:
        draft, text = begun(client, name=NAME)
        changed = text.replace("Did you have", "Have you had").replace("{id: last", "{id: final")
        for forged in ("", "0" * 64):
            save(client, draft, changed)
            client.post("/sequence/publish", data={"draft": draft, "seen": forged})
            assert version(sales) == 1
        plan = save(client, draft, changed, "plan")
        under_way = sum(many for state, many in before.items() if state in ("active", "held", "paused"))
        assert in_english(f"{under_way} people in progress stay") in plan.text
        for words in ("new: final", "changed: bump", "removed: last"):
            assert in_english(words) in plan.text
        save(client, draft, changed + "# one more\n")  # another text than the one whose plan was seen
        client.post("/sequence/publish", data={"draft": draft, "seen": seen(plan.text)})
        assert version(sales) == 1
        plan = save(client, draft, changed, "plan")
        done = client.post("/sequence/publish", data={"draft": draft, "seen": seen(plan.text)})
        assert str(done.url).endswith(quote(NAME, safe=""))
        assert client.get(f"/sequence-drafts/{draft}").status_code == 404
    assert version(sales) == 2
    assert sales.app.enrollments.counts(EnrollmentFilter(sequence=NAME)) == before
    assert {
        each.version for each in sales.app.enrollments.list(EnrollmentFilter(sequence=NAME)).enrollments
    } == {1}
    newest = sales.app.users.log()[0]
    assert (newest.action, newest.actor.name) == ("sequences.publish", BOSS)


def test_comments_are_published_and_come_back_in_the_next_draft(sales: Console) -> None:
    with at(sales) as client:
        draft, text = begun(client, name=NAME)
        noted = "# Maria wrote this in March.\n" + text
        plan = save(client, draft, noted, "plan")
        assert in_english("Only comments and layout differ from version 1") in plan.text
        client.post("/sequence/publish", data={"draft": draft, "seen": seen(plan.text)})
        assert version(sales) == 1
        assert sales.app.sequences.show(NAME).yaml == noted
        again, text = begun(client, name=NAME)
        assert text == noted
        same = save(client, again, noted, "plan")
        assert in_english("There is nothing to publish") in same.text
        assert "<button>" not in same.text.partition('action="/sequence/publish"')[2].partition("</form>")[0]


def test_two_who_write_at_once_lose_nothing(sales: Console) -> None:
    with at(sales) as boss, at(sales, EVA) as eva:
        (one, text), (other, _) = begun(boss, name=NAME), begun(eva, name=NAME)
        mine, theirs = text.replace("Did you have", "Boss asks"), text.replace("A short yes", "Eva says yes")
        bosss, evas = save(boss, one, mine, "plan"), save(eva, other, theirs, "plan")
        boss.post("/sequence/publish", data={"draft": one, "seen": seen(bosss.text)})
        assert version(sales) == 2
        late = eva.post("/sequence/publish", data={"draft": other, "seen": seen(evas.text)})
        assert version(sales) == 2
        # She sees both, and her text is as she wrote it.
        assert text_of(late.text) == theirs
        assert all(each in late.text for each in ("Boss asks", 'class="plus"'))
        assert in_english("boss@sales.example published version 2 while you were writing.") in late.text
        assert "style-src 'self' 'nonce-" in late.headers["content-security-policy"]
        assert in_english("Version 2") in eva.get(f"/sequence-drafts/{other}").text
        both = theirs.replace("Did you have", "Boss asks")
        settled = eva.post("/sequence/draft/settle", data={**marks(late.text), "text": both})
        eva.post("/sequence/publish", data={"draft": other, "seen": seen(settled.text)})
    assert version(sales) == 3
    words = sales.app.sequences.show(NAME).yaml
    assert "Boss asks" in words
    assert "Eva says yes" in words


def test_comments_that_somebody_else_published_meanwhile_are_not_overwritten(sales: Console) -> None:
    """They make no new version, and are lost as easily."""
    with at(sales) as boss, at(sales, EVA) as eva:
        (one, text), (other, _) = begun(boss, name=NAME), begun(eva, name=NAME)
        noted, theirs = "# Maria wrote this in March.\n" + text, text.replace("A short yes", "Eva says yes")
        bosss, evas = save(boss, one, noted, "plan"), save(eva, other, theirs, "plan")
        boss.post("/sequence/publish", data={"draft": one, "seen": seen(bosss.text)})
        late = eva.post("/sequence/publish", data={"draft": other, "seen": seen(evas.text)})
        assert sales.app.sequences.show(NAME).yaml == noted
        assert text_of(late.text) == theirs
        assert "# Maria wrote this in March." in late.text
        assert in_english(f"{BOSS} changed the text of version 1 while you were writing.") in late.text
        said = eva.get(f"/sequence-drafts/{other}").text
        assert in_english("The text of version 1 has been changed since you started.") in said
        both = "# Maria wrote this in March.\n" + theirs
        settled = eva.post("/sequence/draft/settle", data={**marks(late.text), "text": both})
        eva.post("/sequence/publish", data={"draft": other, "seen": seen(settled.text)})
    assert version(sales) == 2
    assert sales.app.sequences.show(NAME).yaml == both


def test_a_tab_that_was_left_open_never_overwrites_another_draft(sales: Console) -> None:
    """The new draft once had the number of the one that was published."""
    with at(sales) as client:
        draft, text = begun(client, name=NAME)
        stale = marks(client.get(f"/sequence-drafts/{draft}").text)
        plan = save(client, draft, text.replace("Did you have", "Have you had"), "plan")
        client.post("/sequence/publish", data={"draft": draft, "seen": seen(plan.text)})
        other, _ = begun(client, **{"from": "blank", "name": "Another one"})
        assert other != draft
        kept = sales.app.drafts.show(1, int(other))
        typed = text.replace("A short yes", "The words of the stale tab")
        told = client.post(
            "/sequence/draft/keep", data={**stale, "text": typed}, headers={"hx-request": "true"}
        )
        assert (told.status_code, told.headers["relance-unsaved"]) == (422, "gone")
        assert "<nav" not in told.text
        assert (
            client.post("/sequence/draft", data={**stale, "draft": other, "text": typed}).status_code == 422
        )
        assert sales.app.drafts.show(1, int(other)) == kept
        page = client.post("/sequence/draft", data={**stale, "text": typed})
        assert page.status_code == 422
        assert text_of(page.text) == typed
        anew = client.post("/sequence/draft/new", data={**marks(page.text), "text": typed})
        assert text_of(anew.text) == typed
        assert str(anew.url).rpartition("/")[2] not in (draft, other)
        # It goes on from the version it was begun from: what was published since is not overwritten.
        assert 'name="seen"' not in client.get(f"{anew.url}/plan").text


def test_of_two_tabs_with_one_draft_the_later_sees_both_texts(sales: Console) -> None:
    with at(sales) as client:
        draft, text = begun(client, name=NAME)
        one, other = (marks(client.get(f"/sequence-drafts/{draft}").text) for _ in range(2))
        mine, theirs = (
            text.replace("Did you have", "Tab one asks"),
            text.replace("A short yes", "Tab two says"),
        )
        client.post("/sequence/draft", data={**one, "text": mine})
        told = client.post(
            "/sequence/draft/keep", data={**other, "text": theirs}, headers={"hx-request": "true"}
        )
        assert (told.status_code, told.headers["relance-unsaved"]) == (422, "stale")
        page = client.post("/sequence/draft", data={**other, "text": theirs})
        assert text_of(page.text) == theirs
        assert "Tab one asks" in page.text
        assert sales.app.drafts.show(1, int(draft)).text == mine
        assert in_english("Nothing was deleted.") in client.post("/sequence/draft/drop", data=other).text
        settled = client.post("/sequence/draft", data={**marks(page.text), "text": theirs})
        assert settled.status_code == 200
        assert sales.app.drafts.show(1, int(draft)).text == theirs


def test_a_text_that_was_begun_from_an_older_version_is_not_published(sales: Console) -> None:
    text = sales.app.sequences.show(NAME).yaml
    with pytest.raises(errors.WrongUse):
        sales.app.sequences.publish(text.replace("Did", "did"), base=0)
    assert sales.app.sequences.publish(text.replace("Did", "did"), base=1).version == 2


def test_a_new_one_by_the_name_of_another_is_told_so(sales: Console) -> None:
    with at(sales) as client:
        refused = client.post("/sequence-new", data={"from": "first-meeting", "name": f" {NAME} "})
        assert refused.status_code == 422
        assert client.post("/sequence-new", data={"from": "nothing", "name": "x"}).status_code == 404
        draft, text = map(finished, begun(client, **{"from": "first-meeting", "name": 'Say "hi": again'}))
        assert text.count("sequence:") == 1
        renamed = re.sub(r"sequence: .*", f"sequence: {NAME}", text)
        page = save(client, draft, renamed, "plan")
        assert 'name="seen"' not in page.text
        assert text_of(page.text) == renamed
        plan = save(client, draft, text, "plan")
        client.post("/sequence/publish", data={"draft": draft, "seen": seen(plan.text)})
    assert version(sales, 'Say "hi": again') == 1


def test_a_salesperson_reads_and_changes_nothing(sales: Console) -> None:
    with at(sales, ANN) as ann:
        page = ann.get(f"/sequence-text/{quote(NAME, safe='')}")
        assert "Did you have a moment?" in page.text
        assert '<form method="post" action="/sequence/edit"' not in page.text
        assert "/sequence-new" not in ann.get("/sequences").text
        for path in ("/sequence/edit", "/sequence-new", "/sequence/draft", "/sequence/publish"):
            assert ann.post(path, data={"name": NAME}).status_code == 403


def test_a_text_of_one_line_reads_no_file_of_the_server(sales: Console, tmp_path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("steps: hunter22", encoding="utf-8")
    with at(sales) as client:
        draft, _ = begun(client, **{"from": "blank", "name": "x"})
        told = [save(client, draft, str(path)).text for path in (secret, tmp_path / "none.yaml")]
    assert "hunter22" not in told[0]
    first, second = (
        re.sub(r"(secret|none)\.yaml", "", re.sub(r"[^<>]*</textarea>", "", each)) for each in told
    )
    assert re.findall(r"data-line.*", first) == re.findall(r"data-line.*", second)


def test_every_line_of_the_other_text_is_shown_and_those_that_differ_stand_out() -> None:
    found = publishing.against("a\nb\nc\n", "a\nx\nc\n")
    assert found == [(" ", "a"), ("-", "b"), (" ", "c")]


def test_what_changes_is_shown_with_a_little_around_it() -> None:
    before = "\n".join(f"line {number}" for number in range(30))
    after = before.replace("line 3\n", "line three\n").replace("line 25\n", "")
    found = publishing.changes(before, after)
    assert ("-", "line 3") in found
    assert ("+", "line three") in found
    assert ("-", "line 25") in found
    assert ("…", "") in found
    assert (" ", "line 15") not in found
    assert publishing.changes(before, before) == []


def write(page, text: str) -> None:
    """Another text in place of this one, in the editor where there is one."""
    if page.locator("#f-text").is_visible():
        page.fill("#f-text", text)
        return
    page.focus(".cm-content")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


@pytest.mark.parametrize("script", [True, False])
def test_a_mistake_is_put_right_and_published_with_and_without_script(sales, tab, script) -> None:
    options = {} if script else {"java_script_enabled": False}
    page = tab(sales.tokens[BOSS], **options).open("/sequence-new")
    page.fill("[name=name]", "Spring fair")
    page.check("[value=after-event]")
    page.locator("main form button").click()
    page.wait_for_url("**/sequence-drafts/*")
    begun = page.input_value("#f-text")
    assert page.locator(".told.bad li").count() == begun.count('"[[') == 3
    good = finished(begun)
    write(page, good.replace("thread: reply", "thread: replay", 1))
    if script:  # kept and checked while it is typed
        page.wait_for_selector(".told.bad li:only-child:has-text('replay')")
        page.locator(".at-line").first.click()
        assert page.evaluate("getSelection().toString()").strip() == "thread: replay"
        page.reload()
    else:
        page.locator("button[value=check]").click()
    assert page.locator(".told.bad li").count() == 1
    write(page, good)
    page.locator("button[value=plan]").click()
    page.wait_for_url("**/plan")
    page.locator("form[action='/sequence/publish'] button").click()
    page.wait_for_url("**/sequences/Spring%20fair")
    assert version(sales, "Spring fair") == 1


def test_only_the_draft_lets_styles_of_its_script_in_and_each_time_by_another_number(sales: Console) -> None:
    with at(sales) as client:
        draft, _ = begun(client, **{"from": "blank", "name": "x"})
        pages = [client.get(f"/sequence-drafts/{draft}") for _ in range(2)]
        told = [each.headers["content-security-policy"] for each in pages]
        assert told[0] != told[1]
        for page, policy in zip(pages, told, strict=True):
            nonce = re.findall(r"'nonce-([\w-]{20,})'", policy)[0]
            assert policy == security.with_styles(nonce)
            assert nonce in page.text
        assert client.get("/sequences").headers["content-security-policy"] == security.POLICY


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_are_accessible_and_fit(sales, tab, scheme) -> None:
    with at(sales) as boss, at(sales, EVA) as eva:
        number, text = begun(boss, **{"from": "open-quote", "name": "Quotes"})
        save(boss, number, text.replace("thread: reply", "thread: replay", 1))
        plan, text = begun(boss, name=NAME)
        save(boss, plan, text.replace("Did you", "Do you"))
        late, _ = begun(eva, name=NAME)
        save(eva, late, text.replace("A short", "a short"))
    sales.app.sequences.publish(text.replace("closed", "shut").replace("close this", "shut this"))
    for language, width in (("en", 1280), ("pl", 390)):
        for who, paths in (
            (BOSS, ("/sequences", "/sequence-new", f"/sequence-drafts/{number}")),
            (EVA, (f"/sequence-drafts/{late}", f"/sequence-drafts/{late}/plan")),
            (ANN, (f"/sequence-text/{quote(NAME, safe='')}",)),
        ):
            here = tab(sales.tokens[who], color_scheme=scheme, viewport={"width": width, "height": 800})
            for path in paths:
                page = here.open(f"{path}?lang={language}")
                assert here.axe() == [], path
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
