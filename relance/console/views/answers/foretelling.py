"""What each decision about an answer would do to this person and their colleagues now, in words, before it is made."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from relance.complete import complete
from relance.console.views.answers.deciding import BY_KEY, Act, Alike, in_words
from relance.console.visit import Visit
from relance.engine.inbound.corrections.foretold import Foretold, ForetoldEffect
from relance.engine.inbound.corrections.inbox import AnswerView, Correction
from relance.engine.reporting import codes
from relance.engine.states import State
from relance.wording import _, n_


def foreseen(visit: Visit, answer: AnswerView | None, acts: Sequence[Act]) -> list[Act]:
    """The decisions in the reader's language, each with what it would do. What it would do to somebody of whom nobody knows who they
    are is told as it is for anybody."""
    if answer is None or answer.email is None:
        return [in_words(each) for each in acts]
    meant = [Correction(each.kind.value, each.intent.value if each.intent else None) for each in acts]
    found = visit.app.inbox.foretell(answer.id, meant)
    return [_told(act, changes) for act, changes in zip(acts, found, strict=True)]


def of_each(visit: Visit, alike: Alike | None) -> list[tuple[AnswerView, str]]:
    """The others that the last decision may hold for, each with what it would do."""
    if alike is None:
        return []
    act = BY_KEY[alike.act.key]
    return [(each, foreseen(visit, each, [act])[0].means) for each in alike.answers]


def _told(act: Act, changes: Sequence[Foretold]) -> Act:
    own = _own([each for each in changes if not each.is_colleague])
    others = [
        effect for _who, effect in {(each.person, each.effect) for each in changes if each.is_colleague}
    ]
    lasting = [_(act.means)] if act.lasts else []
    theirs = _in_words(others, _OF_COLLEAGUES)
    effect = "; ".join([*own, *theirs])
    idle = not theirs and all(each.effect in _UNMOVED for each in changes)
    return dataclasses.replace(in_words(act), means="; ".join([*lasting, effect]), effect=effect, idle=idle)


_UNMOVED = (ForetoldEffect.ENDED, ForetoldEffect.STAYS)


COMMON = 3  # what so many decisions do is said once


@dataclasses.dataclass(frozen=True)
class Told:
    """The decisions with what each does, without what is said once, above them (`common`; empty where nothing is). `always`: it holds
    for all of them."""

    acts: tuple[Act, ...]
    common: str = ""
    always: bool = False


def told_once(acts: Sequence[Act]) -> Told:
    """What all decisions do stands above them, not in each; so does that most of them change nothing. What a decision changes that
    others do not is said by itself."""
    effect, many = Counter(each.effect for each in acts).most_common(1)[0]
    always, idle = many == len(acts), any(each.idle for each in acts if each.effect == effect)
    if not effect or many < COMMON or not (always or idle):
        return Told(tuple(acts))
    brief = [_without(each) if each.effect == effect else each for each in acts]
    return Told(tuple(brief), effect, always)


def _without(act: Act) -> Act:
    return dataclasses.replace(act, means=_(BY_KEY[act.key].means) if act.lasts else "")


def _own(changes: Sequence[Foretold]) -> list[str]:
    """What becomes of the person themselves; where nothing does, that."""
    effects = [each.effect for each in changes]
    if not effects:
        return [_("changes no sequence")]
    done = [each for each in effects if each not in (*_UNMOVED, ForetoldEffect.ENDED_OTHERWISE)]
    otherwise = [each for each in changes if each.effect is ForetoldEffect.ENDED_OTHERWISE]
    if done or otherwise:
        return [*_in_words(done, _OF_THEIRS), *dict.fromkeys(map(_otherwise, otherwise))]
    under_way = [each for each in changes if each.effect is ForetoldEffect.STAYS]
    if not under_way:
        return [_("the sequence has ended already")]
    return [_UNCHANGED.get(under_way[0].after, lambda: _("the sequence continues"))()]


def _otherwise(change: Foretold) -> str:
    """What an end turns into. Whoever had done every step is finished, whatever no answer of theirs does to them."""
    known = {"before": codes.text("person", change.before), "after": codes.text("person", change.after)}
    if change.after == State.FINISHED:
        return _(
            "changes the ended sequence from {before} to {after}, as every step is done",
            **known,
        )
    return _("changes the ended sequence from {before} to {after}", **known)


_UNCHANGED: Mapping[str, Callable[[], str]] = {
    "paused": lambda: _("the sequence stays paused"),
    "held": lambda: _("still waits for a decision"),
    "away": lambda: _("still waits until they are back"),
}


def _in_words(
    effects: Iterable[ForetoldEffect], words: Mapping[ForetoldEffect, Callable[[int], str]]
) -> list[str]:
    counted = Counter(effects)
    return [words[each](counted[each]) for each in ForetoldEffect if each in counted]


_OF_THEIRS: Mapping[ForetoldEffect, Callable[[int], str]] = complete(
    ForetoldEffect,
    {
        ForetoldEffect.ENDS: lambda count: n_("ends the sequence", "ends {count} sequences", count),
        ForetoldEffect.ENDED: lambda _count: _("the sequence has ended already"),
        ForetoldEffect.ENDED_OTHERWISE: lambda _count: "",  # by itself: `_otherwise`
        ForetoldEffect.AWAY: lambda _count: _("waits until they are back"),
        ForetoldEffect.HELD: lambda _count: _("waits for a decision under Held"),
        ForetoldEffect.PAUSED: lambda _count: _("the sequence is paused again"),
        ForetoldEffect.GOES_ON: lambda count: n_(
            "the sequence goes on again", "{count} sequences go on again", count
        ),
        ForetoldEffect.LATER: lambda _count: _("the next mail goes later"),
        ForetoldEffect.EARLIER: lambda _count: _("the next mail goes as planned before"),
        ForetoldEffect.STAYS: lambda _count: _("the sequence continues"),
    },
)
_OF_COLLEAGUES: Mapping[ForetoldEffect, Callable[[int], str]] = complete(
    ForetoldEffect,
    {
        ForetoldEffect.ENDS: lambda count: n_("stops {count} colleague", "stops {count} colleagues", count),
        ForetoldEffect.ENDED: lambda _count: "",
        ForetoldEffect.ENDED_OTHERWISE: lambda _count: "",
        ForetoldEffect.AWAY: lambda count: n_(
            "{count} colleague waits until they are back",
            "{count} colleagues wait until they are back",
            count,
        ),
        ForetoldEffect.HELD: lambda count: n_(
            "holds {count} colleague for a decision", "holds {count} colleagues for a decision", count
        ),
        ForetoldEffect.PAUSED: lambda count: n_(
            "{count} colleague is paused again", "{count} colleagues are paused again", count
        ),
        ForetoldEffect.GOES_ON: lambda count: n_(
            "{count} colleague goes on again", "{count} colleagues go on again", count
        ),
        ForetoldEffect.LATER: lambda count: n_(
            "{count} colleague gets the next mail later", "{count} colleagues get the next mail later", count
        ),
        ForetoldEffect.EARLIER: lambda count: n_(
            "{count} colleague gets the next mail as planned before",
            "{count} colleagues get the next mail as planned before",
            count,
        ),
        ForetoldEffect.STAYS: lambda _count: "",
    },
)
