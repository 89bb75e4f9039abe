"""By what it was found whose mail it is: a code, and its sentence beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from relance.complete import complete
from relance.engine.reasons.code_words import LATER
from relance.wording import Text


class MatchKey(StrEnum):
    """Every key by which a mail is matched. Codes are stored: one that was ever written stays."""

    PLUS_ADDRESS = "plus_address"
    NAMED_MAIL = "named_mail"
    CONVERSATION = "conversation"
    SENDER = "sender"
    LIST_SENDER = "list_sender"
    REPLY_TO = "reply_to"
    UNSUBSCRIBE_LINK = "unsubscribe_link"
    REPORT = "report"
    COLLEAGUE = "colleague"
    COLLEAGUE_IN_DOUBT = "colleague_in_doubt"
    NAMES_AND_QUOTES = "names_and_quotes"
    WORDS = "words"
    WORDS_OF_SEVERAL = "words_of_several"
    COMPANY = "company"
    NAMES_THEM = "names_them"
    LOST_MAIL = "lost_mail"
    SENT_TO = "sent_to"


MATCHES: Mapping[str, Text] = complete(
    MatchKey,
    {
        MatchKey.PLUS_ADDRESS: Text("our token in the address it came to"),
        MatchKey.NAMED_MAIL: Text("one of our mails, which it refers to"),
        MatchKey.CONVERSATION: Text("the conversation it belongs to"),
        MatchKey.SENDER: Text("the sender's address"),
        MatchKey.LIST_SENDER: Text("the sender that a mailing list replaced"),
        MatchKey.REPLY_TO: Text("somebody else it may be from, by Reply-To or its envelope"),
        MatchKey.UNSUBSCRIBE_LINK: Text("the unsubscribe link of their mail"),
        MatchKey.REPORT: Text("the recipient a report names"),
        MatchKey.COLLEAGUE: Text("a colleague's address and our subject or words"),
        MatchKey.COLLEAGUE_IN_DOUBT: Text("a colleague's address; it is in doubt what was sent there"),
        MatchKey.NAMES_AND_QUOTES: Text("a mail that names the person, with our subject or words"),
        MatchKey.WORDS: Text("our subject and words, from an unknown address"),
        MatchKey.WORDS_OF_SEVERAL: Text(
            "our subject and words, from an unknown address; several people were sent them"
        ),
        MatchKey.COMPANY: Text("a mail from their company that answers nobody else"),
        MatchKey.NAMES_THEM: Text("a mail that names them"),
        MatchKey.LOST_MAIL: Text("one of our mails, which this database has lost"),
        MatchKey.SENT_TO: Text("the person it was sent to"),
    },
)
STORED_BEFORE: Mapping[str, MatchKey] = {
    "our token in the address it came to": MatchKey.PLUS_ADDRESS,
    "a mail of ours it names": MatchKey.NAMED_MAIL,
    "the conversation it stands in": MatchKey.CONVERSATION,
    "the sender's address": MatchKey.SENDER,
    "the sender a list wrote over": MatchKey.LIST_SENDER,
    "somebody else it may be from, by Reply-To or its envelope": MatchKey.REPLY_TO,
    "the unsubscribe link of their mail": MatchKey.UNSUBSCRIBE_LINK,
    "the recipient a report names": MatchKey.REPORT,
    "a colleague's address and our subject or words": MatchKey.COLLEAGUE,
    "a colleague's address, with what was sent there in doubt": MatchKey.COLLEAGUE_IN_DOUBT,
    "a mail that names the person, with our subject or words": MatchKey.NAMES_AND_QUOTES,
    "our subject and words, from an address nobody knows": MatchKey.WORDS,
    "our subject and words, from an address nobody knows; several people were sent them": MatchKey.WORDS_OF_SEVERAL,
    "a mail from their company that answers nobody else": MatchKey.COMPANY,
    "a mail that names them": MatchKey.NAMES_THEM,
    "a mail of ours that this database has lost": MatchKey.LOST_MAIL,
    "whom it was sent to": MatchKey.SENT_TO,
}
# Earlier releases stored the sentence: these, however it reads now.


def key(stored: str) -> str:
    """The code of what was stored at any time; what is unknown is left as it is."""
    return STORED_BEFORE.get(stored, stored)


def text(stored: str) -> Text:
    """The same as people read it."""
    return MATCHES.get(key(stored)) or LATER
