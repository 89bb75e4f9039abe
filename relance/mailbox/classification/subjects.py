"""Which words of a subject are the writer's: a machine's answer repeats ours behind a prefix of its own. Pure."""

from __future__ import annotations

from relance.mailbox.classification import automated
from relance.mailbox.classification.languages import normalize
from relance.mailbox.classification.languages.normalize import Folded
from relance.mailbox.classification.message_view import ClassifierInput

_ABSENCE = ("subject.absence", "absence.away", "left.phrases")
_SHORTEST = 4  # letters of a subject of ours; a shorter one stands in other words by chance


def spoken(letter: ClassifierInput) -> Folded:
    """The subject without our words.

    What we are known to have written is taken out. Where that is not found, what follows "Re:" or "Automatic reply:" is
    ours as well, unless it speaks of an absence.
    """
    for each in sorted({each.subject for each in letter.sent}, key=len, reverse=True):
        ours = normalize.folded(normalize.bounded(each, 500)).squeezed()
        place = letter.subject.find(ours) if len(ours) >= _SHORTEST else -1
        if place >= 0:
            return Folded.joined(" ", (letter.subject[:place], letter.subject[place + len(ours) :])).strip()
    prefix, rest = automated.subject_parts(letter)
    speaks = not prefix or any(letter.say(topic, rest) for topic in _ABSENCE)
    return letter.subject if speaks else prefix
