"""The inbox: what came in, what it was taken for and why; a key for each decision, and each says beforehand what it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.lists import Chip
from relance.console.pages import Page, Rail
from relance.console.requests import numbers
from relance.console.views.answers import beside, deciding, foretelling, replying
from relance.console.views.answers.deciding import ACTS, DANGEROUS
from relance.console.views.answers.replying import RepliedMeanwhile, WrittenReply
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.inbound.answering.service import SentBefore
from relance.engine.inbound.corrections.decisions import DecidedMeanwhile
from relance.engine.inbound.corrections.inbox_pages import AnswerDetail, AnswerPage, InboxCounts
from relance.engine.reporting import codes
from relance.engine.roles import Permission
from relance.engine.store.inbound.replies import ReplyFilter
from relance.engine.store.today import BY_PEOPLE
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.wording import N_, Text, _, capital

OPEN = "answer"  # the answer that is open, in the address
UNDO = "undo"  # the one that was decided last, or several
SAME = "same"  # the question whether the same holds for others is open
FILTERS = ("unread", "undecided", "unsent", "kind", "intent")  # beside what is searched for


def show(visit: Visit) -> Response:
    """The three panes."""
    return _shown(visit)


def reply(visit: Visit) -> Response:
    """A reply to the open answer; what cannot be sent stays in its box, with the reason."""
    number, draft = _number(visit), replying.written(visit)
    try:
        sent = replying.send(visit, number, draft)
    except RepliedMeanwhile as other:
        draft = replace(draft, problem=str(other), further=True, key=other.key)
        return _shown(visit, draft, UNPROCESSABLE)
    except errors.Invalid as refused:
        same = isinstance(refused, SentBefore)
        return _shown(visit, replace(draft, problem=str(refused.on_page), same=same), UNPROCESSABLE)
    there = _opened(visit, number, **{replying.TOLD: "here"})
    return visit.go(f"{there}#replied-last", sent.words, sent.tone)


def progress(visit: Visit) -> Response:
    """What happened to the replies to one answer, for the page to renew."""
    opened = visit.app.inbox.detail(numbers.row(visit.query.get(OPEN, "")) or 0)
    return visit.part(
        "inbox.html",
        "replied",
        opened=opened,
        replying=replying.part(visit, opened, None),
        codes=codes.text,
        can_work=visit.me.may(Permission.WORK),
    )


def _told_there(act: Callable[[Visit], Response]) -> Callable[[Visit], Response]:
    """What is refused is told above the answer that it was meant for, which stays open; where there is none, by a page of its own."""

    def done(visit: Visit) -> Response:
        try:
            return act(visit)
        except (errors.Invalid, errors.NotFound) as refused:
            meant = deciding.made(visit.text("answer", 1000))
            if not meant:
                raise
            try:
                visit.app.inbox.show(meant[0].answer)
            except errors.NotFound:
                raise refused from None
            return visit.go(_opened(visit, meant[0].answer), refused.on_page, "warn")

    return done


@_told_there
def take_back(visit: Visit) -> Response:
    """A reply taken back; its words stand in the box again."""
    number = _number(visit)
    taken = visit.app.inbox.take_back(number, numbers.row(visit.text("own", 20)))
    return visit.go(
        _opened(visit, number, **{replying.AGAIN: str(taken.id)}),
        Text("Taken back: the reply will not be sent."),
    )


def _opened(visit: Visit, number: int, **more: str) -> str:
    """The list as it was, with this answer open."""
    return lists.back(visit, "/inbox", FILTERS, **{OPEN: str(number), **more})


def _shown(visit: Visit, draft: WrittenReply | None = None, code: int = 200) -> Response:
    wanted = _wanted(visit)
    found = visit.app.inbox.page(wanted, after=visit.query.get(lists.AFTER, ""), limit=lists.PAGE)
    asked = numbers.row(visit.query.get(OPEN, ""))
    opened = visit.app.inbox.detail(asked) if asked is not None else None
    rows = [(each, _link(visit, each.id)) for each in found.answers]
    before, behind = beside.neighbours(found.answers, opened)
    counted, answering = _counts(visit, wanted), replying.part(visit, opened, draft)
    can_work = visit.me.may(Permission.WORK)
    undone = visit.query.get(UNDO, "") if can_work else ""
    alike = deciding.alike(visit, undone)
    foreseen = foretelling.foreseen(visit, opened.answer if opened and can_work else None, ACTS)
    return visit.show(
        "inbox.html",
        code,
        rows=rows,
        opened=opened,
        ours=beside.our_last(visit, opened),
        beginning=beside.beginning(opened.answer.body) if opened else "",
        replying=answering,
        concerned=beside.concerned(visit, opened),
        chips=_chips(visit, counted),
        rarer=_rarer(visit, counted),
        narrowed=_narrowed(visit, counted),
        all_read=counted.unread == 0,
        unread_words=_unread_words(visit, counted),
        search=visit.query.get("q", ""),
        hidden=[(name, visit.query[name]) for name in FILTERS if name in visit.query],
        pages=lists.pages(visit, found.cursor),
        told=foretelling.told_once(foreseen),
        dangerous=DANGEROUS,
        codes=codes.text,
        can_work=can_work,
        back=_link(visit, None),
        before=_link(visit, before) if before else "",
        behind=_link(visit, behind) if behind else "",
        after=_next_unread(visit, wanted, found, opened) or 0,
        told_below=replying.TOLD in visit.query and answering is not None and answering.sent != (),
        undone=undone,
        stays=deciding.stays(visit, undone),
        other_wish=deciding.other_wish(visit, opened, foreseen) if can_work else None,
        leave_it=_link(visit, opened.answer.id if opened else None),
        can_lift=visit.me.may(Permission.LIFT),
        alike=alike,
        asked_alike=foretelling.of_each(visit, alike if SAME in visit.query else None),
        another=_link(visit, opened.answer.id, str(answering.another)) if opened and answering else "",
        ask_alike=lists.link(visit, **{SAME: "yes", **lists.place(visit)}),
        ask_no_more=lists.link(visit, **{SAME: None, **lists.place(visit)}),
    )


@dataclass(frozen=True)
class ChipCounts:
    """What stands beside the filters: of what is searched for, all kinds (of the unread ones, if these are shown), and the rest."""

    shown: InboxCounts
    unread: int
    undecided: int
    by_people: int  # of the unread ones: what the menu counts


def _counts(visit: Visit, wanted: ReplyFilter) -> ChipCounts:
    unread = _counted(visit, ReplyFilter(unread=True, search=wanted.search))
    undecided = _counted(visit, ReplyFilter(undecided=True, search=wanted.search))
    shown = unread if wanted.unread else _counted(visit, ReplyFilter(search=wanted.search))
    by_people = sum(unread.kinds.get(kind, 0) for kind in BY_PEOPLE)
    return ChipCounts(shown, unread.total, undecided.total, by_people)


def _counted(visit: Visit, wanted: ReplyFilter) -> InboxCounts:
    """How many there are of each kind; where there are many, as it was a few seconds ago."""
    what = ("inbox", str(wanted.unread), str(wanted.undecided), wanted.search)
    found: InboxCounts = visit.site.watch.counted(visit, what, lambda: visit.app.inbox.counts(wanted))
    return found


@_told_there
def triage(visit: Visit) -> Response:
    """A decision about the open answer; then the next one. What a colleague decided since the page was opened is told first."""
    number, act = _number(visit), deciding.act(visit.text("act", 5))
    until = visit.text("until", 20) if act.kind is Kind.OUT_OF_OFFICE else ""
    contact = visit.text("contact", 320).strip()
    try:
        done = visit.app.inbox.correct(
            number,
            kind=act.kind.value,
            intent=act.intent.value if act.intent else None,
            until=_day(until),
            contact=contact or None,
            over=numbers.row(visit.text("seen", 20)),
        )
    except DecidedMeanwhile as other:
        if deciding.says(act, other.decision.kind, other.decision.intent) and not until + contact:
            return visit.go(_on(visit), Text("{who} has already decided the same.", who=other.who))
        wish = {deciding.ACT: act.key, deciding.UNTIL: until, deciding.CONTACT: contact}
        return visit.go(_opened(visit, number, **wish))
    said = Text("{label}: {effects}.", label=_(act.label), effects=deciding.told(done.effects))
    made = deciding.MadeDecision(number, done.answer.decision)
    return visit.go(_on(visit, undo=deciding.named([made])), said)


@_told_there
def same(visit: Visit) -> Response:
    """The last decision, about those answers of the same organisation that the page named."""
    act, meant = deciding.act(visit.text("act", 5)), deciding.written(visit.text("rows", 1000))
    done = deciding.decide(visit, act, meant)
    if not done.decisions:
        return visit.go(
            _on(visit), Text("Nothing was changed: somebody has decided about them already."), "warn"
        )
    said = Text("{label}: {effects}.", label=_(act.label), effects=deciding.told(done.effects))
    return visit.go(_on(visit, undo=deciding.named(done.decisions)), said)


@_told_there
def mark(visit: Visit) -> Response:
    """Read, and on to the next; or not read after all."""
    number = _number(visit)
    visit.app.inbox.mark([number], read=visit.text("read", 5) != "no")
    return visit.go(_on(visit))


@_told_there
def undo(visit: Visit) -> Response:
    """The last decision taken back, about one answer or several; the first is open again."""
    meant = deciding.made(visit.text("answer", 1000))
    if not meant:
        _number(visit)
    done, back = deciding.take_back(visit, meant), _opened(visit, meant[0].answer)
    if len(done.others) + done.gone == len(meant):
        said = Text(
            "Nothing was taken back: this decision does not stand any more, somebody has taken it back already."
        )
        if done.others:
            said = Text("Nothing was taken back: {who} has decided about it since.", who=done.others[0].who)
        return visit.go(back, said, "warn")
    said = Text("Taken back: {effects}.", effects=deciding.told(done.effects))
    if not done.others:
        return visit.go(back, said)
    more = Text.plural(
        "{count} answer stays as it is: somebody has decided about it since.",
        "{count} answers stay as they are: somebody has decided about them since.",
        len(done.others),
    )
    return visit.go(back, Text.together(said, more), "warn")


def _wanted(visit: Visit) -> ReplyFilter:
    return ReplyFilter(
        kind=visit.query.get("kind") or None,
        intent=visit.query.get("intent") or None,
        unread=visit.query.get("unread") == "yes",
        undecided=visit.query.get("undecided") == "yes",
        unsent=visit.query.get("unsent") == "yes",
        search=visit.query.get("q", "")[:200],
    )


def _chips(visit: Visit, counts: ChipCounts) -> list[Chip]:
    counted = counts.shown
    found = [
        lists.chip(visit, "unread", "yes", _("Unread"), counts.unread),
        lists.chip(visit, "undecided", "yes", _("Needs a decision"), counts.undecided),
        lists.chip(
            visit, "unsent", "yes", _("Our reply is waiting"), visit.site.watch.counts(visit)["replies"]
        ),
    ]
    for intent in Intent:
        number = counted.intents.get(intent.value, 0)
        found.append(lists.chip(visit, "intent", intent.value, capital(codes.text("intent", intent)), number))
    return [each for each in found if each.count != 0 or each.on]


def _rarer(visit: Visit, counts: ChipCounts) -> list[Chip]:
    """The kinds of mail that no person answers with, in a menu beside the filters."""
    found = [
        lists.chip(visit, "kind", kind, capital(codes.text("mail", kind)), number)
        for kind, number in counts.shown.kinds.items()
        if kind not in (Kind.HUMAN, Kind.OWN_COPY)
    ]
    return [each for each in found if each.count != 0 or each.on]


def _narrowed(visit: Visit, counts: ChipCounts) -> str:
    """What the list is narrowed by, for a phone, on which the filters are folded."""
    return ", ".join(each.label for each in (*_chips(visit, counts), *_rarer(visit, counts)) if each.on)


def _unread_words(visit: Visit, counts: ChipCounts) -> str:
    """What the number in the menu counts, where it is another than the filter's; empty where nobody can take one for the other.

    Both are counted at once: the menu itself may stand as it was some seconds ago.
    """
    if visit.query.get("q") or counts.unread == counts.by_people:
        return ""
    return _(
        "Unread mails: {all}; answers by people, as in the menu: {people}. The rest: automatic replies, bounces, notices.",
        all=counts.unread,
        people=counts.by_people,
    )


def _next_unread(
    visit: Visit, wanted: ReplyFilter, here: AnswerPage, opened: AnswerDetail | None
) -> int | None:
    """The answer that opens after this one: the next unread one below it, else above it, else on another page of the list."""
    if opened is None:
        return None
    rows, own = here.answers, opened.answer.id
    place = next((number for number, each in enumerate(rows) if each.id == own), -1)
    waits = (each.id for each in (*rows[place + 1 :], *rows[: max(place, 0)]) if not each.read)
    found = next((each for each in waits if each != own), None)
    if found is not None or not (here.cursor or visit.query.get(lists.AFTER)):
        return found
    elsewhere = visit.app.inbox.page(replace(wanted, unread=True), limit=2).answers
    return next((each.id for each in elsewhere if each.id != own), None)


def _link(visit: Visit, number: int | None, another: str | None = None) -> str:
    """This list with an answer open, or none; `another`: with the box for one more reply, after so many."""
    asked = dict.fromkeys((UNDO, SAME, deciding.ACT, deciding.UNTIL, deciding.CONTACT, *replying.ASKED))
    opened = str(number) if number is not None else None
    return lists.link(visit, **{**asked, OPEN: opened, replying.ANOTHER: another, **lists.place(visit)})


def _on(visit: Visit, undo: str | None = None) -> str:
    """The list as it was, with the next answer open."""
    after = numbers.row(visit.text("after", 20))
    return lists.back(visit, "/inbox", FILTERS, **{OPEN: str(after) if after else None, UNDO: undo})


def _number(visit: Visit) -> int:
    number = numbers.row(visit.text("answer", 20))
    if number is None:
        raise errors.NotFound(Text("There is no such answer. The inbox shows all answers."))
    return number


def _day(typed: str) -> dt.date | None:
    if not typed:
        return None
    try:
        return dt.date.fromisoformat(typed)
    except ValueError:
        raise errors.Invalid(Text("{typed} is not a date.", typed=typed)) from None


_KEYS = (
    *((each.key, each.label) for each in ACTS),
    ("e", N_("Done: mark as read, next answer")),
    ("r", N_("Reply")),
    ("Ctrl+Enter", N_("Send the reply you are writing")),
    ("t", N_("Take back the reply that has not been sent yet")),
    ("u", N_("Take the last decision back")),
    (".", N_("The same for other unread answers from there")),
    ("j", N_("Next answer")),
    ("k", N_("Previous answer")),
)
PAGES = (
    Page(
        "/inbox",
        show,
        Permission.LOOK,
        rail=Rail(N_("Inbox"), "inbox", 20, count="inbox", phone=True),
        keys=_KEYS,
    ),
    Page("/inbox", reply, Permission.WORK, "POST"),
    Page("/inbox/replies", progress, Permission.LOOK, part=True),
    Page("/inbox/take-back", take_back, Permission.WORK, "POST"),
    Page("/inbox/triage", triage, Permission.WORK, "POST"),
    Page("/inbox/mark", mark, Permission.WORK, "POST"),
    Page("/inbox/undo", undo, Permission.WORK, "POST"),
    Page("/inbox/same", same, Permission.WORK, "POST"),
)
