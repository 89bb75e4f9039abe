"""A sequence's mails seen in the console before they leave, and a sent one as it left; the HTML shut in a frame where nothing runs."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

import httpx2 as httpx
import pytest

from relance import MessageFilter
from relance.console.requests import security
from relance.engine.sending.previews import testing
from relance.engine.sending.previews.script import PreviewRequest
from relance.engine.sending.previews.testing import SelfTestRequest, SentTest
from tests.integration.console import campaign
from tests.integration.console.campaign import NAME
from tests.integration.console.conftest import Console
from tests.reworded import in_english

BOSS, ANN, BEN = "boss@sales.example", "ann@sales.example", "ben@sales.example"
PATH = f"/sequence-preview/{quote(NAME, safe='')}"


@pytest.fixture
def sales(console: Console) -> Console:
    campaign.play(console.app)
    for email, role in ((BOSS, "manager"), (ANN, "salesperson"), (BEN, "salesperson")):
        console.join(email, role)
    return console


def get(console: Console, path: str, who: str = BOSS) -> httpx.Response:
    with console.client(console.tokens[who], follow_redirects=True) as client:
        return client.get(path)


def test_a_person_is_gone_through_after_the_other(sales: Console) -> None:
    page = get(sales, PATH)
    assert page.status_code == 200
    assert page.headers["content-security-policy"] == security.with_frames()
    people = sales.app.sequences.sample(NAME, many=3)
    seen = sales.app.sequences.preview(people[0], NAME)
    assert html.escape(seen.steps[0].subject) in page.text
    [following] = re.findall(r'rel="next" href="([^"]+)"', page.text)
    after = get(sales, html.unescape(following))
    assert people[1] in after.text
    assert 'rel="prev"' in after.text


def test_the_html_is_shut_in_its_frame(sales: Console) -> None:
    frames = re.findall(r'<iframe sandbox loading="lazy" src="([^"]+)"', get(sales, PATH).text)
    assert frames
    shown = get(sales, html.unescape(frames[0]))
    assert shown.status_code == 200
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "; sandbox;" in policy
    assert "script" not in policy
    assert 'width="1" height="1"' not in shown.text  # nobody's looking counts


def test_a_draft_is_previewed_before_it_is_published(sales: Console) -> None:
    user = next(each.id for each in sales.app.users.list() if each.email == BOSS)
    draft = sales.app.drafts.begin(user, NAME)
    subject = sales.app.sequences.preview(sales.app.sequences.sample(NAME)[0], NAME).steps[0].subject
    sales.app.drafts.save(user, draft.id, draft.text + "# a comment\n")
    page = get(sales, f"/sequence-drafts/{draft.id}/preview")
    assert html.escape(subject) in page.text
    sales.app.drafts.save(user, draft.id, "sequence: Broken\nsteps: []\n")
    broken = get(sales, f"/sequence-drafts/{draft.id}/preview")
    assert str(broken.url).endswith(f"/sequence-drafts/{draft.id}")


def test_somebody_who_is_not_there_is_told(sales: Console) -> None:
    page = get(sales, f"{PATH}?email=nobody@nowhere.example")
    assert page.status_code == 200
    assert in_english("nobody@nowhere.example is not a contact") in page.text
    assert get(sales, "/sequence-preview/Nothing").status_code == 404


def test_a_salesperson_sees_no_mail_of_a_colleague(sales: Console) -> None:
    line = sales.app.messages.list(MessageFilter(), limit=1).messages[0]
    assert get(sales, f"/messages/{line.id}").status_code == 200
    owner = line.mailbox
    sales.app.mailboxes.assign(owner, ANN)
    assert get(sales, f"/messages/{line.id}", ANN).status_code == 200
    assert get(sales, f"/messages/{line.id}", BEN).status_code == 404
    assert get(sales, f"/messages/{line.id}/html", BEN).status_code == 404
    hidden = get(sales, f"{PATH}?email={quote(line.email)}", BEN)
    assert line.subject not in hidden.text or hidden.status_code == 404


def test_a_test_is_sent_to_whoever_looks(sales: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def send(house: object, email: str, wish: PreviewRequest, test: SelfTestRequest) -> SentTest:
        asked.append((email, wish.name, test.step, test.to))
        outcome = "accepted" if len(asked) == 1 else "repeated"
        return SentTest(email, test.step, "", "ann@sales.example", test.to, "[Test] Hello", outcome)

    monkeypatch.setattr(testing, "send", send)
    person = sales.app.sequences.sample(NAME)[0]
    form = {"name": NAME, "email": person, "step": "intro", "key": "1"}
    with sales.client(sales.tokens[BOSS], follow_redirects=True) as client:
        page = client.get(PATH)
        assert 'action="/sequence/test"' in page.text
        assert (
            in_english("A test was sent from ann@sales.example to boss@sales.example")
            in client.post("/sequence/test", data=form).text
        )
        assert in_english("nothing was sent") in client.post("/sequence/test", data=form).text
    assert asked == [(person, NAME, "intro", BOSS)] * 2
    entries = [each.action for each in sales.app.users.log()]
    assert "sequences.send_test" in entries
