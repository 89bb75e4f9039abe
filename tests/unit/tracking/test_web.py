"""The app: GET shows and records, POST acts, and no request makes it lead anywhere else or fall over."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route
from starlette.testclient import TestClient

from relance.tracking import answers, pages, web
from relance.tracking.desk import OptOutResult
from relance.tracking.hits import Hit
from relance.tracking.links import Links
from relance.tracking.tokens import Purpose, Signer
from tests.reworded import in_english
from tests.servers import ports

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
SIGNER = Signer({1: bytes(32)}, current=1)
LINKS = Links("http://testserver", SIGNER)
TARGET = "https://acme.example/pricing?a=b#c"
OLA = "ola@acme.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class FakeDesk:
    """Remembers what it was told; `broken` makes it fail as it would without its database."""

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.unsubscribed: list[str] = []
        self.targets: dict[tuple[int, int], str] = {(5, 2): TARGET}
        self.contact: str | None = "a•••@acme.example"
        self.broken = False
        self.disk = True
        self.kept: list[str] = []
        self.replayed = 0
        self.threads: set[int] = set()

    def record(self, found: Sequence[Hit]) -> None:
        for hit in found:
            self._work(hit)

    def keep(self, hit: Hit) -> bool:
        self.kept += [hit.carried] if self.disk and hit.carried else []
        return self.disk and bool(hit.carried)

    def replay(self) -> None:
        self.replayed += 1

    def clicked(self, hit: Hit) -> str | None:
        self._work(hit)
        return self.targets.get((hit.message, hit.index))

    def unsubscribe(self, hit: Hit) -> OptOutResult:
        self._work(hit)
        if not hit.carried:
            return OptOutResult.UNKNOWN
        self.unsubscribed.append(hit.carried)
        return OptOutResult.IN_FORCE

    def contact_of(self, hit: Hit) -> str | None:
        if self.broken:
            raise ConnectionError("database secret-dsn is down")
        return self.contact

    def _work(self, hit: Hit) -> None:
        self.threads.add(threading.get_ident())
        if self.broken:
            raise ConnectionError("database secret-dsn is down")
        self.hits.append(hit)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def client(desk: FakeDesk) -> Iterator[TestClient]:
    app = web.build(desk, SIGNER, now=lambda: NOW)
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_who_asks_otherwise_is_told_how_to_ask(client: TestClient, method: str) -> None:
    """Every route of the app, and what it really answers to: 405 says so (RFC 9110, 15.5.6)."""
    paths = {route.path for route in client.app.routes if isinstance(route, Route)}  # type: ignore[attr-defined]
    assert len(paths) == 4
    for path in paths:
        refused = client.request(method, path.format(token="x"))
        asked = [
            each
            for each in ("GET", "HEAD", "POST")
            if client.request(each, path.format(token="x")).status_code != 405
        ]
        assert (refused.status_code, refused.headers["allow"]) == (405, ", ".join(asked))
    assert client.request(method, "/u/x").headers["allow"] == "GET, HEAD, POST"


def test_the_pixel_is_the_same_for_every_token(client: TestClient, desk: FakeDesk) -> None:
    known = client.get(LINKS.open_url(5), headers={"user-agent": "UA", "accept-language": "pl"})
    unknown = client.get("/o/nonsense.gif")
    assert known.status_code == unknown.status_code == 200
    assert known.content == unknown.content == answers.PIXEL
    assert len(answers.PIXEL) == 43
    assert dict(known.headers) == dict(unknown.headers)
    assert known.headers["content-type"] == "image/gif"
    assert known.headers["cache-control"] == "no-store, private"
    assert known.headers["content-length"] == "43"
    assert desk.hits == [Hit(Purpose.OPEN, 5, 0, NOW, "GET", "UA", "", has_language=True)]
    assert threading.get_ident() not in desk.threads


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_click_leads_to_the_stored_target(client: TestClient, desk: FakeDesk, method: str) -> None:
    response = client.request(
        method, LINKS.click_url(5, 2, "") + "?url=https://evil.example&to=//evil.example"
    )
    assert (response.status_code, response.headers["location"]) == (302, TARGET)
    assert response.headers["referrer-policy"] == "no-referrer"
    assert [(hit.purpose, hit.message, hit.index, hit.method) for hit in desk.hits] == [
        (Purpose.CLICK, 5, 2, method)
    ]


def test_an_unknown_link_is_a_page_and_never_a_redirect(client: TestClient, desk: FakeDesk) -> None:
    wrong_purpose = LINKS.open_url(5).replace("/o/", "/c/").removesuffix(".gif")
    for path in (
        "/c/nonsense",
        LINKS.click_url(5, 3, ""),
        wrong_purpose,
        "/c/https://evil.example",
        "/c//evil.example",
    ):
        response = client.get(path)
        assert response.status_code == 404
        assert "location" not in response.headers
        assert in_english("<h1>Page not found</h1>") in response.text


def test_whoever_writes_the_host_header_is_led_nowhere_by_it(client: TestClient, desk: FakeDesk) -> None:
    paths = [
        LINKS.unsubscribe_url(5, OLA),
        LINKS.click_url(5, 3, ""),
        "/healthz",
        "/o/x.gif",
        "/u",
        "/c",
        "/o",
        "",
        "/x",
    ]
    for path in [*paths, *(f"{path}/" for path in paths)]:
        for method in ("GET", "HEAD", "POST"):
            answer = client.request(
                method, path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"}
            )
            assert "location" not in answer.headers
            assert "evil" not in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "https://acme.example/\r\nSet-Cookie: a=b",
        "//evil.example",
        "",
        "https://a\\@b.example",
    ],
)
def test_a_spoiled_stored_target_is_not_followed(client: TestClient, desk: FakeDesk, target: str) -> None:
    desk.targets[5, 2] = target
    response = client.get(LINKS.click_url(5, 2, ""))
    assert response.status_code == 404
    assert "location" not in response.headers
    assert "set-cookie" not in response.headers


def test_looking_at_the_unsubscribe_page_changes_nothing(client: TestClient, desk: FakeDesk) -> None:
    for method in ("GET", "HEAD"):
        response = client.request(method, LINKS.unsubscribe_url(5, OLA) + "?List-Unsubscribe=One-Click")
        assert response.status_code == 200
    assert "a•••@acme.example" in client.get(LINKS.unsubscribe_url(5, OLA)).text
    polish = client.get(LINKS.unsubscribe_url(5, OLA), headers={"accept-language": "pl"})
    assert '<html lang="pl">' in polish.text
    assert desk.unsubscribed == []


def test_one_click_acts_before_it_answers_without_redirect_or_cookie(
    client: TestClient, desk: FakeDesk
) -> None:
    for _ in range(2):
        response = client.post(LINKS.unsubscribe_url(5, OLA), data=ONE_CLICK)
        assert response.status_code == 200
        assert "set-cookie" not in response.headers
    as_multipart = client.post(LINKS.unsubscribe_url(6, OLA), files={"List-Unsubscribe": (None, "One-Click")})
    assert as_multipart.status_code == 200
    assert 'role="status"' in as_multipart.text
    assert desk.unsubscribed == [OLA, OLA, OLA]


def test_nothing_is_called_done_where_nobody_can_tell_whose_mail_it_was(
    client: TestClient, desk: FakeDesk
) -> None:
    old = f"/u/{SIGNER.sign(Purpose.UNSUBSCRIBE, 5)}"
    for language, words in (("en", "nothing has been changed"), ("pl", "nic nie zostało zmienione")):
        response = client.post(old, data=ONE_CLICK, headers={"accept-language": language})
        assert response.status_code == 404
        assert in_english(words) in response.text
        assert pages.phrases(language).done not in response.text
    assert desk.unsubscribed == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 400),
        (b"List-Unsubscribe=No", "application/x-www-form-urlencoded", 400),
        (b"a=b&" * 10_000, "application/x-www-form-urlencoded", 413),
        (b"a=b&" * 2_000, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"List-Unsubscribe=One-Click", "multipart/form-data", 400),
        (b"--x\r\nrubbish", "multipart/form-data; boundary=x", 400),
        (b"\xff%ff=%zz", "application/x-www-form-urlencoded", 400),
    ],
)
def test_any_other_post_does_nothing(
    client: TestClient, desk: FakeDesk, body: bytes, kind: str, status: int
) -> None:
    response = client.post(LINKS.unsubscribe_url(5, OLA), content=body, headers={"content-type": kind})
    assert response.status_code == status
    assert desk.unsubscribed == []


def test_a_token_of_another_purpose_unsubscribes_nobody(client: TestClient, desk: FakeDesk) -> None:
    for path in (LINKS.click_url(5, 0, "").replace("/c/", "/u/"), "/u/nonsense"):
        assert client.post(path, data=ONE_CLICK).status_code == 404
        assert client.get(path).status_code == 404
    assert client.post(LINKS.click_url(5, 2, ""), data=ONE_CLICK).status_code == 405
    assert desk.hits == []


def test_without_its_database_the_desk_breaks_nothing(
    client: TestClient, desk: FakeDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.broken, desk.disk = True, False
    caplog.set_level(logging.INFO, logger="relance")
    assert client.get(LINKS.open_url(5)).content == answers.PIXEL
    for response in (
        client.get(LINKS.click_url(5, 2, "")),
        client.post(LINKS.unsubscribe_url(5, OLA), data=ONE_CLICK),
        client.post(f"/u/{SIGNER.sign(Purpose.UNSUBSCRIBE, 5)}", data=ONE_CLICK),
    ):
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert "secret-dsn" not in response.text
        assert in_english("Please try again") in response.text
    assert client.get(LINKS.unsubscribe_url(5, OLA)).status_code == 200
    tokens = [
        url.rpartition("/")[2].removesuffix(".gif") for url in (LINKS.open_url(5), LINKS.click_url(5, 2, ""))
    ]
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("relance"))
    assert not any(token in ours for token in tokens)
    assert "opens and clicks were lost" in ours


def test_a_click_leads_on_whatever_the_database_does(client: TestClient, desk: FakeDesk) -> None:
    desk.broken = True
    answer = client.get(LINKS.click_url(5, 2, TARGET))
    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    desk.broken = False
    client.head(LINKS.click_url(5, 2, TARGET))
    assert [(hit.purpose, hit.index, hit.method) for hit in desk.hits] == [(Purpose.CLICK, 2, "HEAD")]


def test_a_target_in_a_link_is_looked_at_like_any_other(client: TestClient, desk: FakeDesk) -> None:
    for target in ("javascript:alert(1)", "https://a\\@b.example", "//evil.example"):
        answer = client.get(LINKS.click_url(5, 2, target))
        assert answer.status_code == 404
        assert "location" not in answer.headers


def test_a_no_is_written_down_before_the_database_is_asked(client: TestClient, desk: FakeDesk) -> None:
    desk.broken = True
    answer = client.post(LINKS.unsubscribe_url(5, OLA), data=ONE_CLICK)
    assert answer.status_code == 202
    assert in_english("has been saved") in answer.text
    assert pages.phrases("en").done not in answer.text
    assert (desk.kept, desk.unsubscribed) == ([OLA], [])


def test_nobody_waits_longer_than_they_have_patience(
    client: TestClient, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "PATIENCE", 0.1)
    stuck = threading.Event()
    monkeypatch.setattr(desk, "_work", lambda hit: stuck.wait(20))
    began = time.monotonic()
    try:
        assert client.get(LINKS.click_url(5, 2, "")).status_code == 503
        assert client.get(LINKS.click_url(5, 2, TARGET)).status_code == 302
        assert client.get(LINKS.open_url(5)).status_code == 200
        answers = [
            client.post(LINKS.unsubscribe_url(5, OLA), data=ONE_CLICK) for _ in range(web.DESK_THREADS + 3)
        ]
        assert {each.status_code for each in answers} == {202}
        assert time.monotonic() - began < 10
    finally:
        stuck.set()


def test_what_was_kept_is_carried_out_while_the_server_stands(client: TestClient, desk: FakeDesk) -> None:
    client.get("/healthz")
    ports.wait_until(lambda: desk.replayed)


def test_what_a_stranger_sends_is_shown_to_nobody(client: TestClient, desk: FakeDesk) -> None:
    desk.contact, attack = "<script>alert(1)</script>", "<script>alert(2)</script>"
    headers = {"user-agent": attack, "referer": attack, "accept-language": attack}
    for response in (
        client.get(LINKS.unsubscribe_url(5, OLA), headers=headers),
        client.get(f"/{attack}", headers=headers),
    ):
        assert "<script" not in response.text
    client.get(LINKS.click_url(5, 2, ""), headers={"user-agent": "a\tb" + "c" * 1000})
    assert desk.hits[-1].user_agent == "a?b" + "c" * 297


def test_a_browser_that_loads_ahead_says_so(client: TestClient, desk: FakeDesk) -> None:
    client.get(LINKS.click_url(5, 2, ""), headers={"sec-purpose": "prefetch;prerender"})
    client.get(LINKS.click_url(5, 2, ""))
    assert [hit.prefetch for hit in desk.hits] == [True, False]


def test_every_response_has_the_safe_headers(client: TestClient) -> None:
    paths = ("/", "/healthz", "/o/x.gif", "/c/x", LINKS.unsubscribe_url(5, OLA), LINKS.click_url(5, 2, ""))
    for path in paths:
        response = client.get(path)
        for name, value in web.HEADERS.items():
            assert response.headers[name] == value, path
        assert "set-cookie" not in response.headers
    assert client.put("/healthz").status_code == 405


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(max_size=60), method=st.sampled_from(["GET", "HEAD", "POST"]), door=st.sampled_from("ocu")
)
def test_no_path_leads_anywhere_or_falls_over(
    client: TestClient, desk: FakeDesk, path: str, method: str, door: str
) -> None:
    response = client.request(
        method,
        f"http://testserver/{door}/{quote(path, safe='/?#=')}",
        data=ONE_CLICK if method == "POST" else None,
    )
    assert response.status_code in (200, 404, 405)
    assert "location" not in response.headers
    assert desk.hits == []


def test_the_pages_speak_the_language_of_the_settings_where_the_browser_asks_for_none_of_ours(
    desk: FakeDesk,
) -> None:
    """Whatever language the process speaks to those who run it."""
    app = web.build(desk, SIGNER, now=lambda: NOW, language="pl")
    with TestClient(app, raise_server_exceptions=False) as client:
        link = LINKS.unsubscribe_url(5, OLA)
        for header, language, words in (
            ("sv", "pl", "Tak, proszę mnie wypisać"),
            ("de-DE", "de", "Ja, bitte abmelden"),
            ("en-GB", "en", "Yes, unsubscribe me"),
            ("<script>", "pl", "Tak, proszę mnie wypisać"),
        ):
            page = client.get(link, headers={"accept-language": header}).text
            assert f'<html lang="{language}">' in page
            assert in_english(words) in page
        assert '<html lang="pl">' in client.get("/nowhere", headers={"accept-language": "*"}).text
