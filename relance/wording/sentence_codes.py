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
    LOGIN_REFUSED = "login_refused"
    LOGIN_REFUSED_FOR_NOW = "login_refused_for_now"
    LOGIN_NOT_ACCEPTED = "login_not_accepted"  # nothing says whether the password is wrong
    LOGIN_UNUSABLE = "login_unusable"  # a control character in it
    KEY_IS_ANOTHER = "key_is_another"  # the password was sealed with it
    STOPPED_AFTER_BODY = "stopped_after_body"
    STOPPED_SENDING = "stopped_sending"
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
