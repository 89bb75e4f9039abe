"""What a delivery failure means: from the enhanced status code (RFC 3463) and the server's words."""

from __future__ import annotations

import re
from enum import StrEnum

from relance.mailbox import refusal_words
from relance.mailbox.classification.languages import normalize


class Severity(StrEnum):
    """Whose problem a failure is, and for how long."""

    HARD = "hard"  # this address will never work
    SOFT = "soft"  # it may work later
    BLOCKED = "blocked"  # the sender: quota, reputation, policy


_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\d|\.\d)")
_ADDRESS = re.compile(r"<?[^\s<>@\[(]{1,64}@[\w.-]{1,255}>?")
# Its points would end a sentence in the middle: "User anna@acme.example does not exist".
_NOT_NOW = re.compile(
    r"(?:host or domain name not found[^\n]{0,120})?(?:host not found|name service error)[^\n]{0,80}try again"
)
# A name server that was silent knows nothing about the address.
_BEFORE_RCPT = re.compile(
    r"in reply to (?:the )?(?:mail from|helo|ehlo|lhlo|starttls|auth|initial|greeting|banner)|"
    r"after (?:sending |pipelined )?(?:mail from|helo|ehlo|starttls|auth|initial connection)|"
    r">>> (?:mail from|helo|ehlo|starttls)[^\n]{0,300}\n\s*<<< 5\d\d|but sender was rejected"
)
# Where the other server has not been told yet whom the mail is for, as Postfix, Exim, Sendmail and qmail write it.
_NO_MAIL_AT_ALL = re.compile(r"\bnull ?mx\b")
# RFC 7505: the domain says itself that it takes no mail. No later try changes that, whatever the status.
_GONE = frozenset({"5.1.1", "5.1.10"})
_FORMULA = re.compile(r"mailbox (?:is )?unavailable")
_REPLY = re.compile(r"(?<![\d.-])([45]\d\d)(?=[\s#:,-]|$)")

# In this order: what the words say outweighs the code, since servers misuse codes more than words.
_WORDS: tuple[tuple[Severity, re.Pattern[str]], ...] = (
    (Severity.BLOCKED, re.compile(
        r"(?<![\w.@/-])(?:anti-?)?spam(?!\w*[@.]\w)\w*|spamhaus|spamcop|barracuda(?:central)?|\brbl\b|dnsbl|black ?list|block ?list|blocklisted|surbl|uribl|senderscore|cloudmark|"
        r"(?:poor|bad|low|very low) reputation|reputation of|(?:ip|domain|sender)(?:'s)? reputation|"
        r"spf\)? (?:check )?(?:fail|softfail|validation)|(?:fail\w*|violat\w*|reject\w*|unauth\w*|not pass\w*)[^.]{0,40}(?:dmarc|spf|dkim)|dmarc ?(?:policy|fail|evaluation|check|unauth|verif)|"
        r"unauthenticated (?:e-?)?mail|not authenticated|authentication (?:required|results|checks?|information)|unauthenticated sender|"
        r"(?:likely|suspected|considered|classified|identified|detected|rejected|flagged|looks like|appears to be|blocked)[^.]{0,40}\b(?:spam|junk|unsolicited|bulk)|"
        r"\bspam (?:message|content|detected|score|filter|mail)|unsolicited (?:mail|e-?mail|bulk|message)|junk mail|message (?:was )?(?:considered|identified)|(?:un|not )acceptable content|content (?:rejected?|blocked|filter|examination|polic)|"
        r"(?:daily|hourly|sending|outgoing|outbound|relay|submission|message rate|messages per \w+)[^.\n]{0,30}(?:limit|quota|rate)?[^.\n]{0,30}(?:exceed|reached|over)|"
        r"(?:exceed|reached|over)[^.\n]{0,50}(?:daily|hourly|sending|outgoing|relay|message rate|rate limit|max(?:imum)? (?:e-?mails|defers|messages|number of messages)|limit for sending|messages per|recipients? (?:per|limit)|emails per)|"
        r"too many (?:(?:messages|e-?mails)(?! (?:on|in|for) )|recipients|connections from)|rate[- ]limit(?:ed)?|unusual rate|sending limits?|sent too many|bad outbound sender|outbound spam|suspicious(?: activity)?|"
        r"policy (?:reasons?|violation|restrictions?|rejection)|(?:due to|by|security|local|our|administrative|mail|sending) (?:local |security |a )?polic(?:y|ies)|administrative prohibition|administratively prohibited|"
        r"(?:client|sender|ip|host|server|domain|address|connection|mail from|messages? from)[^.\n]{0,60}(?:is |are |was |has been |been )?(?:blocked|banned|refused by policy|not allowed to send|temporarily blocked|temporarily deferred|not permitted)|"
        r"sender (?:address )?(?:rejected|denied|verify failed|not allowed|blocked|is blacklisted)|access denied, (?:bad|banned)|"
        r"relay(?:ing)? (?:access )?(?:denied|not permitted|not allowed|prohibited)|unable to relay|not permitted to relay|\bptr\b|reverse dns|rdns|"
        r"'send mail as' account|customfromdenied|does not advertise auth|not accepted (?:due to|from|for policy|because)|banned sending|prohibited|message rejected due|(?:contain|infect|detect)\w*[^.\n]{0,30}(?:virus|malware)|(?:virus|malware)[^.\n]{0,20}(?:found|detected|infected)|attachment (?:type )?(?:not|block)|mimecast.{0,60}reject|"
        r"(?:\d{1,3}\.){3}\d{1,3}\]?[^\n]{0,40}(?:not allowed|blocked|listed|denied)|white-?list|requires (?:confirmation|authentication)|mass mail|not accepting (?:e-?mail|mail|messages) (?:with|from)|sender verify|verification failed for|"
        r"\b(?:helo|ehlo)\b[^.\n]{0,40}(?:name|invalid|bad|refus|reject|denied|required)|(?:invalid|bad|forged) (?:helo|ehlo)|badmailfrom|envelope sender|(?<!account )(?<!user )(?<!mailbox )(?<!is )\bblocked\b|"
        r"absender\w*[^.\n]{0,30}(?:abgelehnt|gesperrt|verweigert|nicht)|expediteur[^.\n]{0,30} (?:refus|rejet|bloqu)|nadawc\w+[^.\n]{0,30}(?:odrzuc|zablok)|remitente[^.\n]{0,30} (?:rechaz|bloque)|спам|"
        r"\b(?:spf|dkim|dmarc)\b[^.\n]{0,60}(?:fail|invalid|not pass|missing|required|bad|does not|reject|refus)|(?:no|without) (?:a )?reverse (?:dns|name)|"
        r"(?:no such|invalid|unknown|unverified|bad) sender\b|sender(?:'s)? domain|from address[^.\n]{0,30}(?:match|belong|allowed)|does(?: not|n't) match[^.\n]{0,20} authenticated|"
        r"(?:your|this) (?:domain|ip|host|server|organi[sz]ation)\b[^.\n]{0,40}(?:not (?:on|in|allowed|permitted)|refused|blocked|listed|rejected)|mail from this host|"
        r"(?:does not|doesn't|do not) have permissions? to (?:send|post|e-?mail)|(?:tls|starttls|encryption) (?:is )?(?:required|needed|mandatory)|must issue a starttls|"
        r"restricted (?:to|recipient|sender)|not authori[sz]ed to (?:send|e-?mail|post)|only accepts? (?:mail|e-?mails|messages?) from|allowed senders?"
    )),
    (Severity.HARD, re.compile(
        r"(?:user|mailbox|recipient|rcpt|account|address|addressee|alias|mail box|e-?mail address|e-?mail account|email addresses?|destination|customer|person|inbox|local part)"
        r"[^.;\n]{0,60}(?:unknown|(?:does|do|did|was)(?: not|n't) (?:exist|found|appear)|not (?:found|exist|listed|valid|recogni[sz]ed|known|our customer|a valid)|(?:is|are) (?:invalid|unknown|disabled|inactive|deactivated|suspended|closed|no longer|not valid|unavailable)|disabled|inactive|deactivated|invalid|could ?(?:not|n't) be found|wasn'?t found|undeliverable|no longer (?:valid|available|exists?|in use|active|on|accept)|has been (?:disabled|deactivated|suspended|closed|deleted|terminated|discontinued|removed)|not (?:available|a known)|expired|doesn.?t have an? )|"
        r"(?:no such|unknown|invalid|nonexistent|non-existent|unrouteable|unroutable|inactive|unrecogni[sz]ed|bad|not a valid|no valid|disabled|illegal|not a known) (?:a |local |destination |or )?(?:user|mailbox|recipient|address|account|person|alias|local part|host|domain|e-?mail|mail ?box|virtual|destination|virtual user|name|here)|"
        r"(?:user|mailbox|recipient|address)(?: is)? unavailable|not listed in (?:the )?(?:domino|public|name)|no (?:such )?mail ?box(?:es)? (?:here|found|available|by that name|for)|doesn'?t (?:have|exist)|"
        r"address(?:ee)? (?:not found|unknown|does not exist|couldn'?t be found)|"
        r"(?:domain|host)(?: name)?(?: \S{1,80})?(?: is| does| was| could| has)?[^.;\n]{0,20}(?:not found|does not exist|not exist|unknown|could not be resolved|couldn'?t be found|no mail exchangers?|nxdomain|doesn'?t exist|does not (?:accept|receive)|invalid|expired)|"
        r"nxdomain|on (?:the|your) suppression list|name or service not known|host or domain name not found|no (?:valid )?mx|unrouteable|unroutable|no such domain|null mx|dns error|does not accept (?:any )?(?:e-?)?mail|"
        r"(?:group|team|list)[^.\n]{0,80}may not exist|resolver\.adr\.recipnotfound|recipnotfound|recipientnotfound|adr\.ex\w*notfound|access denied\. as\(|all relevant mx records point to non-existent|couldn.?t find|is not our customer|this user doesn.?t|"
        r"nie istnieje|nieznany (?:uzytkownik|adresat|odbiorca)|existiert nicht|unbekannt|n.existe pas|inconnue?|no existe|desconocid[oa]|non esiste|sconosciuto|bestaat niet|onbekend|nao existe|neexistuje|не існує|не найден|не существует"
    )),
    (Severity.SOFT, re.compile(
        r"(?:mailbox|inbox|account|user|quota|recipient|disk|storage|mail box|e-?mail)[^.;\n]{0,50}(?:is |are |has been )?(?:full|over(?: its| the)? ?quota|exceeded|out of (?:storage|space|disk)|exceeds|quota exceeded|too much mail|size limit)|"
        r"quota (?:is )?exceeded|exceeds? (?:the )?(?:mailbox |storage )?quota|over (?:\w+ )?quota|overquota|too many (?:messages|e-?mails) (?:on|in) |zu ?viele (?:e-?)?mails|mailbox (?:is )?full|disk space limit|insufficient (?:system )?(?:storage|disk|space)|no space|quotaexceeded|not enough (?:storage|space)|przepelnion|pelna|voll\b|plein|llen[oa]|pien[oa]|vol\b|chei[oa]|plna|"
        r"dns (?:server )?failure|servfail|zu viele verbindungen|переполнен|failing for a long time|retry time not reached|lost connection|conversation with[^.\n]{0,80} timed out|"
        r"grey ?list|gray ?list|try (?:again )?later|temporar(?:y|ily)|timed? ?out|time-out|connection (?:refused|timed|reset|dropped|lost)|retry|deferred|could not connect|no route|unreachable|not responding|did(?: not|n't) respond|expired|"
        r"too (?:large|big)|size (?:limit|exceed)|exceed(?:s|ed|ing)? (?:\w+ ){0,5}size|size limit|max(?:imum)? (?:message )?size|busy|service (?:currently |temporarily )?(?:un|not )available|command (?:died|failed|time)|maximum delivery attempts|system (?:not accepting|failure|error|resources)|queue[d]? (?:too long|for)|hop count|too many hops|routing loop|mail loop|message loop|loop(?:s|ing)? (?:back|detected|\()|internal (?:server )?error|configuration error|delayed|will be retried|lookup failed|tempfail|resource"
    )),
)  # fmt: skip

_CODES: tuple[tuple[re.Pattern[str], Severity], ...] = tuple(
    (re.compile(expression), severity)
    for expression, severity in (
        (
            r"5\.1\.(?:7|8|90)",
            Severity.BLOCKED,
        ),  # the sender's own address is refused, or over its daily limit
        (r"5\.1\.\d+", Severity.HARD),
        (r"5\.2\.1", Severity.HARD),
        (r"5\.2\.\d+", Severity.SOFT),  # full, too large, list expansion
        (r"5\.3\.\d+", Severity.SOFT),  # the other system's own trouble
        (r"5\.4\.5", Severity.BLOCKED),  # Gmail's sending quota
        (r"5\.4\.(?:1|4|310|12)", Severity.HARD),  # no such host; Exchange Online: no such recipient
        (r"5\.4\.\d+", Severity.SOFT),  # routing, loops, expiry
        (r"5\.7\.\d+", Severity.BLOCKED),
        (r"5\.6\.\d+", Severity.SOFT),
        (r"4\.7\.\d+", Severity.SOFT),
        (r"4\.\d+\.\d+", Severity.SOFT),
    )
)


def find(text: str) -> str | None:
    """The most telling enhanced status code in a server's words: a permanent one before a temporary one."""
    found = [match.group() for match in _STATUS.finditer(text) if match[1] in "45"]
    return min(found, key=lambda code: (-int(code[0]), code.endswith(".0.0")), default=None)


def severity(code: str | None, words: str) -> Severity | None:
    """Whose problem it is; nothing where neither code nor words tell."""
    folded = _plain(words)
    found = _told(code, folded) or _by_reply(folded)
    # Refused before the recipient was named: it cannot be about them.
    return Severity.BLOCKED if found is Severity.HARD and _BEFORE_RCPT.search(folded) else found


def told(code: str | None, words: str) -> Severity | None:
    """The same, without the three-digit code that a server may give whatever its reason."""
    return _told(code, _plain(words))


def _told(code: str | None, folded: str) -> Severity | None:
    if _NO_MAIL_AT_ALL.search(folded):
        return Severity.HARD
    by_code = next((meaning for expression, meaning in _CODES if code and expression.fullmatch(code)), None)
    return _weigh(code, by_code, _said(folded))


def is_definite(code: str | None, words: str) -> bool:
    """Whether a failure for good says for certain that there is no such address: by its code, or by clear words."""
    folded = _FORMULA.sub(" ", _plain(words))
    return code in _GONE or bool(_NO_MAIL_AT_ALL.search(folded)) or Severity.HARD in _said(folded)


def is_ours(code: str | None, words: str) -> bool:
    """Whether the server we send through refuses us: a quota or an account, where no other server was asked."""
    quota = code in _OWN_CODES or bool(_OWN_WORDS.search(_plain(words)))
    return quota and not refusal_words.is_passed_on(words)


_OWN_CODES = frozenset({"5.4.5", "5.1.8", "5.1.90", "5.2.252"})
# Gmail's and Exchange Online's, of the mailbox they send for.
_OWN_WORDS = re.compile(
    r"(?:daily|hourly|sending|outgoing|outbound|submission)[^.\n]{0,30}(?:limit|quota)|max(?:imum)? (?:e-?mails|defers|messages)|"
    r"e-?mails per hour|send ?as ?denied|outbound ?spam|sending (?:suspended|paused|disabled)"
)


def without_addresses(words: str) -> str:
    """Folded words with a bare @ for each address: what is in one is nobody's word."""
    return _ADDRESS.sub("@", words)


def _plain(words: str) -> str:
    return _NOT_NOW.sub("lookup failed", _ADDRESS.sub("@", normalize.fold(words)))


def _said(words: str) -> frozenset[Severity]:
    return frozenset(meaning for meaning, expression in _WORDS if expression.search(words))


def _weigh(code: str | None, by_code: Severity | None, said: frozenset[Severity]) -> Severity | None:
    """The words where they contradict the code, and only in the ways that servers are known to."""
    if code and code.startswith("4"):  # deferred for reputation is still the sender's trouble
        return Severity.BLOCKED if Severity.BLOCKED in said and Severity.HARD not in said else Severity.SOFT
    if by_code is Severity.BLOCKED or by_code is Severity.HARD:
        return _contradicted(code or "", by_code, said)
    if by_code is Severity.SOFT:
        return Severity.BLOCKED if said == {Severity.BLOCKED} else _hard_only(code or "", said)
    return next((meaning for meaning, _ in _WORDS if meaning in said), None)


def _contradicted(code: str, by_code: Severity, said: frozenset[Severity]) -> Severity:
    """5.7.1 "User unknown" is a dead address, 5.1.1 "blocked using Spamhaus" is a block, 5.1.1 "mailbox full" is full."""
    if said == {Severity.SOFT} and code.startswith(("5.1.", "5.2.", "5.4.")):
        return Severity.SOFT
    if by_code is Severity.HARD and said and Severity.HARD not in said and Severity.BLOCKED in said:
        return Severity.BLOCKED
    if by_code is Severity.BLOCKED and code in {"5.7.0", "5.7.1"} and len(said) == 1:
        return next(iter(said))  # the commonest code for "no": whatever the words say
    return by_code


def _hard_only(code: str, said: frozenset[Severity]) -> Severity:
    return Severity.HARD if said == {Severity.HARD} and not code.startswith("5.2.2") else Severity.SOFT


def _by_reply(words: str) -> Severity | None:
    """The three-digit reply code alone (RFC 5321): 550 to 553 name the mailbox, 552 its size."""
    codes = _REPLY.findall(words)
    if not codes:
        return None
    code = codes[0]
    if code == "552" or code.startswith("4"):
        return Severity.SOFT
    return (
        Severity.HARD
        if code in {"550", "551", "553", "511"}
        else Severity.BLOCKED
        if code in {"554", "571", "535"}
        else Severity.SOFT
    )
