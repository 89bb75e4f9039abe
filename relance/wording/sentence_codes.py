"""The codes of sentences that tell what is wrong or odd and are no reasons of somebody's: by these programs decide."""

from __future__ import annotations

from enum import StrEnum


class SentenceCode(StrEnum):
    """Every one there is. Codes are stored beside their sentence: one that was ever written stays."""

    UNSAID = "unsaid"  # an earlier release kept the sentence alone
    # Why a server cannot be used.
    UNREACHABLE = "unreachable"
    HOST_UNKNOWN = "host_unknown"
    NO_ANSWER = "no_answer"  # not in time
    CONNECTION_BROKEN = "connection_broken"
    ANSWER_UNREADABLE = "answer_unreadable"
    SERVER_UNUSABLE = "server_unusable"  # before anybody logs in, and only a person can mend it
    CERTIFICATE_NOT_TRUSTED = "certificate_not_trusted"
    CA_FILE_UNREADABLE = "ca_file_unreadable"
    NO_TLS_HERE = "no_tls_here"
    TLS_OUTDATED = "tls_outdated"
    TLS_FAILED = "tls_failed"
    UNPROTECTED = "unprotected"  # the password would be shown to the network
    LINKS_ONLY_HERE = "links_only_here"  # the links of a mail lead to this computer
    SIGN_IN_ENDED = "sign_in_ended"  # the provider takes no password any more
    LOGIN_REFUSED = "login_refused"
    LOGIN_REFUSED_FOR_NOW = "login_refused_for_now"
    LOGIN_NOT_ACCEPTED = "login_not_accepted"  # nothing says whether the password is wrong
    LOGIN_UNUSABLE = "login_unusable"  # a control character in it
    ACCESS_RAN_OUT = "access_ran_out"  # a token is renewed as soon as its provider answers
    SIGN_IN_NEEDED = "sign_in_needed"
    SIGN_IN_ENDS = "sign_in_ends"  # within days
    RENEWAL_FAILS = "renewal_fails"  # of an access token
    KEY_IS_ANOTHER = "key_is_another"  # the password was sealed with it
    STOPPED_AFTER_BODY = "stopped_after_body"
    STOPPED_SENDING = "stopped_sending"
    # What the checks of a mailbox's health found.
    DNS_SILENT = "dns_silent"
    SPF_ALLOWS = "spf_allows"
    SPF_BROKEN = "spf_broken"
    SPF_EXCLUDES = "spf_excludes"
    SPF_INCLUDE_MISSING = "spf_include_missing"
    SPF_MISSING = "spf_missing"
    SPF_NOT_JUDGED = "spf_not_judged"
    SPF_SEVERAL = "spf_several"
    SPF_TOO_MANY_LOOKUPS = "spf_too_many_lookups"
    CHECK_AWAITED = "check_awaited"
    DKIM_BY_PROVIDER = "dkim_by_provider"
    DKIM_KIND_NEW = "dkim_kind_new"
    DKIM_NOT_PUBLISHED = "dkim_not_published"
    DKIM_OTHER_KEY = "dkim_other_key"
    DKIM_OWN_KEY = "dkim_own_key"
    DKIM_FAILS = "dkim_fails"
    DKIM_PASSES = "dkim_passes"
    DKIM_FOUND = "dkim_found"
    DKIM_UNKNOWN = "dkim_unknown"
    DKIM_TESTING = "dkim_testing"
    DMARC_FOUND = "dmarc_found"
    DMARC_MISSING = "dmarc_missing"
    DMARC_REFUSES = "dmarc_refuses"
    DMARC_SEVERAL = "dmarc_several"
    DMARC_STRICT = "dmarc_strict"
    DMARC_TESTING = "dmarc_testing"
    MX_FOUND = "mx_found"
    MX_MISSING = "mx_missing"
    MX_NOWHERE = "mx_nowhere"
    MX_REFUSES = "mx_refuses"
    LINKS_CERTIFICATE = "links_certificate"
    LINKS_FINE = "links_fine"
    LINKS_INSIDE = "links_inside"
    LINKS_NOT_REACHED = "links_not_reached"
    LINKS_NOWHERE = "links_nowhere"
    LINKS_OTHER = "links_other"
    LINKS_UNENCRYPTED = "links_unencrypted"
    # What of a mailbox's pace keeps a mail that is due.
    PACE_DAILY = "pace_daily"  # its limit of 24 hours
    PACE_HOURLY = "pace_hourly"
    PACE_GAP = "pace_gap"
    PACE_PROVIDER = "pace_provider"  # what its provider takes in a minute
    PACE_RAMP_UP = "pace_ramp_up"
    PACE_ON_LEAVE = "pace_on_leave"
    # Why a mailbox is not read to its end.
    FOLDER_BARRED = "folder_barred"
    FOLDER_UNREADABLE = "folder_unreadable"
    FOLDER_MISSING = "folder_missing"
    FOLDER_RENUMBERED = "folder_renumbered"  # while it is read
    TOO_MANY_FOLDERS = "too_many_folders"
    MAIL_NOT_GIVEN = "mail_not_given"  # it is asked for again
    MAIL_SET_ASIDE = "mail_set_aside"
    SERVER_GAVE_NOTHING = "server_gave_nothing"  # of a mail that it shows
    MAIL_MOVED_MEANWHILE = "mail_moved_meanwhile"
    # What is odd there.
    FOLDER_RENUMBERED_OFTEN = "folder_renumbered_often"
    # Of a mail that came in.
    DELAYED_ONLY = "delayed_only"
    NEVER_WRITTEN_TO = "never_written_to"
    # Why one of several sequences does not go on.
    MAIL_IN_DOUBT = "mail_in_doubt"
    STEP_IN_DOUBT = "step_in_doubt"
    IN_CONVERSATION = "in_conversation"
    SENDER_STAYS = "sender_stays"
    # What a provider does with the id of a mail.
    PROBE_LOST = "probe_lost"
    KEEPS_MESSAGE_ID = "keeps_message_id"
    REPLACES_MESSAGE_ID = "replaces_message_id"
    REPLACES_MESSAGE_ID_UNSEEN = "replaces_message_id_unseen"  # nothing shows which mail is meant
    # The clock, and a database that was put back.
    CLOCK_JUMPED_FORWARD = "clock_jumped_forward"
    CLOCK_JUMPED_BACK = "clock_jumped_back"
    CLOCK_WAS_AHEAD = "clock_was_ahead"
    CLOCKS_DISAGREE = "clocks_disagree"
    LOG_IN_FUTURE = "log_in_future"
    DATABASE_OLDER = "database_older"
    # Why work in the background ended.
    JOB_FAULT = "job_fault"  # of ours
    JOB_ENDED_OFTEN = "job_ended_often"
    JOB_SHUT_OUT = "job_shut_out"  # who started it may not sign in any more
    JOB_REFUSED = "job_refused"  # what was asked for must change
    # Of an import.
    COUNTRY_UNKNOWN = "country_unknown"
    REJECTED_NOT_WRITTEN = "rejected_not_written"
    # What is wrong in something that a person wrote, whatever it is.
    REFUSED = "refused"  # what was asked for must change; no code says more
    FILE_UNREADABLE = "file_unreadable"
    FILE_EMPTY = "file_empty"
    NOT_TEXT = "not_text"  # or in another encoding
    NOT_CSV = "not_csv"
    COLUMN_MISSING = "column_missing"
    TOO_LARGE = "too_large"  # in bytes, in parts, or in depth
    VALUE_EMPTY = "value_empty"
    VALUE_UNFIT = "value_unfit"
    VALUE_TOO_LONG = "value_too_long"
    # What is wrong in the text of a sequence: how it is written.
    YAML_UNREADABLE = "yaml_unreadable"
    WRITTEN_TWICE = "written_twice"  # a key, or the id of a step or variant
    READ_AS_COMMENT = "read_as_comment"
    QUOTES_READ_AS_TEXT = "quotes_read_as_text"
    NOT_A_SEQUENCE = "not_a_sequence"
    NOT_A_STEP = "not_a_step"
    KEY_UNKNOWN = "key_unknown"
    KEY_MISPLACED = "key_misplaced"  # it belongs to another kind of step
    KEY_MISSING = "key_missing"
    CONTRADICTORY = "contradictory"  # two keys of one part
    LANGUAGE_UNKNOWN = "language_unknown"
    END_NAMES_STEP = "end_names_step"
    # Its mails and conditions.
    TEMPLATE_UNREADABLE = "template_unreadable"
    TEMPLATE_TOO_LARGE = "template_too_large"
    NOT_IN_TEMPLATES = "not_in_templates"  # Jinja has it, we do not
    FIELD_UNKNOWN = "field_unknown"
    SINGLE_BRACES = "single_braces"
    FOREIGN_PLACEHOLDER = "foreign_placeholder"  # in any other way
    LINK_UNUSABLE = "link_unusable"
    LINK_IS_EXAMPLE = "link_is_example"
    HTML_UNUSABLE = "html_unusable"
    STILL_TO_WRITE = "still_to_write"
    CONDITION_UNREADABLE = "condition_unreadable"
    QUESTION_MISUSED = "question_misused"  # clicked(), opened() or replied()
    CLICKS_NOT_TRACKED = "clicks_not_tracked"
    REPLIED_NEVER_TRUE = "replied_never_true"
    OPENS_TELL_LITTLE = "opens_tell_little"
    ASKED_TOO_SOON = "asked_too_soon"
    MAIL_UNKNOWN = "mail_unknown"
    MAIL_NOT_BEFORE = "mail_not_before"
    LINK_UNKNOWN = "link_unknown"
    LINK_NOT_EVERYWHERE = "link_not_everywhere"  # not in every variant
    # Its order.
    STEP_NOT_REACHED = "step_not_reached"
    SUBJECT_MISSING = "subject_missing"
    NOTHING_TO_REPLY_TO = "nothing_to_reply_to"
    MAILS_TOGETHER = "mails_together"
    MAILS_CLOSE = "mails_close"
    MANY_MAILS = "many_mails"
    NO_MAILS = "no_mails"
    AFTER_SENDING_HOURS = "after_sending_hours"
    WAIT_WITHOUT_EFFECT = "wait_without_effect"
    NO_UNSUBSCRIBE_LINE = "no_unsubscribe_line"
