"""Deciding about answers: a key for each decision, and the last one again for others from the same organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from relance import errors
from relance.console.requests import numbers
from relance.console.visit import Visit
from relance.engine.inbound.corrections.inbox import AnswerView
from relance.engine.store.inbound.replies import ReplyFilter
from relance.mailbox import free_mail
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.wording import N_, Text, _


@dataclass(frozen=True)
class Act:
    """A decision by one key."""

    key: str
    label: str
    means: str  # what happens
    icon: str
    kind: Kind
    intent: Intent | None = None


ACTS = (
    Act("i", N_("Interested"), N_("ends the sequence"), "check", Kind.HUMAN, Intent.POSITIVE),
    Act("q", N_("Question"), N_("ends the sequence"), "info", Kind.HUMAN, Intent.QUESTION),
    Act("n", N_("Not interested"), N_("ends the sequence"), "x", Kind.HUMAN, Intent.NEGATIVE),
    Act("a", N_("Away"), N_("waits until they are back"), "clock", Kind.OUT_OF_OFFICE),
    Act("l", N_("Left the company"), N_("ends the sequence"), "log-out", Kind.LEFT_COMPANY),
    Act("x", N_("Not about us"), N_("the sequence continues"), "circle", Kind.LIST_MAIL),
    Act("b", N_("Address does not work"), N_("never writes there again"), "undo-2", Kind.HARD_BOUNCE),
    Act("o", N_("No more mail"), N_("never writes to them again"), "ban", Kind.OPT_OUT),
)
DANGEROUS = ("b", "o")


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
class Alike:
    """Unread answers of the organisation about whose answer somebody decided last, and that decision."""

    act: Act
    domain: str
    answers: tuple[AnswerView, ...]
    numbers: str


def alike(visit: Visit, decided: str) -> Alike | None:
    """Whom the last decision may hold for as well; None where that is nobody. Nothing is offered for a public mail service."""
    last = written(decided)
    if not last:
        return None
    try:
        answer = visit.app.inbox.show(last[0])
    except errors.NotFound:
        return None
    made, domain = _made(answer), answer.from_address.rpartition("@")[2].lower()
    if made is None or not domain or domain in free_mail.DOMAINS:
        return None
    found = visit.app.inbox.page(ReplyFilter(unread=True, domain=domain), limit=ANSWERS_AT_ONCE).answers
    rest = tuple(each for each in found if _is_open(each) and each.id not in last)
    said = replace(made, label=_(made.label), means=_(made.means))
    return Alike(said, domain, rest, numbered([each.id for each in rest])) if rest else None


def _made(answer: AnswerView) -> Act | None:
    """The decision that somebody made about it."""
    fits = (
        each
        for each in ACTS
        if answer.corrected and each.kind == answer.kind and each.intent in (None, answer.intent)
    )
    return next(fits, None)


def _is_open(answer: AnswerView) -> bool:
    """Whether a decision is still asked for: somebody is known, nobody said what it is, and nobody read it."""
    return answer.email is not None and not answer.corrected and not answer.read


@dataclass(frozen=True)
class AlikeDecided:
    """The answers that were decided about, and what that did."""

    numbers: tuple[int, ...]
    effects: tuple[str, ...]


def decide(visit: Visit, made: Act, meant: Sequence[int]) -> AlikeDecided:
    """The same decision about each of them that is still open."""
    done: list[int] = []
    effects: list[str] = []
    for number in meant:
        if not _is_open(visit.app.inbox.show(number)):
            continue
        intent = made.intent.value if made.intent else None
        effects += visit.app.inbox.correct(number, kind=made.kind.value, intent=intent).effects
        done.append(number)
    return AlikeDecided(tuple(done), tuple(effects))
