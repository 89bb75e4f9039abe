"""Roles are enforced below every page: a method without a row is refused, and a salesperson sees and changes nothing of another's."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import cast

import pytest
import sqlalchemy as sa

from relance import (
    EnrollmentFilter,
    MailboxSpec,
    MessageFilter,
    Relance,
    Role,
    Server,
    Settings,
    Upload,
    errors,
    make_home,
)
from relance.app import permitted
from relance.app.operation import Service
from relance.clock import ManualClock
from relance.engine.contacts import service as contact_service
from relance.engine.db.tables import enrollment, event, mailbox
from relance.engine.event_log.actors import ActorKind
from relance.engine.roles import ROLES, Permission, Viewer
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from tests import engine_house
from tests.reading import hear, letter, row, wrote
from tests.reworded import in_english, worded

ADA, BEN = "ada@sales.example", "ben@sales.example"
KIM, ROB, NEW = "kim@lake.example", "rob@hill.example", "new@river.example"
OFFERED_TO_NOBODY = {
    *(
        f"mailboxes.{name}"
        for name in ("add_alias", "remove_alias", "unread", "dismiss", "retry", "undo_bounces")
    ),
    "inbox.rejudge",
    "messages.rejudge_hits",
}
# Of the nouns that pages use: methods that wait for the page that needs them. A row in RULES opens them.


def viewer(app: Relance, email: str, role: Role = Role.SALESPERSON) -> Viewer:
    app.users.invite(email, role)
    found = next(each for each in app.users.list() if each.email == email)
    return Viewer(found.id, email, role)


@pytest.fixture
def office(migrated_url, tmp_path):
    """Ada writes to Kim and Ben to Rob, each from a mailbox of their own; both answered. Nobody writes to Nina."""
    make_home(tmp_path / "home")
    settings = Settings(home=tmp_path / "home", database_url=migrated_url)
    with Relance(settings, clock=ManualClock(engine_house.MONDAY), actor="tests") as app:
        house = app._context
        published = publish.publish(house, engine_house.TRIAL)
        for address, person in ((ADA, KIM), (BEN, ROB)):
            viewer(app, address)
            engine_house.add_mailbox(house, address)
            app.mailboxes.assign(address, address)
            contact_service.add(house, person, {})
            assert enroll.enroll(house, EnrollRequest(published.name, [person], [address])).enrolled == 1
            wrote(house, person)
            assert hear(house, letter(person, text="Yes, call me."), mailbox=address) == 1
        for nobodys in (NEW, "older@river.example"):
            contact_service.add(house, nobodys, {})
        yield app


def seen(app: Relance, email: str, role: Role = Role.SALESPERSON) -> Relance:
    return app.seen_by(viewer(app, email, role))


def test_every_method_of_a_noun_is_in_the_table_or_named_as_closed(office):
    nouns = {name.partition(".")[0] for name in permitted.RULES if "." in name} - {"settings"}
    methods = {
        f"{noun}.{name}"
        for noun in nouns
        for name in dir(type(getattr(office, noun)))
        if not name.startswith("_") and name not in dir(Service)
    }
    assert methods - set(permitted.RULES) == OFFERED_TO_NOBODY
    assert {name for name in permitted.RULES if "." in name} - {"settings.describe"} <= methods


def test_what_has_no_row_is_refused_to_a_manager_too(office):
    boss = seen(office, "boss@sales.example", Role.MANAGER)
    for closed in ("tick", "turn", "web_app", "confirm_restore", "entrance", "close"):
        with pytest.raises(errors.Forbidden):
            getattr(boss, closed)
    with pytest.raises(errors.Forbidden):
        boss.mailboxes.undo_bounces(ADA)


class Untouched:
    """Has every noun and method, none of which may be called."""

    def __getattr__(self, name: str) -> Untouched:
        return self

    def __call__(self, *args: object, **given: object) -> None:
        raise AssertionError("called")


@pytest.mark.parametrize("path", sorted(permitted.RULES))
def test_who_signs_in_names_no_file_of_this_machine(path, tmp_path):
    """Neither as a path nor, where a file is expected, by its name: a page makes the file of what was sent."""
    noun, _, name = path.rpartition(".")
    proxy = permitted.seen_by(cast(Relance, Untouched()), Viewer(1, "a@b.example", Role.MANAGER))
    file = tmp_path / "people.csv"
    given: tuple[object, ...] = (str(file), file) if permitted.RULES[path].file else (file,)
    with pytest.raises(errors.Forbidden):
        getattr(getattr(proxy, noun) if noun else proxy, name)(*given)
    with pytest.raises(errors.Forbidden):
        getattr(getattr(proxy, noun) if noun else proxy, name)(anything=given[0])


def test_a_page_hands_on_the_file_it_made(office, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("email\nnina@lake.example\n", encoding="utf-8")
    assert seen(office, ADA).contacts.import_file(file).added == 1


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("path", sorted(permitted.RULES))
def test_a_role_without_the_permission_is_refused_before_anything_is_done(path, role):
    rule = permitted.RULES[path]
    if role in ROLES[rule.permission]:
        return
    noun, _, name = path.rpartition(".")
    untouched = Relance.__new__(Relance)  # not open: anything that was done would fail otherwise
    proxy = permitted.seen_by(untouched, Viewer(1, "a@b.example", role))
    with pytest.raises(errors.Forbidden):
        getattr(getattr(proxy, noun) if noun else proxy, name)()


def test_lists_of_a_salesperson_hold_what_is_theirs(office):
    ada, boss = seen(office, ADA), seen(office, "boss@sales.example", Role.MANAGER)
    for who, people_seen, mailboxes in ((ada, [KIM], [ADA]), (boss, [KIM, ROB], [ADA, BEN])):
        assert sorted(each.email for each in who.enrollments.list().enrollments) == people_seen
        assert sum(who.enrollments.counts().values()) == len(people_seen)
        assert sorted(each.email for each in who.inbox.list()) == people_seen
        assert sorted(each.email for each in who.inbox.page().answers) == people_seen
        assert sorted(each.email for each in who.messages.list().messages) == people_seen
        assert [each.address for each in who.mailboxes.list()] == mailboxes
        assert sorted(each.email for each in who.contacts.list()) == sorted(
            [*people_seen, NEW, "older@river.example"]
        )
    for search in ("rob", "hill"):
        assert ada.enrollments.list(EnrollmentFilter(search=search)).enrollments == ()
        assert ada.enrollments.counts(EnrollmentFilter(search=search)) == {}
        assert ada.messages.list(MessageFilter(search=search)).messages == ()
        assert ada.contacts.list(search) == []
    for box in (BEN, "nobody@sales.example"):  # one that is not theirs is not there
        with pytest.raises(errors.NotFound, match=box):
            ada.enrollments.list(EnrollmentFilter(mailbox=box))


def test_however_long_others_are_held_ones_own_are_listed(office):
    house = office._context
    office.enroll("Trial", [NEW], mailboxes=[ADA])
    office.enroll("Trial", ["older@river.example"], mailboxes=[BEN])
    with house.database.write() as conn:
        conn.execute(sa.update(enrollment).values(state="held"))
        of_ben = sa.select(enrollment.c.id).join(mailbox).where(mailbox.c.address == BEN)
        earlier = sa.update(event).where(event.c.enrollment_id.in_(of_ben))
        conn.execute(earlier.values(at=house.clock.now() - dt.timedelta(days=1)))
    assert [each.mailbox for each in office.held(1)] == [BEN]
    assert [each.mailbox for each in seen(office, ADA).held(1)] == [ADA]


def test_what_is_anothers_is_not_there(office):
    ada, house = seen(office, ADA), office._context
    with house.database.read():
        theirs = next(each.id for each in office.inbox.list() if each.email == ROB)
        mail = next(each.id for each in office.messages.list().messages if each.email == ROB)
    before = (row(house, ROB), office.inbox.show(theirs))
    for refused in (
        lambda: ada.contacts.show(ROB),
        lambda: ada.explain(ROB),
        lambda: ada.timeline(f" {ROB.upper()} "),
        lambda: ada.mailboxes.show(BEN),
        lambda: ada.messages.show(mail),
        lambda: ada.inbox.show(theirs),
        lambda: ada.inbox.detail(theirs),
        lambda: ada.inbox.correct(theirs, kind="bounce"),
        lambda: ada.inbox.undo(theirs),
        lambda: ada.inbox.mark([theirs]),
        lambda: ada.inbox.accept_substitute(number=theirs),
        lambda: ada.tasks.done(1),
        lambda: ada.enroll("Trial", [NEW], mailboxes=[BEN]),
    ):
        with pytest.raises(errors.NotFound):
            refused()
    assert (row(house, ROB), office.inbox.show(theirs)) == before
    with pytest.raises(errors.Forbidden):
        ada.status()
    with pytest.raises(errors.Forbidden):
        ada.events()


def test_what_is_theirs_is(office):
    ada, house = seen(office, ADA), office._context
    mine = next(each.id for each in office.inbox.list() if each.email == KIM)
    assert ada.contacts.show(KIM).email == KIM
    assert ada.timeline(KIM)
    assert ada.inbox.show(mine).email == KIM
    assert ada.inbox.correct(mine, kind="human-answer", intent="question").answer.intent == "question"
    assert ada.enroll("Trial", [NEW]).enrolled == 1
    assert row(house, NEW).mailbox_id == row(house, KIM).mailbox_id


def test_a_bulk_action_of_a_salesperson_ends_at_their_own_people(office):
    ada, house = seen(office, ADA), office._context
    office.enroll("Trial", [NEW], mailboxes=[BEN])
    report = ada.enrollments.pause(EnrollmentFilter(), reason="holidays")
    assert all(each.email != NEW for each in report.results)
    assert row(house, NEW).state.value == "active"


def test_a_mailbox_of_nobody_is_no_salespersons(office):
    office.mailboxes.assign(ADA, None)
    assert seen(office, ADA).inbox.list() == []
    assert office.mailboxes.owners() == {BEN: BEN}
    assert office.users.log()[1].before == {"user": ADA}


def test_what_is_done_is_done_in_the_users_name_and_written_down(office):
    boss = seen(office, "boss@sales.example", Role.MANAGER)
    boss.mailboxes.pause(ADA, "on holiday")
    newest = office.users.log()[0]
    assert (newest.action, newest.subject) == ("mailboxes.pause", ADA)
    assert (newest.actor.kind, newest.actor.name) == (ActorKind.USER, "boss@sales.example")
    last = office.events(limit=1000).events[-1]
    assert last.actor is not None
    assert (last.actor.kind, last.actor.name) == (ActorKind.USER, "boss@sales.example")


def test_what_is_done_to_an_answer_names_it_and_not_what_was_said(office):
    boss = seen(office, "boss@sales.example", Role.MANAGER)
    [number, *_] = [each.id for each in office.inbox.list()]
    boss.inbox.mark([number], read=True)
    boss.inbox.mark([number], read=True)  # nothing is done by it, and nothing noted
    assert (office.users.log()[0].action, office.users.log()[0].subject) == ("inbox.mark", str(number))
    boss.inbox.reply(number, "Something private")
    newest = office.users.log()[0]
    assert (newest.action, newest.subject) == ("inbox.reply", str(number))
    boss.inbox.take_back(number)
    assert office.users.log()[0].subject == str(number)
    assert "private" not in repr(office.users.log())


def test_a_password_in_an_argument_is_not_written_down(office):
    boss = seen(office, "boss@sales.example", Role.MANAGER)
    server = Server("localhost", 1)
    boss.mailboxes.add(
        MailboxSpec("new@sales.example", "New", "new", "hunter22", server, server), anyway=True
    )
    assert office.users.log()[0].subject == "new@sales.example"
    assert "hunter22" not in repr(office.users.log())


def test_somebody_elses_profile_is_closed_to_everybody(office):
    boss = seen(office, "boss@sales.example", Role.MANAGER)
    other = next(each.id for each in office.users.list() if each.email == ADA)
    for name in (each for each in permitted.RULES if each.startswith("myself.")):
        method = getattr(boss.myself, name.partition(".")[2])
        count = len(inspect.signature(method).parameters) - 1
        with pytest.raises((errors.NotFound, TypeError)) as refused:
            method(other, *["x"] * count)
        assert isinstance(refused.value, errors.NotFound), name
    assert Permission.SELF in ROLES


def test_the_state_of_a_mail_is_not_touched_by_looking(office):
    ada = seen(office, ADA)
    assert {each.state for each in ada.messages.list().messages} == {MessageState.ACCEPTED.value}


def imported(app: Relance, tmp_path, rows: str):
    file = tmp_path / "people.csv"
    file.write_text("email,first_name,plan\n" + rows, encoding="utf-8")
    return app.contacts.import_file(file)


def test_an_import_leaves_the_people_of_others_as_they_are_and_says_so(office, tmp_path):
    report = imported(
        seen(office, ADA), tmp_path, f"{ROB},HACKED,x\n{KIM},Kim,gold\n{NEW},Nina,\nz@sea.example,Zoe,\n"
    )
    assert (report.read, report.added, report.updated) == (4, 1, 2)
    assert [(each.line, each.reason) for each in report.rejected] == [
        (2, in_english(f"{ROB} belongs to a colleague; ask a manager to change them."))
    ]
    assert office.contacts.show(ROB).first_name == ""
    told = office.timeline(KIM)[-1]
    assert (told.kind, told.words) == ("contact.changed", in_english("first name: – → Kim; plan: – → gold"))
    assert told.actor is not None
    assert told.actor.name == ADA
    assert imported(seen(office, "boss@sales.example", Role.MANAGER), tmp_path, f"{ROB},Rob,\n").updated == 1


def test_a_job_that_imports_leaves_the_people_of_others_as_they_are(office):
    ada = seen(office, ADA)
    upload = Upload("people.csv", f"email,first_name\n{ROB},HACKED\n{KIM},Kim\n".encode())
    looked = ada.jobs.check_contacts(upload)
    assert dict(looked.counts) == {"updated": 1, "refused": 1}
    assert "HACKED" not in repr([*ada.jobs.lines(looked.id, "updated")])
    done = ada.jobs.import_contacts(looked.id)
    assert (dict(done.counts), office.contacts.show(ROB).first_name) == ({"updated": 1, "refused": 1}, "")
    assert [each.line for each in ada.jobs.refused(done.id)] == [2]


def test_no_other_door_changes_or_takes_the_people_of_others(office):
    ada = seen(office, ADA)
    with pytest.raises(errors.Forbidden, match=worded("belongs to a colleague")):
        ada.contacts.add(ROB, first_name="HACKED")
    assert ada.contacts.add(KIM, first_name="Kim").first_name == "Kim"
    [skipped] = ada.enroll("Trial", [ROB], also_elsewhere=True).skipped
    assert (skipped.email, skipped.code) == (ROB, "of_a_colleague")
    assert office.contacts.show(ROB).first_name == ""


def test_a_salesperson_stops_mail_to_their_own_people_and_strangers_alone(office):
    ada, boss = seen(office, ADA), seen(office, "boss@sales.example", Role.MANAGER)
    for refused in ("hill.example", "@lake.example", ROB):
        with pytest.raises(errors.Invalid):
            ada.contacts.suppress(refused)
        with pytest.raises(errors.Invalid):
            ada.contacts.would_stop(refused)
    found = ada.contacts.suppress_list(f"hill.example\n{ROB}\n{NEW}\n".encode())
    assert (found.added, [each.code for each in found.refused]) == (1, ["managers_only", "of_a_colleague"])
    assert {each.value for each in ada.contacts.suppressed()} == {NEW}
    assert ada.contacts.suppress(KIM).value == KIM
    assert boss.contacts.suppress("hill.example").value == "hill.example"


@pytest.mark.parametrize("ours", ["sales.example", "@SALES.example", ADA, f" {BEN.upper()}", "gmail.com"])
def test_nobody_stops_mail_to_ourselves_or_to_a_public_mail_service(office, ours):
    with pytest.raises(errors.Invalid):
        office.contacts.suppress(ours)
    found = office.contacts.suppress_list(ours.encode())
    assert [each.code for each in found.refused] in (["ours"], ["public_mail_service"])
    assert office.contacts.suppressed() == []


def test_a_domain_tells_how_many_people_it_stops_before_it_does(office):
    office.enroll("Trial", [NEW], mailboxes=[ADA])
    found = office.contacts.would_stop("RIVER.example")
    assert (found.kind, found.value, found.people) == ("domain", "river.example", 1)
    assert office.contacts.suppress_list(b"river.example\n", dry_run=True).stops == 1
    assert office.contacts.suppressed() == []
