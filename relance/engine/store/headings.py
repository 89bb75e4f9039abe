"""What held people are counted by: a reason whatever its parameters. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from relance.engine.reasons import SENTENCES, Code
from relance.wording import Text

_OWN = Text("a reason of its own")
_COLLEAGUE = Text("a colleague answered")
OF: Mapping[Code, Text] = {
    **dict.fromkeys((Code.PROSE, Code.SERVER_SAID, Code.VALUE_UNUSABLE, Code.CAME_IN), _OWN),
    **dict.fromkeys((Code.COLLEAGUE_ANSWERED, Code.COLLEAGUE_STOPS, Code.AT_THE_COMPANY), _COLLEAGUE),
    Code.COLLEAGUE_HANDS_OVER: Text("a colleague answered, and a person takes over"),
    Code.COLLEAGUE_SLOWS: Text("a colleague answered, so it goes later"),
    Code.ALSO: Text("several reasons"),
    Code.MAILBOX_REMOVED: Text("the mailbox was removed"),
    Code.MAILBOX_CHANGED: Text("goes on from another mailbox"),
    Code.VALUE_MISSING: Text("a value that the mail needs is missing"),
    Code.SKIPPED: Text("a step was skipped"),
    Code.MAIL_OVER: Text("the mail of this step is not sent any more"),
    Code.ORGANISATION_REFUSES: Text("their organisation refuses mail from this mailbox"),
    Code.OUT_OF_OFFICE_AGAIN: Text("out of office again and again"),
    Code.OUT_OF_OFFICE_LONG: Text("out of office for a long time"),
    Code.NAMES_NOTHING_OF_OURS: Text("a mail may be an answer"),
    Code.SEVERAL_REFUSE: Text("several organisations refuse its mail"),
    Code.NOTHING_RAN: Text("nothing ran for a while; planned again"),
    Code.NOT_SENDABLE: Text("the sequence does not go on for this person"),
    Code.MAILBOX_NOT_ACTIVE: Text("the mailbox is not active"),
    Code.MAIL_NOT_SENDABLE: Text("the mail is not to be sent"),
}
"""Of the codes whose sentence makes no sense without its parameters; of the others the sentence, up to what it quotes."""


def counted_as(code: Code) -> Code:
    """The code that stands for all that share a heading, for programs to count by."""
    shared = OF.get(code)
    return code if shared is None else next(each for each, heading in OF.items() if heading == shared)


def heading(code: Code) -> str:
    """What a code says whatever its parameters. Several codes may share one."""
    return str(OF.get(code) or str(SENTENCES[code]).partition(": {")[0])
