"""Every reason there is, by its code; the kinds of thing they are, and the kinds of hold."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """What kind of thing a reason is."""

    OTHER = ""  # nothing is decided by it
    UNKNOWN_MAIL = "unknown mail"  # a mail may have been delivered; evidence about it clears this
    PERSON = "person"  # a person paused or decided it; only a person clears it
    STOP = "stopped by a person"  # nothing clears it
    REFUSED = "refused"  # a server refused the mail of the step to do
    ORGANISATION = "organisation"  # the receiving organisation refuses the mailbox's mail; `source`: which
    RESTORED = (
        "restored"  # the step may have been sent before a backup was put back; proof or a person clears it
    )
    ANSWER = "answer"  # a kept mail; `source`: which
    COLLEAGUE = "colleague"  # a kept mail of somebody else at the company; `source`: which


class HoldKind(StrEnum):
    """What kind of thing holds somebody, and so what closes it: evidence about its mail, its mail read otherwise, or a
    person alone."""

    PAUSED = "paused"  # a person
    UNKNOWN_MAIL = "unknown mail"  # what happened to the mail
    REFUSED = "refused"  # proof that the mail left after all
    ORGANISATION = "organisation"  # the organisation is tried again
    RESTORED = "restored"  # proof that the step was sent, or that it was not
    ANSWER = "answer"  # the answer read otherwise
    COLLEAGUE = "colleague"  # the colleague's answer read otherwise
    OTHER = "other"  # a person


class Code(StrEnum):
    """Every reason there is. Codes are stored: one that was ever written stays."""

    ALSO = "also"  # one reason and another
    PROSE = "prose"  # somebody's own words: a person's, a server's, an earlier release's
    # What a person does.
    PAUSED = "paused"
    STOPPED = "stopped"
    RESUMED = "resumed"
    RELEASED = "released"
    WRITTEN_BY_HAND = "written_by_hand"
    TAKEN_BACK = "taken_back"
    MAILBOX_REMOVED = "mailbox_removed"
    MAILBOX_CHANGED = "mailbox_changed"
    DECIDED = "decided"
    SAID_SENT = "said_sent"
    SAID_NOT_SENT = "said_not_sent"
    # Who may not be written to.
    SUPPRESSED = "suppressed"
    DO_NOT_CONTACT = "do_not_contact"  # a person said so, who need not be the one who is written to
    UNSUBSCRIBED_BY_LINK = "unsubscribed_by_link"
    UNSUBSCRIBED_UNHEARD = "unsubscribed_unheard"
    # What the sequence says.
    COMPLETED = "completed"
    STOP_RULE = "stop_rule"
    SKIPPED = "skipped"
    BACK = "back"
    # A mail that cannot be written.
    VALUE_MISSING = "value_missing"
    VALUE_UNUSABLE = "value_unusable"
    NOTHING_TO_REPLY_TO = "nothing_to_reply_to"
    UNFIT = "unfit"
    NOT_PREPARED = "not_prepared"
    STEP_FAILED = "step_failed"
    ATTEMPTS_SPENT = "attempts_spent"
    MAIL_OVER = "mail_over"
    # What a server says at once.
    SERVER_SAID = "server_said"
    MAY_BE_DELIVERED = "may_be_delivered"
    BROKE_AFTER_BODY = "broke_after_body"
    NOT_KNOWN_YET = "not_known_yet"
    ADDRESS_REFUSED = "address_refused"
    NO_SUCH_ADDRESS = "no_such_address"
    MAIL_REFUSED = "mail_refused"
    MAIL_TOO_LARGE = "mail_too_large"
    ADDRESS_NOT_ASCII = "address_not_ascii"
    DEFERRED_OFTEN = "deferred_often"
    ORGANISATION_REFUSES = "organisation_refuses"
    ORGANISATION_TRIED_AGAIN = "organisation_tried_again"
    ORGANISATION_RETRIED = "organisation_retried"
    # What is known of a mail in doubt, or after a restore.
    MAYBE_SENT = "maybe_sent"
    ASKED_ABOUT_LOST = "asked_about_lost"
    FOUND_SENT = "found_sent"
    FOUND_IN_MAILBOX = "found_in_mailbox"
    JOURNAL_SAYS_TAKEN = "journal_says_taken"
    SERVER_HAD_TAKEN = "server_had_taken"
    NEVER_LEFT = "never_left"
    NO_COPY_IN_SENT = "no_copy_in_sent"
    POLICY_ASSUMES_SENT = "policy_assumes_sent"
    POLICY_SENDS_AGAIN = "policy_sends_again"
    # What came back by mail.
    ANSWERED = "answered"
    ANSWERED_INVITATION = "answered_invitation"
    OPTED_OUT = "opted_out"
    COMPLAINED = "complained"
    ADDRESS_DEAD = "address_dead"
    THEY_REFUSE_MAILBOX = "they_refuse_mailbox"
    CAME_BACK_FOR_NOW = "came_back_for_now"
    CAME_BACK_OFTEN = "came_back_often"
    CAME_BACK_DOUBTFUL = "came_back_doubtful"
    OUT_OF_OFFICE = "out_of_office"
    OUT_OF_OFFICE_AGAIN = "out_of_office_again"
    OUT_OF_OFFICE_LONG = "out_of_office_long"
    OUT_OF_OFFICE_NO_DATE = "out_of_office_no_date"
    OUT_OF_OFFICE_ASSUMED = "out_of_office_assumed"
    LEFT_COMPANY = "left_company"
    UNREADABLE = "unreadable"
    CHALLENGED = "challenged"
    AUTO_REPLY = "auto_reply"
    RECEIPT = "receipt"
    LIST_MAIL = "list_mail"
    COMPANY_MAY_HAVE_ANSWERED = "company_may_have_answered"
    COMPANY_MAY_HAVE_OPTED_OUT = "company_may_have_opted_out"
    COMPANY_UNREADABLE = "company_unreadable"
    PROVIDER_REFUSES = "provider_refuses"
    REFUSED_SOMEWHERE = "refused_somewhere"
    NAMES_NOTHING_OF_OURS = "names_nothing_of_ours"
    NOBODY_SAYS_WHO = "nobody_says_who"
    CAME_IN = "came_in"
    READ_ANEW = "read_anew"
    CORRECTED = "corrected"
    CORRECTION_UNDONE = "correction_undone"
    RECLASSIFIED = "reclassified"
    # What somebody else at the company answered.
    AT_THE_COMPANY = "at_the_company"
    COLLEAGUE_ANSWERED = "colleague_answered"
    COLLEAGUE_STOPS = "colleague_stops"
    COLLEAGUE_HANDS_OVER = "colleague_hands_over"
    COLLEAGUE_SLOWS = "colleague_slows"
    # Why a mailbox sends nothing.
    SAME_ANSWER_TWICE = "same_answer_twice"
    SEVERAL_REFUSE = "several_refuse"
    BOUNCE_RATE = "bounce_rate"
    DEFERRAL_RATE = "deferral_rate"
    COMPLAINT_RATE = "complaint_rate"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_CUT_OFF = "sign_in_cut_off"  # while it was renewed
    CLIENT_REFUSED = "client_refused"
    CONNECTION_REFUSED = "connection_refused"  # of a mailbox that an administrator connected
    REMOVED = "removed"
    # What moved a due time, beside the calendar.
    DEFERRED_BY_SERVER = "deferred_by_server"
    WAS_AWAY = "was_away"
    MAILBOX_UNHEALTHY = "mailbox_unhealthy"  # its domain, or the host of its links: no first mail leaves
    RECEIVER_DAILY_CAP = (
        "receiver_daily_cap"  # their domain, or company, gets no more from all mailboxes for now
    )
    RECEIVER_HOURLY_CAP = "receiver_hourly_cap"
    CLICK_TOO_FRESH = "click_too_fresh"
    TASK_OPEN = "task_open"
    NOTHING_WAS_SENT = "nothing_was_sent"
    NOTHING_RAN = "nothing_ran"
    CLOCK_WAS_AHEAD = "clock_was_ahead"
    BOUNCED = "bounced"
    # Why a mail may not go this very moment.
    NOT_SENDABLE = "not_sendable"
    CHANGED = "changed"
    CHANGED_SINCE_PREPARED = "changed_since_prepared"
    AT_ANOTHER_STEP = "at_another_step"
    SEQUENCE_PAUSED = "sequence_paused"
    MAILBOX_NOT_ACTIVE = "mailbox_not_active"
    MAIL_NOT_SENDABLE = "mail_not_sendable"
    ADDRESS_SUPPRESSED = "address_suppressed"
    NOT_READ_SINCE = "not_read_since"
    NOT_READ_ELSEWHERE = "not_read_elsewhere"
    OWNER_ON_LEAVE = "owner_on_leave"
    WITHDRAWN = "withdrawn"
    REPLY_TAKEN_BACK = "reply_taken_back"
    REPLY_UNREAD_SINCE = "reply_unread_since"
    SETTLED_MEANWHILE = "settled_meanwhile"
    ANOTHER_WORKER = "another_worker"
    # What was changed of a mailbox.
    MAILBOX_SETTINGS = "mailbox_settings"
    ALIAS_ADDED = "alias_added"
    ALIAS_REMOVED = "alias_removed"
    # What is odd in a mailbox's folders.
    UIDVALIDITY_CHANGED = "uidvalidity_changed"
    UIDNEXT_FELL = "uidnext_fell"
    FOLDER_REPLACED = "folder_replaced"
    FOLDER_RENUMBERED = "folder_renumbered"
    MAIL_NOT_GIVEN = "mail_not_given"
