"""How each reason reads: the one table of sentences, and what stands around them."""

from __future__ import annotations

from collections.abc import Mapping

from relance.complete import complete
from relance.engine.reasons.codes import Code
from relance.wording import N_, Text

ALSO = N_("; also: ")
# Between two reasons where people read them. Nothing is ever split there.

SENTENCES: Mapping[Code, Text] = complete(
    Code,
    {
        Code.PROSE: Text("{text}"),
        Code.ALSO: Text("{first}; also: {then}"),
        Code.PAUSED: Text("paused by a person"),
        Code.STOPPED: Text("stopped by a person"),
        Code.RESUMED: Text("resumed by a person"),
        Code.RELEASED: Text("released by a person"),
        Code.WRITTEN_BY_HAND: Text("the salesperson wrote by hand"),
        Code.TAKEN_BACK: Text("continues where it was: a person undid what had stopped it"),
        Code.MAILBOX_REMOVED: Text("the mailbox {mailbox} was removed"),
        Code.MAILBOX_CHANGED: Text("continues from {mailbox}"),
        Code.DECIDED: Text("a person decided"),
        Code.SAID_SENT: Text("a person says that it was sent"),
        Code.SAID_NOT_SENT: Text("a person says that it was not sent"),
        Code.SUPPRESSED: Text("on the do-not-contact list: {why}"),
        Code.DO_NOT_CONTACT: Text("added by a person"),
        Code.UNSUBSCRIBED_BY_LINK: Text("unsubscribed by the link in a mail"),
        Code.UNSUBSCRIBED_UNHEARD: Text("unsubscribed by a link; not in the database yet"),
        Code.COMPLETED: Text("every step is done"),
        Code.STOP_RULE: Text("the sequence's stop rule applies: {rule}"),
        Code.SKIPPED: Text("skipped: {rule} does not hold"),
        Code.BACK: Text("back from absence"),
        Code.VALUE_MISSING: Text("{names} is missing, which {place} needs"),
        Code.VALUE_UNUSABLE: Text("{fault}"),
        Code.NOTHING_TO_REPLY_TO: Text("there is no earlier mail in this conversation to reply to"),
        Code.UNFIT: Text("the mail cannot be sent as it is: {fault}"),
        Code.NOT_PREPARED: Text("this mail could not be prepared: {fault}"),
        Code.STEP_FAILED: Text("this step could not be done: {fault}"),
        Code.ATTEMPTS_SPENT: Text.plural(
            "given up after {count} attempt that never finished",
            "given up after {count} attempts that never finished",
            2,
        ),
        Code.MAIL_OVER: Text("the mail of this step was {state}"),
        Code.SERVER_SAID: Text("{said}"),
        Code.MAY_BE_DELIVERED: Text("the mail may have been delivered: {said}"),
        Code.BROKE_AFTER_BODY: Text(
            "the mail may have been delivered: the connection broke before the server confirmed it"
        ),
        Code.NOT_KNOWN_YET: Text("the mail may have been delivered; it is not yet known"),
        Code.ADDRESS_REFUSED: (
            Text("the address was refused, but nothing proves that it does not exist: {said}")
        ),
        Code.NO_SUCH_ADDRESS: Text("the server refused the address: {said}"),
        Code.MAIL_REFUSED: Text("the server refused this mail: {said}"),
        Code.MAIL_TOO_LARGE: Text("this mail is too large for the mailbox's server: {said}"),
        Code.ADDRESS_NOT_ASCII: Text(
            "the mailbox's server cannot send to this address; use another mailbox or another address of this person: {said}"
        ),
        Code.DEFERRED_OFTEN: Text.plural(
            "deferred {count} time: {said}", "deferred {count} times: {said}", 2
        ),
        Code.ORGANISATION_REFUSES: Text("mail from this mailbox to {organisation} is refused: {said}"),
        Code.ORGANISATION_TRIED_AGAIN: Text("its organisation is tried again"),
        Code.ORGANISATION_RETRIED: Text("{organisation} is tried again"),
        Code.MAYBE_SENT: Text(
            "the database was restored; this step may have been sent after the backup was made"
        ),
        Code.ASKED_ABOUT_LOST: Text("they wrote about this very mail, which the database had lost"),
        Code.FOUND_SENT: Text("the mail in doubt was found to have been sent"),
        Code.FOUND_IN_MAILBOX: Text("mail in the mailbox proves that it was sent"),
        Code.JOURNAL_SAYS_TAKEN: Text("the journal says that a server accepted it"),
        Code.SERVER_HAD_TAKEN: Text("the server had accepted it: {said}"),
        Code.NEVER_LEFT: Text("it was never sent: {said}"),
        Code.NO_COPY_IN_SENT: Text.plural(
            "{count} check of Sent, where this provider files every mail, found no copy",
            "{count} checks of Sent, where this provider files every mail, found no copy",
            2,
        ),
        Code.POLICY_ASSUMES_SENT: Text("the mailbox's policy for unknown mail is to assume that it was sent"),
        Code.POLICY_SENDS_AGAIN: Text(
            "the mailbox's policy for unknown mail is to send the same bytes again"
        ),
        Code.ANSWERED: Text("answered"),
        Code.ANSWERED_INVITATION: Text("answered an invitation"),
        Code.OPTED_OUT: Text("asked for no more mail"),
        Code.COMPLAINED: Text("complained about the mail"),
        Code.ADDRESS_DEAD: Text("the address does not exist"),
        Code.THEY_REFUSE_MAILBOX: Text("their organisation refuses mail from this mailbox"),
        Code.CAME_BACK_FOR_NOW: Text("the mail bounced temporarily"),
        Code.CAME_BACK_OFTEN: Text.plural(
            "the mail bounced temporarily, {count} time", "the mail bounced temporarily, {count} times", 2
        ),
        Code.CAME_BACK_DOUBTFUL: (
            Text("the mail bounced permanently, but nothing proves that the address does not exist")
        ),
        Code.OUT_OF_OFFICE: Text("is out of office"),
        Code.OUT_OF_OFFICE_AGAIN: Text.plural(
            "out of office again, {count} time by now", "out of office again, {count} times by now", 2
        ),
        Code.OUT_OF_OFFICE_LONG: Text("out of office until {until}, which is a long time away"),
        Code.OUT_OF_OFFICE_NO_DATE: Text("out of office, without a date of return"),
        Code.OUT_OF_OFFICE_ASSUMED: Text(
            "out of office, without a date of return; the sequence waits {wait} then"
        ),
        Code.LEFT_COMPANY: Text("has left the company"),
        Code.UNREADABLE: Text("sent a mail that could not be read"),
        Code.CHALLENGED: Text("asks the sender to prove that they are a person"),
        Code.AUTO_REPLY: Text("an automatic reply arrived"),
        Code.RECEIPT: Text("a receipt arrived"),
        Code.LIST_MAIL: Text("mailing list mail arrived"),
        Code.COMPANY_MAY_HAVE_ANSWERED: Text("somebody at the company may have answered for them"),
        Code.COMPANY_MAY_HAVE_OPTED_OUT: Text("somebody at the company may have asked for no more mail"),
        Code.COMPANY_UNREADABLE: Text("a mail from the company could not be read"),
        Code.PROVIDER_REFUSES: Text("the provider of this mailbox refuses to send"),
        Code.REFUSED_SOMEWHERE: (
            Text(
                "the mail was refused, and it is not clear whether by them or by this mailbox's own provider"
            )
        ),
        Code.NAMES_NOTHING_OF_OURS: Text('"{subject}" from {sender} is {match} and may be an answer'),
        Code.NOBODY_SAYS_WHO: Text("refused, either by them or by this mailbox's own provider: {said}"),
        Code.CAME_IN: Text("{kind}"),
        Code.READ_ANEW: Text("a reply was classified again: {kind}"),
        Code.CORRECTED: Text("a person decided: {kind}; it was first read as: {before}"),
        Code.CORRECTION_UNDONE: Text("a person took back: {before}; again read as: {kind}"),
        Code.RECLASSIFIED: Text("now: {kind}; before: {before}"),
        **dict.fromkeys(
            (Code.COLLEAGUE_ANSWERED, Code.COLLEAGUE_STOPS), Text("{email} at the same company {told}")
        ),
        Code.AT_THE_COMPANY: Text("{why} (at the company: {touched})"),
        Code.COLLEAGUE_HANDS_OVER: Text("{email} at the same company {told}; handed over to {mailbox}"),
        Code.COLLEAGUE_SLOWS: Text("{email} at the same company {told}, so it is sent {wait} later"),
        Code.SAME_ANSWER_TWICE: Text("the same answer to two people in a row: {said} (the last was {email})"),
        Code.SEVERAL_REFUSE: Text("several organisations refuse its mail ({organisations}): {said}"),
        Code.BOUNCE_RATE: Text(
            "too many of its mails came back in the last {days} days: {count} of {sent} to {whom} (the limit is {limit} %). Check the addresses before you resume it"
        ),
        Code.DEFERRAL_RATE: Text(
            "receiving servers deferred too many of its mails in the last {days} days: {count} of {sent} to {whom} (the limit is {limit} %). Send less, and resume it later"
        ),
        Code.COMPLAINT_RATE: Text(
            "too many recipients reported its mails as spam in the last {days} days: {count} of {sent} to {whom} (the limit is {limit} %). Check who is written to before you resume it"
        ),
        Code.SIGN_IN_REFUSED: Text(
            "the provider no longer accepts its sign-in (a changed password, a withdrawn consent, or too long without use). Sign in to it again. The provider said: {said}"
        ),
        Code.SIGN_IN_CUT_OFF: Text(
            "its sign-in was lost when a renewal was interrupted. Sign in to it again. The provider said: {said}"
        ),
        Code.CLIENT_REFUSED: Text(
            "the provider no longer accepts the client ID or client secret of its sign-in. Check them there, then sign in to it again. The provider said: {said}"
        ),
        Code.CONNECTION_REFUSED: Text(
            "the provider no longer gives access to it as an administrator allowed. Check the permission and the client there, then connect the mailbox again. The provider said: {said}"
        ),
        Code.REMOVED: Text("removed by a person"),
        Code.DEFERRED_BY_SERVER: Text("the receiving server asked to try later: {said}"),
        Code.WAS_AWAY: Text("was out of office"),
        Code.MAILBOX_UNHEALTHY: Text("first mails do not leave from {mailbox}: {fault}"),
        Code.RECEIVER_DAILY_CAP: Text.plural(
            "{receiver} gets at most {count} mail in 24 hours, from all mailboxes together",
            "{receiver} gets at most {count} mails in 24 hours, from all mailboxes together",
            2,
        ),
        Code.RECEIVER_HOURLY_CAP: Text.plural(
            "{receiver} gets at most {count} mail in an hour, from all mailboxes together",
            "{receiver} gets at most {count} mails in an hour, from all mailboxes together",
            2,
        ),
        Code.CLICK_TOO_FRESH: Text("a click is too recent to tell a person from a machine"),
        Code.TASK_OPEN: Text("waits until the task is done"),
        Code.NOTHING_WAS_SENT: Text("it fell due while nothing was being sent"),
        Code.NOTHING_RAN: Text("nothing ran since {since}; planned again"),
        Code.CLOCK_WAS_AHEAD: Text("the clock had been ahead when this was planned"),
        Code.BOUNCED: Text("bounced: {said}"),
        Code.NOT_SENDABLE: Text("for this person the sequence is {state}"),
        Code.CHANGED: Text("their state in this sequence changed"),
        Code.CHANGED_SINCE_PREPARED: Text("their state in this sequence changed after the mail was prepared"),
        Code.AT_ANOTHER_STEP: Text("they are at another step of the sequence"),
        Code.SEQUENCE_PAUSED: Text("the sequence is paused"),
        Code.MAILBOX_NOT_ACTIVE: Text("the mailbox is {state}"),
        Code.MAIL_NOT_SENDABLE: Text("the mail is {state}"),
        Code.ADDRESS_SUPPRESSED: Text("the address is on the do-not-contact list: {why}"),
        Code.NOT_READ_SINCE: Text("the mailbox has not been read for answers since the step fell due"),
        Code.OWNER_ON_LEAVE: Text("the mailbox's owner is on leave"),
        Code.NOT_READ_ELSEWHERE: (
            Text("another mailbox that wrote to them has not been read for answers since the step fell due")
        ),
        Code.WITHDRAWN: Text("withdrawn before it was sent: {why}"),
        Code.REPLY_TAKEN_BACK: Text("taken back by a person before it was sent"),
        Code.REPLY_UNREAD_SINCE: Text("the mailbox has not been read since the reply was due"),
        Code.SETTLED_MEANWHILE: Text("the mail was settled or given up since it was prepared"),
        Code.ANOTHER_WORKER: Text("another worker took the mailbox"),
        Code.MAILBOX_SETTINGS: Text("{changes}"),
        Code.ALIAS_ADDED: Text("{alias} is an alias"),
        Code.ALIAS_REMOVED: Text("{alias} is no longer an alias"),
        Code.UIDVALIDITY_CHANGED: Text("its UIDVALIDITY was {before} and is now {now}"),
        Code.UIDNEXT_FELL: (
            Text("its UIDNEXT was {before} or more and is now {now}, under the same UIDVALIDITY")
        ),
        Code.FOLDER_REPLACED: (
            Text("its MAILBOXID was {before} and is now {now}: it is another folder of that name")
        ),
        Code.FOLDER_RENUMBERED: Text(
            "The folder {folder} of {address} was renumbered by the server and is being read again: {moved}."
        ),
        Code.MAIL_NOT_GIVEN: Text.plural(
            "Mail {uid} in the folder {folder} of {address} could not be read in {count} attempt: {words}",
            "Mail {uid} in the folder {folder} of {address} could not be read in {count} attempts: {words}",
            2,
        ),
    },
)
"""Each code's sentence: the only place that knows one."""

DONE_BY: Mapping[Code, Text] = {
    Code.PAUSED: Text("paused by {by}"),
    Code.STOPPED: Text("stopped by {by}"),
    Code.RESUMED: Text("resumed by {by}"),
    Code.DO_NOT_CONTACT: Text("added by {by}"),
    Code.RELEASED: Text("released by {by}"),
    Code.TAKEN_BACK: Text("continues where it was: {by} undid what had stopped it"),
    Code.DECIDED: Text("decided by {by}"),
    Code.SAID_SENT: Text("it was sent, according to {by}"),
    Code.SAID_NOT_SENT: Text("it was not sent, according to {by}"),
    Code.REMOVED: Text("removed by {by}"),
    Code.CORRECTED: Text("{by} decided: {kind}; it was first read as: {before}"),
    Code.CORRECTION_UNDONE: Text("{by} took back: {before}; again read as: {kind}"),
    Code.REPLY_TAKEN_BACK: Text("taken back by {by} before it was sent"),
}
"""How these read where it is known who did it."""

INVITED = Text("sent an invitation")
"""How an answer by a calendar reads that invites us."""

CONFIRMED, CONFIRMED_BY = Text("a person confirmed: {kind}"), Text("{by} confirmed: {kind}")
"""How a correction reads that says what the mail had been taken for."""

FROM_SOMEBODY: Mapping[Code, Text] = {
    Code.MAIL_NOT_GIVEN: Text.plural(
        'Mail {uid} in the folder {folder} of {address} from {sender}, "{subject}", could not be read in {count} '
        "attempt: {words}",
        'Mail {uid} in the folder {folder} of {address} from {sender}, "{subject}", could not be read in {count} '
        "attempts: {words}",
        2,
    ),
}
"""How these read where it is known whose mail it is."""

SIGNED = Text("{said} ({deed})")
"""Somebody's own words, and behind them what was done by whom."""

DOERS: Mapping[str, Text] = {
    "program": Text("the program {name}"),
    "recipient": Text("the recipient"),
    "rule": Text("a rule ({name})"),
    "server": Text("the server that refused it"),
    "schedule": Text("a schedule ({name})"),
}
"""Who is not called by their name alone, by the kind of actor."""

COUNTED = {
    "stopped": Text.plural("{count} stopped", "{count} stopped", 2),
    "slowed": Text.plural("{count} slowed", "{count} slowed", 2),
    "handed_over": Text.plural("{count} handed over", "{count} handed over", 2),
}
"""What was done at a company, by the parameter that counts it, in the order in which it is told."""

PLACES: Mapping[str, Text] = {
    "subject": Text.within("place", "subject"),
    "body": Text.within("place", "body"),
    "values": Text.within("place", "values"),
    "stop": Text.within("place", "stop"),
}
"""Where a value is missing, beside a step by its name."""

FIELDS: Mapping[str, Text] = {
    "first_name": Text.within("field", "first name"),
    "last_name": Text.within("field", "last name"),
    "company": Text.within("field", "company"),
    "title": Text.within("field", "job title"),
    "language": Text.within("field", "language"),
    "phone": Text.within("field", "phone"),
    "country": Text.within("field", "country"),
    "zone": Text.within("field", "time zone"),
    "sender_name": Text.within("field", "name of the sender"),
    "sender_first_name": Text.within("field", "first name of the sender"),
}
"""What people call a field of a contact; one of the author's own has the name that they gave it."""

AROUND = {
    "quote": Text('{reason}: "{quote}"'),
    "intent": Text("{reason} ({intent})"),
    "to": Text("{reason} (the mail to {to})"),
    "back": Text("{reason} (the mail to {back} came back)"),
}
"""What stands around a sentence where a reason has such a parameter, in this order."""

TOLD = Text("{reason} ({quote})")
"""Instead of a quote where the words are ours."""
