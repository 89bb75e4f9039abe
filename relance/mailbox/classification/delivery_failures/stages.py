"""How far a mail came before it failed, by the words in which mail servers tell it. Pure.

Postfix names the command it was answering, Exim the command after which the answer came, Sendmail writes the dialogue down,
qmail and Exchange have sentences of their own. Nothing is concluded from a code: any code may come at any stage.
"""

from __future__ import annotations

import re

from relance.mailbox.failures import FailureStage

# The first that matches decides; words are asked folded. A dialogue is read up to its first refusal.
_SAYS: tuple[tuple[FailureStage, re.Pattern[str]], ...] = tuple(
    (stage, re.compile(expression))
    for stage, expression in (
        (
            FailureStage.MAIL,
            r"in reply to (?:the )?mail from|after (?:sending )?(?:pipelined )?mail from|while sending mail from|but sender was rejected|"
            r">>> mail from[^\n]{0,300}\n\s*<<< [45]\d\d",
        ),
        (
            FailureStage.RCPT,
            r"in reply to (?:the )?rcpt to|after (?:sending )?(?:pipelined )?rcpt to|while sending rcpt to|does not like recipient|"
            r">>> rcpt to[^\n]{0,300}\n\s*<<< [45]\d\d",
        ),
        (
            FailureStage.DATA,
            r"in reply to (?:the )?(?:end of )?data|after (?:sending )?(?:pipelined )?(?:end of )?data|while sending (?:end of data|data|message body)|"
            r"failed (?:on data command|after i sent the message)|>>> (?:data|\.)\s*\n\s*<<< [45]\d\d|in reply to (?:the )?bdat",
        ),
        (
            FailureStage.EHLO,
            r"in reply to (?:the )?(?:helo|ehlo|lhlo|starttls|auth)|after (?:sending )?(?:pipelined )?(?:helo|ehlo|lhlo|starttls|auth)|"
            r"while performing the (?:helo|ehlo|lhlo) handshake|but my name was rejected|>>> (?:helo|ehlo|starttls)[^\n]{0,300}\n\s*<<< [45]\d\d|"
            r"cannot start tls|tls (?:handshake|session) (?:failed|error)|tls is required, but was not offered",
        ),
        (
            FailureStage.CONNECTION,
            r"in reply to (?:the )?(?:initial|greeting|banner)|after initial connection|refused to talk to me|but greeting failed|"
            r"while receiving the initial server greeting|wasn't able to establish an smtp connection|connect to \S{1,255}|"
            r"connection (?:refused|attempt)|could not connect|cannot connect|socket error|network is unreachable|no route to host|"
            r"network error on destination mxs",
        ),
        (FailureStage.ACCEPTED, r"storedrv\.deliver|delivered to (?:the )?local mail|maildrop:|dovecot-lda|lmtp"),
    )
)  # fmt: skip


def stage(words: str) -> FailureStage:
    """Where the way of a mail ended, by folded words; unknown where they do not say."""
    return next((each for each, said in _SAYS if said.search(words)), FailureStage.UNKNOWN)
