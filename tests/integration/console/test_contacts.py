"""People in the console: found in a list; and one of them, with what happened, why, and what can be done."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from relance.console.views.people import machine_hits
from relance.engine.db.tables import contact, event
from relance.engine.event_log.of_mails import MessageOpened
from relance.engine.reasons import Code, because
from relance.engine.reporting.history.messages import MessageFilter
from relance.engine.states import Event, State
from relance.engine.store import events, scopes
from relance.engine.store.contacts import search
from relance.engine.store.events import NewEvent
from relance.engine.store.sequences import enrollments
from relance.wording import Text
from tests import engine_house
from tests.integration.console import held_people
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import ANN, BOSS
from tests.reading import KIM, MIA, hear, letter, row, wrote
from tests.reworded import in_english

ROB = "rob@hill.example"
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


@pytest.fixture
def desk(console: Console) -> Console:
    """Kim was written to and answered; Mia is under way."""
    house = console.app._context
    held_people.prepared(house, KIM, MIA)
    console.app.contacts.add(
        KIM, last_name=f"Łukasik {HOSTILE}", country="US", zone="America/New_York", offer=HOSTILE
    )
    mail = b"From: ada@sales.example\r\nSubject: Hello\r\n\r\nAn offer. " + HOSTILE.encode() + b"\r\n"
    number = row(house, KIM)
    engine_house.add_message(
        house,
        number,
        held_people.MessageState.ACCEPTED,
        message_id="<first@sales.example>",
        recipient=KIM,
        subject=f"Hello {HOSTILE}",
        raw=mail,
    )
    wrote(house, MIA)
    hear(house, letter(KIM, text=f"Call me. {HOSTILE}", In_Reply_To="<first@sales.example>"))
    return console


def test_a_page_tells_what_happened_why_and_what_comes_next(desk: Console) -> None:
    """Mails of ours and theirs stand as words, whatever is in them."""
    house = desk.app._context
    mail = desk.app.messages.list(MessageFilter(email=KIM)).messages[-1]
    with house.database.write() as conn:
        at = house.clock.now()
        stands = row(house, KIM)
        events.record_events(conn, [NewEvent.of(stands, MessageOpened(0, ()), at, message_id=mail.id)])
    with desk.client(desk.join(BOSS)) as boss:
        shown = boss.get(f"/contacts/{KIM}").text
        assert "<img" not in shown.partition("<main")[2]
        assert "<script>alert" not in shown
        assert "Call me." in shown
        assert shown.count("An offer.") == 1
        assert "America/New_York" in shown
        assert "`" not in shown.partition("<main")[2]
        answer = desk.app.inbox.list()[0].id
        assert f'href="/inbox?answer={answer}"' in shown
        under_way = boss.get(f"/contacts/{MIA}").text
        [explained] = desk.app.explain(MIA, commands=False)
        assert all(each.step in under_way for each in explained.forecast[:3])


@pytest.mark.parametrize(
    ("written", "language", "shown"),
    [
        ("PL", "en", "Poland"),
        ("PL", "pl", "Polska"),
        ("Poland", "pl", "Polska"),
        ("Ruritania", "pl", "Ruritania"),
    ],
)
def test_a_country_is_named_in_the_readers_language(
    desk: Console, written: str, language: str, shown: str
) -> None:
    desk.app.contacts.add(KIM, country=written)
    with desk.client(desk.join(BOSS)) as boss:
        page = boss.get(f"/contacts/{KIM}?lang={language}").text
    assert f"<dd>{shown}</dd>" in page


def test_an_explanation_for_pages_names_no_command(desk: Console) -> None:
    house = desk.app._context
    for why in (because(Code.PROSE, text="wait"), because(Code.MAYBE_SENT)):
        held_people.hold(house, MIA, why)
    held_people.restored(house, MIA)
    assert any(in_english("`relance") in each for each in desk.app.explain(MIA)[0].sentences)
    assert not any("`relance" in each for each in desk.app.explain(MIA, commands=False)[0].sentences)


@pytest.mark.parametrize(
    ("before", "do", "after"),
    [
        (None, "pause", State.PAUSED),
        ("pause", "resume", State.ACTIVE),
        ("hold", "release", State.ACTIVE),
        (None, "stop", State.STOPPED),
        ("stop", "resume", State.STOPPED),
    ],
)
def test_somebody_is_steered_in_one_sequence(
    desk: Console, before: str | None, do: str, after: State
) -> None:
    house = desk.app._context
    if before == "hold":
        held_people.hold(house, MIA, because(Code.PROSE, text="wait"))
    elif before:
        getattr(desk.app, before)(MIA)
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        form = {"email": MIA, "enrollment": row(house, MIA).id, "do": do}
        assert boss.post("/contact/steer", data=form).status_code == 200
        assert row(house, MIA).state is after
        assert boss.post("/contact/steer", data={**form, "do": "list"}).status_code == 422
        assert boss.post("/contact/steer", data={**form, "enrollment": "9" * 30}).status_code == 422
    with house.database.read() as conn:
        said = conn.execute(sa.select(event.c.actor).order_by(event.c.id.desc()).limit(1)).scalar_one()
    assert before == "stop" or said == BOSS


@pytest.mark.parametrize(("whom", "left"), [("person", State.ACTIVE), ("domain", State.UNSUBSCRIBED)])
def test_never_again_ends_everything(desk: Console, whom: str, left: State) -> None:
    house = desk.app._context
    held_people.prepared(house, "zoe@lake.example")
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        form = {"email": MIA, "whom": whom, "reason": f"asked by phone {HOSTILE}"}
        shown = boss.post("/contact/never-again", data=form).text
        if whom == "domain":  # which asks first
            assert row(house, MIA).state is State.ACTIVE
            sure = {"value": "lake.example", "sure": "lake.example", "reason": form["reason"]}
            shown += boss.post("/suppressions", data=sure).text
    assert "asked by phone" in shown
    assert "<script>alert" not in shown
    assert row(house, MIA).state is State.UNSUBSCRIBED
    assert row(house, "zoe@lake.example").state is left


def test_the_list_is_searched_and_paged(desk: Console) -> None:
    for number in range(60):
        desk.app.contacts.add(f"p{number:02}@firm.example", first_name=f"Person{number:02}", company="Brass")
    with desk.client(desk.join(BOSS)) as boss:
        first = boss.get("/contacts?q=brass").text
        assert first.count("/contacts/p") == 50
        assert "q=brass&amp;after=p49%40firm.example" in first
        rest = boss.get("/contacts?q=brass&after=p49%40firm.example").text
        assert rest.count("/contacts/p") == 10
        assert "person07" not in boss.get("/contacts?q=person08").text.lower()
        assert f'href="/contacts/{KIM.replace("@", "%40")}"' in boss.get("/contacts?q=łuk lake").text
        assert in_english("Nobody found.") in boss.get("/contacts?q=nobody").text
        assert boss.get("/contacts/nobody@nowhere.example").status_code == 404
        assert boss.get("/contacts/not-an-address").status_code in (404, 422)


def test_a_salesperson_sees_and_steers_their_own_people_only(desk: Console) -> None:
    house = desk.app._context
    held_people.prepared(house, ROB, mailbox="ann@sales.example")
    ann = desk.join(ANN, "salesperson")
    desk.app.mailboxes.assign(ANN, ANN)
    with desk.client(ann) as client:
        listed = client.get("/contacts").text
        assert "rob%40hill" in listed
        assert "lake" not in listed
        assert client.get(f"/contacts/{ROB}").status_code == 200
        assert client.get(f"/contacts/{KIM}").status_code == 404
        mia = row(house, MIA).id
        for email in (MIA, ROB):
            client.post("/contact/steer", data={"email": email, "enrollment": mia, "do": "stop"})
        assert client.post("/contact/never-again", data={"email": MIA, "whom": "person"}).status_code == 404
        client.post("/contact/steer", data={"email": ROB, "enrollment": row(house, ROB).id, "do": "pause"})
    assert (row(house, MIA).state, row(house, ROB).state) == (State.ACTIVE, State.PAUSED)
    with desk.client(desk.join("vic@sales.example", "viewer")) as viewer:
        shown = viewer.get(f"/contacts/{MIA}").text
        assert "/contact/steer" not in shown
        assert "/contact/never-again" not in shown


def test_where_somebody_stands_is_told_within_ones_scope(desk: Console) -> None:
    """A person whom two mailboxes write to: a salesperson hears of their own sequence alone."""
    house = desk.app._context
    held_people.prepared(house, ROB, mailbox="ann@sales.example")
    other = desk.app.sequences.publish(engine_house.TRIAL)
    desk.app.enroll(other.name, [ROB], mailboxes=["ada@sales.example"], also_elsewhere=True)
    assert len(desk.app.explain(ROB)) == 2
    ann = desk.join(ANN, "salesperson")
    desk.app.mailboxes.assign(ANN, ANN)
    with desk.client(ann) as client:
        assert client.get("/contacts").text.count('class="stands"') == 1
        shown = client.get(f"/contacts/{ROB}").text
        assert "Spring offer" in shown
        assert "ada@sales.example" not in shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_people_are_accessible_and_fit(desk, tab, scheme) -> None:
    desk.app.contacts.suppress(MIA, HOSTILE)
    token = desk.join(BOSS)
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in ("/contacts?x=1", f"/contacts/{KIM}?x=1", f"/contacts/{MIA}?x=1"):
            page = here.open(f"{path}&lang={language}")
            assert here.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.query_selector("main img") is None


def test_what_machines_open_is_folded_and_never_told_as_opened(desk: Console) -> None:
    """A line for each mail, with the signs; nothing of it in a mail of a mailbox that is not one's own."""
    house = desk.app._context
    mail = desk.app.messages.list(MessageFilter(email=KIM)).messages[-1]
    at = house.clock.now()
    with house.database.write() as conn:
        for kind in ("open", "click", "click"):
            signs = {"verdict": "machine", "reasons": ["scanner", "soon"], "link": 0}
            engine_house.add_hit(conn, message_id=mail.id, at=at, kind=kind, **signs)
        engine_house.add_hit(conn, message_id=mail.id, at=at, kind="open", verdict="unknown", link=0)
    hits = desk.app.messages.machine_hits(KIM)
    click, again = [told for _at, told in machine_hits.lines([each for each in hits if each.kind == "click"])]
    assert in_english("a link was followed (by a program that checks mail, within seconds of") in click
    with desk.client(desk.join(BOSS)) as boss:
        shown = boss.get(f"/contacts/{KIM}").text
    assert in_english("3 opens and clicks by machines") in shown
    assert str(Text("Show what machines did")) in shown
    assert (click, shown.count(click)) == (again, 2)
    assert "<strong>Opened" not in shown
    assert f">{Text('by a person')}<" not in shown
    ann = desk.join(ANN, "salesperson")
    held_people.prepared(house, "kim@elsewhere.example", mailbox="ann@sales.example")
    desk.app.mailboxes.assign(ANN, ANN)
    other = desk.app.sequences.publish(engine_house.TRIAL)
    desk.app.enroll(other.name, [KIM], mailboxes=["ann@sales.example"], also_elsewhere=True)
    with desk.client(ann) as client:
        assert str(Text("Show what machines did")) not in client.get(f"/contacts/{KIM}").text


def test_a_long_answer_is_folded(desk: Console) -> None:
    """What is older stands within a screen or two of it."""
    hear(desk.app._context, letter(KIM, text="A line.\n" * 300, In_Reply_To="<first@sales.example>"))
    with desk.client(desk.join(BOSS)) as boss:
        page = boss.get(f"/contacts/{KIM}").text
    assert page.count("<summary>" + in_english("Show the whole answer")) == 1
    assert page.count("A line.") < 330


def test_a_long_history_is_read_from_its_end(desk: Console) -> None:
    """No more is read than is shown, in a fixed number of questions."""
    house = desk.app._context
    stands = row(house, MIA)
    with house.database.write() as conn:
        at = house.clock.now()
        said = [NewEvent.of(stands, MessageOpened(0, ()), at) for _ in range(400)]
        events.record_events(conn, said)
    assert len(desk.app.timeline(MIA, 201)) == 201
    assert desk.app.timeline(MIA, 201) == desk.app.timeline(MIA)[-201:]
    with desk.client(desk.join(BOSS)) as boss:
        assert boss.get(f"/contacts/{MIA}").text.count('<li><span class="sign') == 200


@pytest.mark.parametrize("few", [0, 2, 4000])
def test_a_search_finds_the_same_whichever_way_is_taken(
    console_on_both: Console, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few are put in order, more are met in order: page by page nobody is left out and nobody is named twice."""
    monkeypatch.setattr(search, "FEW", few)
    app = console_on_both.app
    for number in range(12):
        app.contacts.add(
            f"p{number:02}@brass.example",
            first_name="Łucja" if number % 2 else "Ola",
            company=f"Firm {number % 3}",
        )

    def found(words: str) -> list[str]:
        pages, after = [], None
        while page := app.contacts.list(words, 5, after, words=True):
            after = page[-1].email
            pages += [each.email[:3] for each in page]
        return pages

    assert found("łucja") == ["p01", "p03", "p05", "p07", "p09", "p11"]
    assert found("firm łucja") == found("łucja")
    assert found("brass.example p0") == [f"p{number:02}" for number in range(10)]
    assert found("firm") == [f"p{number:02}" for number in range(12)]
    assert found("nobody") == []


def test_a_search_that_fits_very_many_is_not_sorted(console: Console) -> None:
    """SQLite walks the addresses in order instead of collecting all who fit."""
    with console.app._context.database.read() as conn:
        here = sa.select(contact.c.id).order_by(contact.c.email).limit(5)
        for indexed, way in ((True, "ix_contact_company_begins"), (False, "sqlite_autoindex_contact_1")):
            query = here.where(search.begins(conn, "firm", indexed=indexed))
            words = query.compile(conn.engine, compile_kwargs={"literal_binds": True})
            plan = " ".join(str(each) for each in conn.exec_driver_sql(f"explain query plan {words}"))
            assert way in plan
            assert ("TEMP B-TREE" in plan) is indexed


def listed(client, query: str) -> set[str]:  # type: ignore[no-untyped-def]
    page = client.get(f"/contacts?{query}").text.partition("<main")[2]
    return {each.replace("%40", "@") for each in re.findall(r'href="/contacts/([^"]+)"', page)}


@pytest.fixture
def furnished(console_on_both: Console) -> Console:
    """Kim answered Ada's mailbox, Mia bounced there; Rob answered Ann's; Zoe is in none, and may not be written to."""
    house = console_on_both.app._context
    held_people.prepared(house, KIM, MIA)
    held_people.prepared(house, ROB, mailbox=ANN)
    console_on_both.app.contacts.add("zoe@elsewhere.example", first_name=HOSTILE)
    console_on_both.app.contacts.suppress("zoe@elsewhere.example")
    ends = {KIM: Event.REPLIED, MIA: Event.BOUNCED, ROB: Event.REPLIED}
    with house.database.write() as conn:
        for email, end in ends.items():
            enrollments.apply(
                conn, [row(house, email).id], end, house.clock.now(), reason=because(Code.PROSE, text="x")
            )
    return console_on_both


@pytest.mark.parametrize("few", [0, 4000])
def test_people_are_found_by_where_they_stand(
    furnished: Console, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each filter alone and with others, by either way; what there is not finds nobody, and hostile names are only names."""
    for where, name in ((search, "FEW"), (search, "KNOWN"), (scopes, "FEW")):
        monkeypatch.setattr(where, name, few)
    ann = furnished.join(ANN, "salesperson")
    furnished.app.mailboxes.assign(ANN, ANN)
    zoe, everybody = "zoe@elsewhere.example", {KIM, MIA, ROB}
    with furnished.client(furnished.join(BOSS)) as boss:
        assert listed(boss, "stands=none") == {zoe}
        assert listed(boss, "stands=replied") == {KIM, ROB}
        assert listed(boss, "stands=bounced") == {MIA}
        assert listed(boss, "stands=open") == set()
        assert listed(boss, "stands=suppressed") == {zoe}
        assert listed(boss, "sequence=Spring+offer") == everybody
        assert listed(boss, "stands=replied&mailbox=ada%40sales.example") == {KIM}
        assert listed(boss, f"owner={ANN}") == {ROB}
        assert listed(boss, "stands=replied&q=kim") == {KIM}
        for name in ("sequence", "mailbox", "owner"):
            answer = boss.get("/contacts", params={name: HOSTILE})
            assert (answer.status_code, "<script>alert" in answer.text) == (200, False)
            assert in_english("Nobody matches what is chosen above.") in answer.text
    with furnished.client(ann) as client:
        assert listed(client, "") == {ROB, zoe}
        assert listed(client, "q=example") == set()
        assert listed(client, "q=rob") == listed(client, "q=rob&stands=replied") == {ROB}
        assert listed(client, "q=zoe") == listed(client, "q=zoe&stands=none") == {zoe}
        assert listed(client, "q=kim") == set()
        assert listed(client, "stands=none") == {zoe}
        assert listed(client, "stands=suppressed") == {zoe}
        for query in (
            "stands=replied", "stands=bounced", "sequence=Spring+offer", "mailbox=ada%40sales.example",
            "owner=boss%40sales.example", "stands=open", "stands=replied&mailbox=ada%40sales.example",
        ):  # fmt: skip
            assert listed(client, query) <= {ROB, *({zoe} if "owner" in query else ())}, query
        assert listed(client, "stands=bounced") == set()
        assert "ada@sales.example" not in client.get("/contacts").text
