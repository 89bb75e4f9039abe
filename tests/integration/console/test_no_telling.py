"""Nobody learns by asking what there is that is not theirs: what is another's is answered as what is not there, by every route."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx2 as httpx

from relance.console.views.contents import PAGES
from tests.integration.console.conftest import Console
from tests.integration.console.test_isolation import (
    ANN,
    BEN,
    KIM,
    Rows,
    _closed_to_salespeople,
    _named,
    rows,
)

__all__ = ["rows"]
NOBODY, NO_BOX, NO_NUMBER = "nobody@lake.example", "nobody@sales.example", "987654"
Pair = tuple[str, str]


def _names(found: Rows) -> Mapping[str, Pair]:
    """Whatever names a row in an address (several names at once where no page reads them): the value that is another's, and one that
    nobody has."""
    numbers = {name: str(value) for _, form in found.forms for name, value in form.items()}
    return {
        "mailbox": (BEN, NO_BOX),
        "owner": (BEN, NO_BOX),
        "address user who": (BEN, NO_BOX),
        "contact email": (KIM, NOBODY),
        "q": (KIM, NOBODY),
        "import": (found.paths["job"][1], NO_NUMBER),
        "answer": (numbers["answer"], NO_NUMBER),
        "task": (numbers["task"], NO_NUMBER),
        "row enrollment": (numbers["row"], NO_NUMBER),
    }


def _told(answer: httpx.Response, value: str) -> tuple[int, str, str]:
    """An answer without the value that was asked for; of the page what is in its middle."""
    echoed = re.escape(value) if "@" in value else rf'(?:(?<=[="/])|(?<=%3D)){value}(?=["&?/#]|%26|$)'
    wanted = re.compile(echoed, re.IGNORECASE)
    where, text = (
        each.replace("%2540", "@").replace("%40", "@")
        for each in (answer.headers.get("location", ""), answer.text)
    )
    text = _SIGN.sub("", text.partition("<main")[2] or text)
    return answer.status_code, wanted.sub("?", where), wanted.sub("?", text)


_SIGN = re.compile('<svg.*?</svg>|<input[^>]*name="share:[^>]*>', re.DOTALL)
# Drawn with numbers, and filled with one: neither is a row's.


def test_no_filter_tells_what_there_is(console: Console, rows: Rows) -> None:
    pages = [page.path for page in PAGES if page.method == "GET" and "{" not in page.path]
    pages += ["/sequences/Spring%20offer", "/sequence-text/Spring%20offer"]
    with console.client(console.tokens[ANN], timeout=60) as ann:
        for path in pages:
            ann.get("/profile")  # where a page before has something left to say, it is said here
            for names, pair in _names(rows).items():
                asked = ({name: value for name in names.split()} for value in pair)
                theirs, none = (
                    _told(ann.get(path, params=query), value)
                    for query, value in zip(asked, pair, strict=True)
                )
                assert theirs == none, f"{path}?{names}="


def test_no_path_tells_what_there_is(console: Console, rows: Rows) -> None:
    none = {"job": NO_NUMBER, "number": NO_NUMBER, "email:path": NOBODY, "address:path": NO_BOX}
    with console.client(console.tokens[ANN], timeout=60) as ann:
        for page in PAGES:
            names = _named(page)
            if not names or names[0] not in none or _closed_to_salespeople(page):
                continue
            values = (rows.paths[names[0]][0], none[names[0]])
            asked = [page.path.replace(f"{{{names[0]}}}", value) for value in values]
            theirs, nobodys = (
                _told(ann.request(page.method, path), value)
                for path, value in zip(asked, values, strict=True)
            )
            assert theirs == nobodys, f"{page.method} {page.path}"


FIELDS = ("answer", "task", "email", "session", "import", "enrollment")


def test_no_form_tells_what_there_is(console: Console, rows: Rows) -> None:
    """But that an address is a colleague's person is said to who would stop them, so that the colleague is asked."""
    for name in FIELDS:
        none, asked = NOBODY if name == "email" else NO_NUMBER, 0
        with console.client(console.tokens[ANN], timeout=60) as ann:
            for path, form in (*rows.forms, *rows.asked):
                if name in form:
                    theirs = _told(ann.post(path, data=dict(form)), str(form[name]))
                    assert theirs == _told(ann.post(path, data={**form, name: none}), none), f"{path} {name}"
                    asked += 1
        assert asked, name
