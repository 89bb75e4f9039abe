"""What a person's answer wants: positive, negative, question, referral, later or unclear; by words anybody can read up.

No model and no score: the first question of the table that is answered with yes gives the intent, and the words it
rests on are kept as evidence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from relance.mailbox.classification.languages import normalize
from relance.mailbox.classification.languages.normalize import Folded
from relance.mailbox.classification.message_view import ClassifierInput, RuleMatch
from relance.mailbox.classification.named_dates import asked_again, follow_up_date, return_date
from relance.mailbox.classification.named_dates.asked_again import AskedDay
from relance.mailbox.parsing.inbound import Intent

Question = Callable[[ClassifierInput], RuleMatch | None]
_SOON = dt.timedelta(days=7)
# "Let's talk next week" is a yes; "let's talk next quarter" is a later.


@dataclass(frozen=True)
class IntentReading:
    """An intent, the words it rests on, and the day named where it is "later"."""

    intent: Intent
    evidence: str = ""
    language: str | None = None
    date: dt.date | None = None


def read(letter: ClassifierInput) -> IntentReading:
    """The intent of a person's answer."""
    for question, intent in TABLE:
        if found := question(letter):
            day = DAYS[question](letter, found) if question in DAYS else None
            return IntentReading(intent, found.evidence, found.language, day)
    return IntentReading(Intent.UNCLEAR)


def _day(letter: ClassifierInput, found: RuleMatch) -> dt.date | None:
    """The day that belongs to these words; other days in the mail are about other things."""
    return follow_up_date.date(_near(letter, found), letter.today, found.language)


_SENTENCE = re.compile(r"(?:(?<=[^\d\s][.!?])(?!\s+\d)|(?<=\d{4}\.)|(?<=[!?]))\s+|\n+")  # not "Nov. 30"
_SHORT = 240  # letters of an answer that does little else than name somebody
_MOST_SENTENCES = 40  # read for a day to write again; whoever asks says so early
_CLAUSE = re.compile(r"[,.!;:\n-]")
_NO_WORD = re.compile(r"[^\w\s'?/-]")
_SPEECH = re.compile(r'"[^"\n]{12,400}"')


def _near(letter: ClassifierInput, found: RuleMatch) -> str:
    """The sentence that says it and the next one; all where it stands in none."""
    sentences = [" ".join(sentence.split()) for sentence in _SENTENCE.split(letter.own)]
    words = found.evidence.rstrip("…")
    for place, sentence in enumerate(sentences):
        if words in sentence:
            return " ".join(sentences[place : place + 2])
    return letter.own


def _speech(letter: ClassifierInput) -> Folded:
    """Their own words without what they tell others to have said."""
    return letter.own.replaced(_SPEECH, " ")


def _away(letter: ClassifierInput) -> RuleMatch | None:
    return letter.say("absence.away", _speech(letter))


def _return(letter: ClassifierInput) -> dt.date | None:
    """The day a person who says that they are away is back."""
    away = _away(letter)
    if away is None:
        return None
    found = return_date.first_day_back(_near(letter, away), letter.today, day_first=letter.day_first)
    return found.date if found and found.rank <= return_date.SURE else None


# --- the questions ------------------------------------------------------------------------------------------------------


def _alone(topic: str, letter: ClassifierInput) -> RuleMatch | None:
    """Is the whole answer, but for a greeting, just this?"""
    whole = letter.own.replaced(_NO_WORD, " ").squeezed()[:60]
    found = letter.say(topic, whole)
    return found if found and len(found.evidence) >= len(whole) - 1 else None


def _says_yes_alone(letter: ClassifierInput) -> RuleMatch | None:
    return _alone("intent.positive_alone", letter)


def _says_no_alone(letter: ClassifierInput) -> RuleMatch | None:
    return _alone("intent.negative_alone", letter)


def _names_another(letter: ClassifierInput) -> RuleMatch | None:
    return letter.say("intent.referral", letter.own)


def _gives_address(letter: ClassifierInput) -> RuleMatch | None:
    """A short answer that holds a colleague's address: that is who to write to, unless they agree, ask, or mean their own."""
    own = letter.own
    colleague = next((each for each in letter.addresses(own) if _is_colleague(letter, each)), None)
    if colleague is None or len(own) > _SHORT or _agrees(letter):
        return None
    sentences = [each for each in own.parts(_SENTENCE) if each.strip()]
    naming = next((each for each in sentences if colleague in each), own)
    asks = any("?" in each for each in sentences if colleague not in each)
    return (
        None
        if asks or letter.say("intent.own_address", naming)
        else RuleMatch(normalize.quote(naming.strip()))
    )


def _is_colleague(letter: ClassifierInput, address: str) -> bool:
    """Another address at the writer's own domain."""
    writer = letter.mail.from_address or ""
    return address != writer and _domain(address) == _domain(writer)


def _domain(address: str) -> list[str]:
    return address.rpartition("@")[2].split(".")[-2:]


def _agrees(letter: ClassifierInput) -> bool:
    """ "Yes, please send the contract to me and to legal@…": it begins with a word that is a yes by itself."""
    first = letter.own.strip().parts(_CLAUSE)[0].strip()
    found = letter.say("intent.positive_alone", first)
    return found is not None and len(found.evidence) >= len(first)


def _asks_price(letter: ClassifierInput) -> RuleMatch | None:
    """What it costs, asked or asked for; not where a price is only spoken of."""
    sentences = (each for each in letter.own.parts(_SENTENCE) if len(each) < _SHORT)
    return next(
        (
            found
            for each in sentences
            if _requests(letter, each) and (found := letter.say("intent.price", each))
        ),
        None,
    )


def _requests(letter: ClassifierInput, sentence: Folded) -> bool:
    return "?" in sentence or letter.say("intent.question", sentence[:60]) is not None


def _is_away(letter: ClassifierInput) -> RuleMatch | None:
    """Away for longer than a few days, or away and nothing else is said: whatever they want, it is for then."""
    day = _return(letter)
    long = day is not None and day - letter.today > _SOON
    silent = "?" not in letter.own and not (_is_glad(letter) or _refuses(letter))
    return _away(letter) if day and (long or silent) else None


def _puts_off(letter: ClassifierInput) -> RuleMatch | None:
    """Later, unless they are glad and mean the coming days."""
    found = letter.say("intent.later", _speech(letter))
    if found is None:
        return None
    day = _day(letter, found)
    soon = day is None or day - letter.today <= _SOON
    return None if soon and _is_glad(letter) and not _refuses(letter) else found


def _asked_again(letter: ClassifierInput) -> tuple[Folded, AskedDay] | None:
    """The sentence that asks us to write again on a day weeks away; not where it sends us to somebody else."""
    for sentence in _speech(letter).parts(_SENTENCE)[:_MOST_SENTENCES]:
        if not 0 < len(sentence) < _SHORT or any(letter.addresses(sentence)):
            continue
        asked = asked_again.read(sentence, letter.today, _SOON, letter.language)
        if asked is None or (
            letter.say("intent.referral", sentence) and not letter.say("intent.us", sentence)
        ):
            continue
        appointment = asked.exact and (_agrees(letter) or _CLOCK.search(sentence))
        if not appointment:
            return sentence, asked
    return None


_CLOCK = re.compile(
    r"(?<!\d)\d{1,2}(?:[:h]\d\d| ?(?:h|uhr|[ap]m|uur|hod))(?!\w)|(?<!\w)(?:at|um|o|alle|om|kl) \d{1,2}(?!\d)"
)


def _names_a_day(letter: ClassifierInput) -> RuleMatch | None:
    """ "Please contact us again in June", "not before January": a day weeks away in a sentence about hearing from us."""
    found = _asked_again(letter)
    return RuleMatch(normalize.quote(found[0].strip()), found[1].language) if found else None


def _asked_day(letter: ClassifierInput) -> dt.date | None:
    found = _asked_again(letter)
    return found[1].date if found else None


def _refuses(letter: ClassifierInput) -> RuleMatch | None:
    return letter.say("intent.negative", letter.own)


def _is_glad(letter: ClassifierInput) -> RuleMatch | None:
    return letter.say("intent.positive", letter.own)


def _asks(letter: ClassifierInput) -> RuleMatch | None:
    return (
        RuleMatch(_question(letter)) if "?" in letter.own else letter.say("intent.question", letter.own[:400])
    )


def _question(letter: ClassifierInput) -> str:
    match = re.search(r"[^.!?\n]{0,120}\?", letter.words.own)
    return match.group().strip() if match else "?"


def _is_glad_though(letter: ClassifierInput) -> RuleMatch | None:
    """ "Unfortunately I can't on Tuesday, but Wednesday works for me": glad words that no refusal overlaps."""
    refusal, glad = _refuses(letter), _is_glad(letter)
    firm = refusal and not _WEAK.fullmatch(refusal.evidence)
    return glad if glad and not firm else None


_WEAK = re.compile(
    r"unfortunately|niestety|leider|malheureusement|(?:des|por des)gracia\w*|purtroppo|helaas|infelizmente|bohuzel|на жаль|lamentablemente"
)

TABLE: tuple[tuple[Question, Intent], ...] = (
    (_says_no_alone, Intent.NEGATIVE),
    (_says_yes_alone, Intent.POSITIVE),
    (_names_a_day, Intent.LATER),
    (_names_another, Intent.REFERRAL),
    (_is_away, Intent.LATER),
    (_puts_off, Intent.LATER),
    (_gives_address, Intent.REFERRAL),
    (_asks_price, Intent.QUESTION),
    (_is_glad_though, Intent.POSITIVE),
    (_refuses, Intent.NEGATIVE),
    (_asks, Intent.QUESTION),
)

DAYS: Mapping[Question, Callable[[ClassifierInput, RuleMatch], dt.date | None]] = {
    _names_a_day: lambda letter, _: _asked_day(letter),
    _is_away: lambda letter, _: _return(letter),
    _puts_off: _day,
}
# What each "later" is for: the day asked for, the day back, the day beside these words.
