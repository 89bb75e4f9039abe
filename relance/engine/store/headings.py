"""What held people are counted by: a reason whatever its parameters. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from relance.engine.reasons import SENTENCES, Code
from relance.wording import Text

SHARED: Mapping[Code, Code] = {
    **dict.fromkeys((Code.VALUE_UNUSABLE, Code.SERVER_SAID, Code.CAME_IN), Code.PROSE),
    **dict.fromkeys((Code.COLLEAGUE_STOPS, Code.AT_THE_COMPANY), Code.COLLEAGUE_ANSWERED),
    **dict.fromkeys(
        (Code.UIDVALIDITY_CHANGED, Code.UIDNEXT_FELL, Code.FOLDER_REPLACED), Code.FOLDER_RENUMBERED
    ),
    Code.RECEIVER_HOURLY_CAP: Code.RECEIVER_DAILY_CAP,
}
"""Of the codes that are counted together, the one that stands for all of them."""

OF: Mapping[Code, Text] = {
    Code.PROSE: Text("another reason"),
    Code.ALSO: Text("several reasons"),
    Code.COLLEAGUE_ANSWERED: Text("a colleague answered"),
    Code.COLLEAGUE_HANDS_OVER: Text("a colleague answered, and a person takes over"),
    Code.COLLEAGUE_SLOWS: Text("a colleague answered, so it is sent later"),
    Code.MAILBOX_REMOVED: Text("the mailbox was removed"),
    Code.MAILBOX_CHANGED: Text("continues from another mailbox"),
    Code.SUPPRESSED: Text("on the do-not-contact list"),
    Code.ADDRESS_SUPPRESSED: Text("the address is on the do-not-contact list"),
    Code.STOP_RULE: Text("the sequence's stop rule applies"),
    Code.SKIPPED: Text("a step was skipped"),
    Code.STEP_FAILED: Text("this step could not be done"),
    Code.VALUE_MISSING: Text("a value that the mail needs is missing"),
    Code.UNFIT: Text("the mail cannot be sent as it is"),
    Code.NOT_PREPARED: Text("this mail could not be prepared"),
    Code.MAIL_OVER: Text("the mail of this step will not be sent any more"),
    Code.MAY_BE_DELIVERED: Text("the mail may have been delivered"),
    Code.ADDRESS_REFUSED: Text("the address was refused, but nothing proves that it does not exist"),
    Code.MAIL_REFUSED: Text("the server refused this mail"),
    Code.MAIL_TOO_LARGE: Text("this mail is too large for the mailbox's server"),
    Code.ADDRESS_NOT_ASCII: Text("the mailbox's server cannot send to this address"),
    Code.ORGANISATION_REFUSES: Text("mail from this mailbox to their organisation is refused"),
    Code.SEVERAL_REFUSE: Text("several organisations refuse its mail"),
    Code.SIGN_IN_REFUSED: Text("the provider no longer accepts the mailbox's sign-in"),
    Code.SIGN_IN_CUT_OFF: Text("the mailbox's sign-in was lost when a renewal was interrupted"),
    Code.CLIENT_REFUSED: Text("the provider no longer accepts the client of the mailbox's sign-in"),
    Code.CONNECTION_REFUSED: Text("the provider no longer gives access as an administrator allowed"),
    Code.NOBODY_SAYS_WHO: Text("refused, either by them or by this mailbox's own provider"),
    Code.BOUNCE_RATE: Text("too many of its mails came back"),
    Code.DEFERRAL_RATE: Text("receiving servers deferred too many of its mails"),
    Code.COMPLAINT_RATE: Text("too many recipients reported its mails as spam"),
    Code.SAME_ANSWER_TWICE: Text("the same answer to two people in a row"),
    Code.MAILBOX_UNHEALTHY: Text("first mails do not leave from the mailbox"),
    Code.RECEIVER_DAILY_CAP: Text("their domain gets no more mails for now"),
    Code.DEFERRED_BY_SERVER: Text("the receiving server asked to try later"),
    Code.DEFERRED_OFTEN: Text("deferred too often"),
    Code.ATTEMPTS_SPENT: Text("given up after attempts that never finished"),
    Code.NO_COPY_IN_SENT: Text("Sent, where this provider files every mail, has no copy"),
    Code.SERVER_HAD_TAKEN: Text("the server had accepted it"),
    Code.NEVER_LEFT: Text("it was never sent"),
    Code.CAME_BACK_OFTEN: Text("the mail bounced temporarily, several times"),
    Code.PAUSED: Text.within("person", "paused"),
    Code.STOPPED: Text.within("person", "stopped"),
    Code.BOUNCED: Text.within("person", "bounced"),
    Code.READ_ANEW: Text("a reply was classified again"),
    Code.RECLASSIFIED: Text("a reply is of another kind now"),
    Code.CORRECTED: Text("the kind of a reply was corrected"),
    Code.CORRECTION_UNDONE: Text("a correction was undone"),
    Code.OUT_OF_OFFICE_AGAIN: Text("out of office again and again"),
    Code.OUT_OF_OFFICE_LONG: Text("out of office for a long time"),
    Code.OUT_OF_OFFICE_ASSUMED: Text("out of office for as long as the sequence says"),
    Code.NAMES_NOTHING_OF_OURS: Text("a mail may be an answer"),
    Code.NOTHING_RAN: Text("nothing ran for a while; planned again"),
    Code.WITHDRAWN: Text("withdrawn before it was sent"),
    Code.NO_SUCH_ADDRESS: Text("the server refused the address"),
    Code.NOT_SENDABLE: Text("the sequence does not continue for this person"),
    Code.MAILBOX_NOT_ACTIVE: Text("the mailbox is not active"),
    Code.MAIL_NOT_SENDABLE: Text("the mail must not be sent"),
    Code.ORGANISATION_RETRIED: Text("an organisation is tried again"),
    Code.FOLDER_RENUMBERED: Text("a folder was renumbered by its server"),
    Code.MAIL_NOT_GIVEN: Text("a mail could not be read"),
    Code.MAILBOX_SETTINGS: Text("the mailbox's settings were changed"),
    Code.ALIAS_ADDED: Text("the mailbox has another alias"),
    Code.ALIAS_REMOVED: Text("the mailbox has one alias less"),
}
"""Of the codes whose sentence has places, in their own words; every other code is headed by its sentence."""


def counted_as(code: Code) -> Code:
    """The code that stands for all that share a heading, for programs to count by."""
    return SHARED.get(code, code)


def heading(code: Code) -> str:
    """What a code says whatever its parameters. Several codes may share one."""
    counted = counted_as(code)
    return str(OF.get(counted) or SENTENCES[counted])
