"""What the words of a refusal speak of, whatever its code says: servers misuse codes more than words. Pure.

The words are those of real servers: hosting panels' quotas, Exchange's exceptions, qmail's and Postfix's sentences, the
submission services of the large providers. They are asked folded (small letters, no accents), with addresses left out.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class About(StrEnum):
    """What a refusal's words speak of."""

    SENDER = "sender"  # unmistakably us: who we may write as, how much, whether our account may send at all
    SPAM = "spam"  # reputation, authentication: the next mail will fare the same
    RULE = "rule"  # some policy: of the sender until proved otherwise
    CONTENT = "content"  # this mail's size, form or attachments
    NO_ADDRESS = "no address"  # there is nobody and nothing of that name
    FULL = "full"  # the person's mailbox, for now
    NOT_NOW = "not now"  # the server, for now


_ADDRESS = re.compile(r"<?[^\s<>@\[(:,;]{1,64}@[\w.-]{1,255}>?")
_FORMULA = re.compile(r"(?:requested (?:mail )?action not taken: ?)?mailbox (?:is )?unavailable")
# RFC 5321's own sentence for 550: not found, no access, or a policy. It says nothing.

_LIMIT = r"(?:limit|quota|rate|allowance)s?"
_SENDING = r"(?:daily|hourly|\d+-?hours?|sending|sender|outgoing|outbound|relay|submission|smtp|send)"
_STOPPED = r"(?:suspended|paused|disabled|blocked|locked|stopped|restricted|on hold|deactivated)"
_NO = r"(?:rejected|denied|refused|not allowed|not permitted|disallowed|prohibited|blocked|invalid|unacceptable|mismatch)"

_WORDS: dict[About, str] = {
    About.SENDER: (
        # How much.
        rf"{_SENDING}\b[^.\n]{{0,40}}\b{_LIMIT}\b|\b{_LIMIT}\b[^.\n]{{0,40}}\b{_SENDING}\b|"
        r"exceed\w* (?:the |its |your )?max(?:imum)?\b[^.\n]{0,30}(?:e-?mails|messages|defers|recipients)|"
        r"maximum sending rate|too many (?:\w+ )?(?:e-?mails|mails|messages|recipients)(?! (?:on|in|for)\b)|"
        r"(?:e-?mail|message) (?:limit|quota)s?\b|"
        r"(?:recipients|messages|e-?mails|mails) (?:per|an?) (?:hour|day|minute|second)|sent too many|"
        r"rate ?-?limit|throttl|slow down|submissionquota|unusual (?:sending|activity|rate|amount)|"
        # As whom.
        r"send ?as ?denied|send (?:e-?mail |mail )?as\b|on behalf of|permissions? to send|"
        rf"sender(?:'s)?(?: e-?mail)?(?: address| domain)?(?: \S{{1,80}})? (?:was |is |has been )?{_NO}|"
        r"(?:sender|from)(?: header)?[^.\n]{0,30}(?:verif|not owned|does(?: not|n't) (?:match|belong))|"
        r"\bsenders?\b(?! (?:should|may|can)\b)|not owned by|(?:does not|doesn't) belong to|not (?:allowed|permitted|authori[sz]ed) to (?:use|send)|"
        r"(?:e-?mail address|domain|identity|identities)[^.\n]{0,20} not verified|verif\w* failed|"
        r"(?:callback|callout|call-out)\b|bad outbound sender|outbound ?spam|"
        rf"relay(?:ing)?\b[^.\n]{{0,30}}{_NO}|unable to relay|relay quota|rcpthosts|"
        r"authentication (?:is )?required|must (?:first )?authenticate|please authenticate|not authenticated to|"
        # Whether at all.
        rf"(?:sending|outgoing (?:e-?mails?|mails?|smtp|messages)|your (?:e-?mail )?(?:account|domain|mailbox|address))\b[^.\n]{{0,60}}\b{_STOPPED}|"
        rf"{_STOPPED} (?:from|for) (?:e-?mail |mail )?sending|compromised|traffic not accepted|"
        r"your (?:e-?mail )?account\b[^.\n]{0,40}(?:not active|inactive|expired)|(?:plan|trial|subscription)\b[^.\n]{0,20} (?:expired|ended)|"
        r"\bcredits?\b|unpaid|billing"
    ),
    About.CONTENT: (
        r"virus|malware|infected|attachment|(?:message|mail|size)[^.\n]{0,30}too (?:big|large|long)|too (?:big|large)\b|"
        r"(?:message|mail) size|size (?:limit|exceed)|exceed\w*[^.\n]{0,40}\bsize\b|line (?:length|too long)|lines? too long|"
        r"bare (?:lf|cr|line)|headers? (?:is |are )?(?:missing|malformed|invalid|not|found)|"
        r"(?:invalid|malformed|missing|duplicate)[^.\n]{0,20} headers?|rfc ?[25]?82[12]|rfc ?532[12]|"
        r"\bcontents?\b|\b(?:urls?|links?)\b[^.\n]{0,40}(?:list|block|reject|malicious)"
    ),
    About.NO_ADDRESS: (
        r"no such (?:user|mailbox|recipient|address|person|account|domain|local|virtual|here)|no mail ?box(?:es)? (?:here|found|by)|"
        r"(?:user|recipient|mailbox|addressee|account|address|alias|customer)(?: \S{1,80})? "
        r"(?:is )?(?:unknown|not (?:found|known|listed|recogni[sz]ed|a valid)|no longer|(?:does|do|did)(?: not|n't) exist)|"
        r"(?:e-?mail )?(?:account|address)[^.;\n]{0,40}(?:(?:does|did)(?: not|n't) exist|(?:could|can)(?: ?not|n't) be found|not found|no longer)|"
        r"(?:unknown|invalid|nonexistent|non-existent|unrout?eable|unroutable)[ -](?:local |virtual |or )*(?:user|mailbox|recipient|address|account|alias|local part)|"
        r"(?:domain|host)(?: name)?(?: \S{1,80})? (?:does(?: not|n't) exist|not found|is unknown)|no such domain|nxdomain|null mx|"
        r"recipnotfound|recipientnotfound|not found by smtp address lookup|"
        r"nie istnieje|nieznany (?:uzytkownik|adresat|odbiorca)|existiert nicht|(?:benutzer|empfanger|adresse)[^.\n]{0,20} unbekannt|"
        r"n.existe pas|(?:utilisateur|destinataire|adresse) inconnue?|no existe|(?:usuario|destinatario) desconocido|non esiste|"
        r"(?:utente|destinatario) sconosciuto|bestaat niet|nao existe|neexistuje"
    ),
    About.FULL: (
        r"(?:mail ?box|inbox|user|recipient|account|quota)[^.;\n]{0,50}(?:\bfull\b|over (?:its |the |their )?quota|quota (?:is )?exceeded|out of (?:storage|space))|"
        r"(?:is )?over ?quota|mail ?box (?:is )?full|\bquota\b|exceeded storage allocation|out of storage space"
    ),
    About.SPAM: (
        r"(?<![\w.@/-])(?:anti-?)?spam\w*|unsolicited|junk|\bbulk\b|\brbl\b|dnsbl|black ?list|block ?list|reputation|"
        r"\b(?:spf|dkim|dmarc)\b|unauthenticated|spoof|client host|reverse dns|\bptr\b|rdns|suspicious|abuse"
    ),
    About.RULE: (
        r"polic(?:y|ies)|access denied|\bblocked\b|\blisted\b|prohibited|banned|security|not permitted|not accepted|"
        r"administrative|\bdenied\b|\bforbidden\b"
    ),
    About.NOT_NOW: (
        r"gr[ae]y-?list|try (?:again )?later|temporar|insufficient|disk (?:space|full)|no space|\bbusy\b|out of memory|"
        r"come back|retry|overload"
    ),
}  # fmt: skip
_PATTERNS = {about: re.compile(expression) for about, expression in _WORDS.items()}
_WORDS_LIMIT = 2000


def read(words: str) -> frozenset[About]:
    """Everything these words speak of; nothing where nobody can tell."""
    folded = _FORMULA.sub(" ", _ADDRESS.sub("@", _folded(words[:_WORDS_LIMIT])))
    return frozenset(about for about, pattern in _PATTERNS.items() if pattern.search(folded))


# A status in any dress: "5.1.1 ", "#5.1.0", "5.7.1:", "(#5.7.1)", "[5.7.1]". Not a part of an address or of a version.
_STATUS = re.compile(
    r"(?<![\w.@/:-])[#(\[<]{0,3}([245])\.(\d{1,3})\.(\d{1,3})(?=[\s:;,)\]>-]|\.?$|\.\s)", re.MULTILINE
)
_NOT_A_STATUS = re.compile(r"(?i)(?:version|release|v|postfix|exim|sendmail|server)\s*$")


def status(text: str, code: int) -> str | None:
    """The enhanced status (RFC 3463) in a reply, plain, where its class agrees with the reply's code (RFC 2034, 4)."""
    for found in _STATUS.finditer(text[:_WORDS_LIMIT]):
        if found[1] == str(code)[0] and not _NOT_A_STATUS.search(text[: found.start()]):
            return f"{found[1]}.{int(found[2])}.{int(found[3])}"
    return None


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


_TOKEN = re.compile(r"\S*\d\S*|(?:[a-z-]{1,63}\.){1,8}[a-z]{2,24}(?![\w.])")  # ids, numbers, hosts


def same(one: str, other: str) -> bool:
    """Whether two answers are the same but for the addresses, hosts, numbers and ids in them."""
    return _bare(one) == _bare(other)


def _bare(words: str) -> str:
    return " ".join(_TOKEN.sub("#", _ADDRESS.sub("@", _folded(words[:_WORDS_LIMIT]))).split())


_PASSED_ON = re.compile(
    r"\bhost \S{1,255} (?:said|says|refused|rejected)|remote (?:mail )?(?:server|host|mta)|in reply to \S|"
    r"response from (?:the )?(?:remote|recipient)|recipient(?:'s)? (?:mail )?server (?:said|responded|rejected|refused)"
)


def is_passed_on(words: str) -> bool:
    """Whether our submission server only hands on what the recipient's own server told it, at once."""
    return _PASSED_ON.search(_folded(words[:_WORDS_LIMIT])) is not None
