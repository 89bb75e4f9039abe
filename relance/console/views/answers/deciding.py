"""Deciding about answers: a key for each decision, and the last one again for others from the same organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from relance import errors
from relance.console.requests import numbers
from relance.console.visit import Visit
from relance.engine.inbound.corrections.decisions import DecidedMeanwhile
from relance.engine.inbound.corrections.inbox import AnswerView
from relance.engine.inbound.corrections.inbox_pages import AnswerDetail
from relance.engine.store.inbound.replies import ReplyFilter
from relance.mailbox import free_mail
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.wording import N_, Text, _


@dataclass(frozen=True)
class Act:
    """A decision by one key."""

    key: str
    label: str
    means: str  # what happens to somebody who is under way; `foretelling` says what happens to this person
    icon: str
    kind: Kind
    intent: Intent | None = None
    effect: str = ""  # of `means`, what becomes of sequences: theirs and their colleagues'
    idle: bool = False  # it changes no sequence, as things are

    @property
    def lasts(self) -> bool:
        """Whether it holds for the address as well, whatever becomes of a sequence."""
        return self.key in DANGEROUS


ACTS = (
    Act("i", N_("Interested"), N_("ends the sequence"), "check", Kind.HUMAN, Intent.POSITIVE),
    Act("q", N_("Question"), N_("ends the sequence"), "info", Kind.HUMAN, Intent.QUESTION),
    Act("n", N_("Not interested"), N_("ends the sequence"), "x", Kind.HUMAN, Intent.NEGATIVE),
    Act("a", N_("Out of office"), N_("waits until they are back"), "clock", Kind.OUT_OF_OFFICE),
    Act("l", N_("Left the company"), N_("ends the sequence"), "log-out", Kind.LEFT_COMPANY),
    Act("x", N_("Not about us"), N_("the sequence continues"), "circle", Kind.LIST_MAIL),
    Act("b", N_("Address does not work"), N_("never writes there again"), "undo-2", Kind.HARD_BOUNCE),
    Act("o", N_("Opt-out"), N_("never writes to them again"), "ban", Kind.OPT_OUT),
)
DANGEROUS = ("b", "o")
ACT, UNTIL, CONTACT = "act", "until", "contact"  # in the address: a decision that is to be asked about first

BY_KEY = {each.key: each for each in ACTS}
ANSWERS_AT_ONCE = 20
# So many answers are decided about at once: no more than somebody reads.


def act(key: str) -> Act:
    """The decision of a key. Raises `errors.Invalid`."""
    found = BY_KEY.get(key)
    if found is None:
        raise errors.Invalid(Text("There is no such decision."))
    return found


def told(effects: Sequence[str]) -> str:
    """What was done to whom, in one sentence without its stop."""
    return ("; ".join(effects) or _("no sequence changed")).rstrip(".")


def written(numbered: str) -> tuple[int, ...]:
    """The numbers of answers that an address or a form holds; what is none is left out."""
    found = (numbers.row(each) for each in numbered.split(",")[: ANSWERS_AT_ONCE + 1])
    return tuple(each for each in found if each is not None)


def numbered(found: Sequence[int]) -> str:
    """What `written` reads."""
    return ",".join(map(str, found))


@dataclass(frozen=True)
class MadeDecision:
    """A decision that was made: about which answer, and its own number, so that no other is taken back for it."""

    answer: int
    decision: int | None


def made(named: str) -> tuple[MadeDecision, ...]:
    """The decisions that an address or a form names; what is none is left out."""
    pairs = (each.partition("-")[::2] for each in named.split(",")[: ANSWERS_AT_ONCE + 1])
    found = ((numbers.row(answer), numbers.row(decision)) for answer, decision in pairs)
    return tuple(MadeDecision(answer, decision) for answer, decision in found if answer is not None)


def named(found: Sequence[MadeDecision]) -> str:
    """What `made` reads."""
    return ",".join(f"{each.answer}-{each.decision or ''}".rstrip("-") for each in found)


@dataclass(frozen=True)
class Alike:
    """Unread answers of the organisation about whose answer somebody decided last, and that decision."""

    act: Act
    domain: str
    answers: tuple[AnswerView, ...]
    numbers: str


def alike(visit: Visit, decided: str) -> Alike | None:
    """Whom the last decision may hold for as well; None where that is nobody. Nothing is offered for a public mail service."""
    last = [each.answer for each in made(decided)]
    if not last:
        return None
    try:
        answer = visit.app.inbox.show(last[0])
    except errors.NotFound:
        return None
    act, domain = _act(answer), answer.from_address.rpartition("@")[2].lower()
    if act is None or not domain or domain in free_mail.DOMAINS:
        return None
    found = visit.app.inbox.page(ReplyFilter(unread=True, domain=domain), limit=ANSWERS_AT_ONCE).answers
    rest = tuple(each for each in found if _is_open(each) and each.id not in last)
    return Alike(in_words(act), domain, rest, numbered([each.id for each in rest])) if rest else None


def _act(answer: AnswerView) -> Act | None:
    """The decision that somebody made about it."""
    return next((each for each in ACTS if answer.corrected and says(each, answer.kind, answer.intent)), None)


def in_words(act: Act) -> Act:
    """The same in the reader's language."""
    return replace(act, label=_(act.label), means=_(act.means))


def says(act: Act, kind: str, intent: str | None) -> bool:
    """Whether a decision says this of an answer."""
    return act.kind.value == kind and act.intent in (None, intent)


def _is_open(answer: AnswerView) -> bool:
    """Whether a decision is still asked for: somebody is known, nobody said what it is, and nobody read it."""
    return answer.email is not None and not answer.corrected and not answer.read


@dataclass(frozen=True)
class AlikeDecided:
    """What was decided, and what that did."""

    decisions: tuple[MadeDecision, ...]
    effects: tuple[str, ...]


def decide(visit: Visit, act: Act, meant: Sequence[int]) -> AlikeDecided:
    """The same decision about each of them that is still open."""
    done: list[MadeDecision] = []
    effects: list[str] = []
    for number in meant:
        if not _is_open(visit.app.inbox.show(number)):
            continue
        intent = act.intent.value if act.intent else None
        try:
            found = visit.app.inbox.correct(number, kind=act.kind.value, intent=intent)
        except DecidedMeanwhile:
            continue
        effects += found.effects
        done.append(MadeDecision(number, found.answer.decision))
    return AlikeDecided(tuple(done), tuple(effects))


@dataclass(frozen=True)
class TakenBack:
    """What taking decisions back did, and who had decided about some of the answers since, whose word stays."""

    effects: tuple[str, ...]
    others: tuple[DecidedMeanwhile, ...]
    gone: int  # so many decisions had been taken back before


def take_back(visit: Visit, meant: Sequence[MadeDecision]) -> TakenBack:
    """These decisions and no others."""
    effects: list[str] = []
    others: list[DecidedMeanwhile] = []
    gone = 0
    for each in meant:
        try:
            effects += visit.app.inbox.undo(each.answer, decision=each.decision).effects
        except DecidedMeanwhile as other:
            if each.decision is not None and other.decision.number < each.decision:
                gone += 1  # what stands is what stood before it
            else:
                others.append(other)
        except errors.Invalid:
            gone += 1
    return TakenBack(tuple(effects), tuple(others), gone)


STOPS_MAIL = (Kind.OPT_OUT.value, Kind.HARD_BOUNCE.value, Kind.COMPLAINT.value)


@dataclass(frozen=True)
class Stays:
    """What the decision made last left as it was: who stays on the do-not-contact list, whose other answers mean the same."""

    listed: tuple[str, ...]
    answered: tuple[str, ...]


def stays(visit: Visit, decided: str) -> Stays:
    """Of the decisions that an address names."""
    try:
        found = [visit.app.inbox.show(each.answer) for each in made(decided)]
    except errors.NotFound:
        return Stays((), ())
    people = [each.email for each in found if each.email and each.kind not in STOPS_MAIL]
    listed = (each for each in dict.fromkeys(people) if visit.app.contacts.refusing(each))
    return Stays(
        tuple(listed), tuple(dict.fromkeys(each.email for each in found if each.kept and each.email))
    )


@dataclass(frozen=True)
class OtherWish:
    """What somebody wants to decide about an answer that a colleague decided about after they had opened it."""

    act: Act
    until: str
    contact: str


def other_wish(visit: Visit, opened: AnswerDetail | None, acts: Sequence[Act]) -> OtherWish | None:
    """The question that is asked; None where there is none, or nobody decides otherwise any more. `acts`: with what each would do."""
    act = next((each for each in acts if each.key == visit.query.get(ACT, "")), None)
    by = opened.answer.decided_by if opened is not None else None
    if act is None or by is None or by.name == visit.me.email:
        return None
    return OtherWish(act, visit.asked(UNTIL, 20), visit.asked(CONTACT, 320))
