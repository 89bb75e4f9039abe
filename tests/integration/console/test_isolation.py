"""A salesperson asks for another's rows, by every route of the console that names one: refused or not there, and nothing is changed.

The routes are those of the console's pages, and a page without a row in the tables here fails. To show that a request is what it seems
to be, whose rows they are sends the same one afterwards: they are let in, and something is changed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from relance.clock import machine_now
from relance.console.pages import Page
from relance.console.views.contents import PAGES
from relance.console.views.people.held_groups import UNKNOWN
from relance.engine.contacts import service as contact_service
from relance.engine.db.tables import metadata
from relance.engine.mailboxes.sign_ins import lifetimes
from relance.engine.mailboxes.sign_ins.lifetimes import Granted
from relance.engine.reasons import Code, because
from relance.engine.reporting.history.messages import MessageFilter
from relance.engine.roles import Permission, Role
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import tasks
from relance.mailbox.oauth.grants import Grant, OAuthClient, Tokens
from tests.integration.console import held_people
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import ANN
from tests.reading import hear, letter, row, wrote

BEN = "ben@sales.example"
CANARY = "Zaunkoenig"
PEOPLE = ("kim", "mia", "tom", "eve", "joe", "sue", "ivy", "max", "ron", "amy")
KIM, MIA, TOM, EVE, JOE, SUE, IVY, MAX, RON, AMY = (f"{each}@lake.example" for each in PEOPLE)
ROB = "rob@hill.example"  # Ann's

Form = Mapping[str, Any]
_NOBODYS = {
    "/sign-in": "the way in",
    "/sign-in/code": "the way in",
    "/welcome/{token}": "the way in: who has the link is whom it invites",
    "/enter/{token}": "the way in: who has the link sits at the machine that made it",
    "/sign-out": "the session that asks",
    "/language": "who asks",
    "/profile": "who asks",
    "/profile/password": "who asks",
    "/profile/second-factor": "who asks",
    "/profile/second-factor/use": "who asks",
    "/profile/second-factor/drop": "who asks",
    "/import": "a file of who asks",
    "/mailboxes/signed-in": "a sign-in that the session itself began",
    "/suppressions": "the list is everybody's: whoever hears a no keeps it, whoever writes to them",
    "/suppressions/list.csv": "the same list",
    "/suppressions/import": "a file of who asks",
    "/suppressions/import/check": "a file of who asks",
    "/sequences/{name:path}": "sequences are everybody's; the people in them are asked for below",
    "/sequence-funnel/{name:path}": "sequences are everybody's, and what happened to their mails is of the whole team",
    "/sequence-text/{name:path}": "sequences are everybody's",
    "/sequence-preview/{name:path}": "sequences are everybody's; the person it is for is asked for below",
    "/sequence-preview-html/{name:path}": "the same",
    "/sequence/test": "goes to who asks; the person it is written for is asked for below",
    "/enroll": "a form with what is of who asks; what is sent is asked below",
    "/enroll/change": "the same form again",
}
# Routes that name nobody's row.


@dataclasses.dataclass
class Rows:
    """What is Ben's, by the names that paths and forms have for it."""

    paths: dict[str, list[str]]
    forms: list[tuple[str, Form]]  # in this order each changes something, when it is Ben who sends it
    asked: list[tuple[str, Form]]  # a question without a change


def _fill(console: Console) -> Rows:
    """Ben wrote to ten people: answers, tasks, held people, a mail in doubt, imports. All that he knows has the canary in it."""
    house = console.app._context
    ben = console.join(BEN, "salesperson", f"Ben {CANARY}")
    held_people.prepared(house, *(f"{each}@lake.example" for each in PEOPLE), mailbox=BEN)
    console.app.mailboxes.assign(BEN, BEN)
    for each in PEOPLE:
        contact_service.add(
            house,
            f"{each}@lake.example",
            {"company": CANARY, "last_name": CANARY, "title": CANARY, "phone": CANARY},
        )
    for person in (KIM, MIA):
        mail = wrote(house, person)
        answer = letter(
            person, subject=f"Re: {CANARY}", text=f"Call me. {CANARY}", In_Reply_To=mail.message_id
        )
        hear(house, answer, mailbox=BEN)
    for number, person in enumerate((TOM, EVE, JOE, SUE)):
        _task(console, person, number)
    for person in (IVY, MAX):
        held_people.hold(house, person, because(Code.PROSE, text=CANARY))
    doubt = held_people.unknown(house, RON)
    _signed_in(console)
    checked, imported = _imports(console, ben)
    return _rows(console, doubt, checked, imported)


def _rows(console: Console, doubt: str, checked: str, imported: str) -> Rows:
    """As paths and forms name them."""
    house = console.app._context
    queue = {each.email: str(each.id) for each in console.app.tasks.list()}
    answers = {each.email: str(each.id) for each in console.app.inbox.list()}
    number = {f"{each}@lake.example": str(row(house, f"{each}@lake.example").id) for each in PEOPLE}
    session = str(_sessions(console, BEN))
    [mail] = console.app.messages.list(MessageFilter(email=KIM)).messages
    stop = {"do": "stop", "name": "Spring offer", "row": number[AMY], "count": "1"}
    return Rows(
        paths={
            "job": [checked, imported],
            "email:path": [KIM, AMY],
            "address:path": [BEN],
            "number": [str(mail.id)],  # of a draft any: they are closed to salespeople
        },
        asked=[
            ("/sequence/people", stop),
            (
                "/enroll/plan",
                {"sequence": "Spring offer", "who": "import", "import": imported, "mailbox": BEN},
            ),
        ],
        forms=[
            *_of_answers(answers),
            *_of_tasks(queue),
            *_of_people(number, doubt),
            *_of_the_rest(stop, checked, imported, session),
        ],
    )


def _of_answers(answers: Mapping[str, str]) -> list[tuple[str, Form]]:
    return [
        ("/inbox/mark", {"answer": answers[KIM], "read": "yes"}),
        ("/inbox/triage", {"answer": answers[KIM], "act": "x"}),
        ("/inbox/triage", {"answer": answers[MIA], "act": "x"}),
        ("/inbox/undo", {"answer": answers[MIA]}),
        ("/inbox/mark", {"answer": answers[MIA], "read": "yes"}),
        ("/inbox/mark", {"answer": answers[MIA], "read": "no"}),
        ("/inbox/same", {"rows": str(answers[MIA]), "act": "x"}),
        ("/inbox", {"answer": answers[MIA], "text": "On Tuesday.", "key": "0" * 32}),
        ("/inbox/take-back", {"answer": answers[MIA]}),
    ]


def _of_tasks(queue: Mapping[str, str]) -> list[tuple[str, Form]]:
    return [
        ("/tasks/done", {"task": queue[TOM], "outcome": "no answer"}),
        ("/tasks/undo", {"task": queue[TOM]}),
        ("/tasks/skip", {"task": queue[EVE]}),
        ("/tasks/snooze", {"task": queue[JOE], "for": "week"}),
        ("/tasks/assign", {"task": queue[SUE], "who": "me"}),
    ]


def _of_people(number: Mapping[str, str], doubt: str) -> list[tuple[str, Form]]:
    return [
        ("/held", {"group": Code.PROSE.value, "do": "release", "row": number[IVY]}),
        (
            "/held",
            {
                "group": Code.PROSE.value,
                "do": "end",
                "matching": "yes",
                "seen": "2999-01-01T00:00:00+00:00",
            },
        ),
        ("/held", {"group": UNKNOWN, "do": "sent", "row": doubt}),
        ("/contact/steer", {"email": AMY, "enrollment": number[AMY], "do": "pause"}),
    ]


def _of_the_rest(stop: Form, checked: str, imported: str, session: str) -> list[tuple[str, Form]]:
    return [
        ("/sequence/people/done", stop),
        ("/contact/never-again", {"email": AMY, "whom": "person"}),
        ("/enroll", {"sequence": "Spring offer", "who": "import", "import": imported, "mailbox": BEN}),
        (f"/import/{checked}/start", {}),
        ("/mailboxes/sign-in", {"address": BEN}),
        ("/profile/sessions", {"session": session}),
    ]


def _task(console: Console, person: str, number: int) -> None:
    house, stands = console.app._context, row(console.app._context, person)
    at = house.clock.now() + dt.timedelta(days=number)
    with house.database.write() as conn:
        tasks.add(
            conn,
            enrollment_id=stands.id,
            contact_id=stands.contact_id,
            step="call",
            words=f"Call {CANARY}",
            due_at=at,
        )


def _imports(console: Console, token: str) -> tuple[str, str]:
    """The numbers of a file that was looked through, and of an import."""
    with console.client(token, follow_redirects=True, timeout=60) as ben:

        def look(line: str) -> str:
            content = f"email,first_name\n{line}\nnobody,{CANARY}\n".encode()
            sent = ben.post("/import", files={"file": (f"{CANARY}.csv", content, "text/csv")})
            return str(sent.url).rpartition("/")[2]

        imported = str(ben.post(f"/import/{look('una@pond.example,Una')}/start").url).rpartition("/")[2]
        return look("ida@pond.example,Ida"), imported


def _signed_in(console: Console) -> None:
    """Ben agreed at a provider once, and can do so again."""
    client = OAuthClient("ours", "https://p.example/token", ("mail",), authorization_url="https://p.example/")
    tokens = Tokens("access", 3600, "refresh")
    house = console.app._context
    with house.database.write() as conn:
        number = mailboxes.named(conn, BEN).id
        lives = lifetimes.of(tokens, client, machine_now())
        lifetimes.keep(house, conn, (number, BEN), Granted(Grant(client, "refresh", "access"), lives))


def _sessions(console: Console, email: str) -> int:
    account, session = metadata.tables["user_account"], metadata.tables["user_session"]
    with console.app._context.database.read() as conn:
        found = sa.select(session.c.id).join(account).where(account.c.email == email)
        return int(conn.execute(found).scalars().first() or 0)


def _everything(console: Console) -> dict[str, list[Any]]:
    """The whole database but what tells who was there when and asked for what; of sessions, who has how many."""
    left_out = {"audit", "meta", "process", "sign_in_attempt", "user_session"}
    with console.app._context.database.read() as conn:
        found = {
            name: sorted(map(repr, conn.execute(sa.select(table))))
            for name, table in metadata.tables.items()
            if name not in left_out
        }
        session = metadata.tables["user_session"]
        found["sessions"] = sorted(
            map(repr, conn.execute(sa.select(session.c.id, session.c.user_account_id)))
        )
    return found


@pytest.fixture
def rows(console: Console) -> Rows:
    found = _fill(console)
    held_people.prepared(console.app._context, ROB, mailbox=ANN)
    console.join(ANN, "salesperson")
    console.app.mailboxes.assign(ANN, ANN)
    return found


def _named(page: Page) -> list[str]:
    return re.findall(r"\{([^}]*)\}", page.path)


def _closed_to_salespeople(page: Page) -> bool:
    viewers = {Permission.MAILBOXES, Permission.SEQUENCES, Permission.USERS, Permission.LIFT}
    return page.permission in {*viewers, Permission.OPERATE}


def _sent_to(rows: Rows) -> list[str]:
    return [path for path, _ in (*rows.forms, *rows.asked)]


def test_every_route_is_asked_or_named_as_nobodys(rows: Rows) -> None:
    """A new page fails here until it says whose rows it names."""
    sent = _sent_to(rows)
    for page in PAGES:
        if _closed_to_salespeople(page) or page.path in _NOBODYS:
            continue
        if page.method == "POST":
            way = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", page.path))
            job = page.path == "/jobs/{job}/cancel"  # by its path, below
            assert job or any(way.fullmatch(path) for path in sent), page.path
        assert set(_named(page)) <= set(rows.paths), page.path
    assert set(_NOBODYS) <= {page.path for page in PAGES}


def _paths(rows: Rows, page: Page) -> list[str]:
    [name] = _named(page)
    return [page.path.replace(f"{{{name}}}", each) for each in rows.paths[name]]


_BY_PATH = [page for page in PAGES if "{" in page.path and page.path not in _NOBODYS]


def test_a_path_to_somebody_elses_row_leads_nowhere(console: Console, rows: Rows) -> None:
    """By GET and by POST, whichever of them the page is; where it is open to salespeople, its owner is let in."""
    before = _everything(console)
    with console.client(console.tokens[ANN], timeout=60) as ann:
        for page in _BY_PATH:
            for path in _paths(rows, page):
                answer = ann.request(page.method, path, **({"data": {}} if page.method == "POST" else {}))
                wanted = {403} if _closed_to_salespeople(page) else {404}
                assert answer.status_code in wanted, f"{page.method} {path}: {answer.status_code}"
                assert CANARY not in answer.text, path
    assert _everything(console) == before
    with console.client(console.tokens[BEN], timeout=60) as ben:
        for page in _BY_PATH:
            if page.method == "GET" and not _closed_to_salespeople(page):
                found = [ben.get(path).status_code for path in _paths(rows, page)]
                assert {200, 204, 303} >= set(found), f"{page.path}: {found}"


def test_a_mail_is_not_previewed_for_somebody_elses_person(console: Console, rows: Rows) -> None:
    """Nor does a test of it tell what it says to them."""
    name = "Spring offer"
    ways = {
        f"/sequence-preview/{name}": {"email": AMY},
        f"/sequence-preview-html/{name}": {"email": AMY, "step": "intro", "variant": ""},
    }
    wish = {"name": name, "step": "intro", "variant": "", "email": AMY, "key": "0" * 32}
    with console.client(console.tokens[ANN], follow_redirects=True, timeout=60) as ann:
        for path, asked in ways.items():
            assert CANARY not in ann.get(path, params=asked).text
        assert AMY not in ann.get(f"/sequence-preview/{name}").text
        assert CANARY not in ann.post("/sequence/test", data=wish).text
    with console.client(console.tokens[BEN], follow_redirects=True, timeout=60) as ben:
        assert AMY in ben.get(f"/sequence-preview/{name}", params={"email": AMY}).text
        assert ben.get(f"/sequence-preview/{name}", params={"email": AMY}).text.count("<iframe")


def test_a_form_about_somebody_elses_row_changes_nothing(console: Console, rows: Rows) -> None:
    """Whether it is refused or finds nobody. The same form changes something when it comes from whose row it is."""
    before = _everything(console)
    with console.client(console.tokens[ANN], timeout=60) as ann:
        for path, form in (*rows.forms, *rows.asked):
            answer = ann.post(path, data=dict(form))
            assert answer.status_code in (200, 303, 404, 422), f"{path}: {answer.status_code}"
            assert CANARY not in answer.text, path
            if answer.status_code == 303:
                assert CANARY not in ann.get(answer.headers["location"]).text, path
            now = _everything(console)
            changed = [name for name in before if now[name] != before[name]]
            assert changed == [], f"{path} {form}"
    with console.client(console.tokens[BEN], timeout=60) as ben:
        for path, form in rows.asked:
            assert (
                CANARY in ben.post(path, data=dict(form)).text or AMY in ben.post(path, data=dict(form)).text
            )
        for path, form in rows.forms:
            before = _everything(console)
            answer = ben.post(path, data=dict(form))
            on_the_way = path == "/mailboxes/sign-in"  # a page that leads on to the provider
            assert answer.status_code == (200 if on_the_way else 303), f"{path} {form}: {answer.status_code}"
            assert _everything(console) != before, f"{path} {form}"


def test_no_list_shows_or_counts_somebody_elses_row(console: Console, rows: Rows) -> None:
    """Whatever an address asks for: every name that forms and lists have for a row, on every page without one in its path."""
    every: dict[str, str] = {}
    for _, form in rows.forms:
        every.update({name: str(value) for name, value in form.items()})
    queries = [{}, {**every, "mailbox": BEN, "contact": KIM, "email": KIM, "q": "kim"}]
    queries += [
        {"mailbox": BEN, "days": "90"},
        {"q": "lake"},
        {"answer": every["answer"]},
        {"task": every["task"]},
    ]
    pages = [page.path for page in PAGES if page.method == "GET" and "{" not in page.path]
    pages += ["/sequences/Spring%20offer", "/sequence-text/Spring%20offer"]
    with console.client(console.tokens[ANN], timeout=60) as ann:
        for path in pages:
            for query in queries:
                answer = ann.get(path, params=query)
                assert answer.status_code in (200, 303, 403, 404, 422), f"{path} {query}"
                assert CANARY not in answer.text, f"{path} {query}"
                assert MAX not in answer.text, f"{path} {query}"
    with console.client(console.tokens[BEN], timeout=60) as ben:
        for path in ("/inbox", "/tasks", "/held", "/contacts", "/search?q=kim", "/import", "/jobs"):
            assert CANARY in ben.get(path).text, path


def test_a_salesperson_is_what_the_tables_here_say() -> None:
    from relance.engine.roles import ROLES

    closed = {each for each in Permission if Role.SALESPERSON not in ROLES[each]}
    assert closed == {page.permission for page in PAGES if _closed_to_salespeople(page)}
