"""Why a server refused or put off a mail at once: the same reasons as of mails that come back, with the stage known. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from relance.mailbox.classification.delivery_failures import meaning
from relance.mailbox.classification.delivery_failures.meaning import FailureReading, RefusalWords
from relance.mailbox.classification.delivery_failures.status import Severity
from relance.mailbox.classification.languages import normalize
from relance.mailbox.failures import BEFORE_RECIPIENT, FailureStage
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult

_STAGES: Mapping[str, FailureStage] = {
    "connect": FailureStage.CONNECTION,
    "tls": FailureStage.EHLO,
    "auth": FailureStage.EHLO,
    "mail": FailureStage.MAIL,
    "rcpt": FailureStage.RCPT,
    "data": FailureStage.DATA,
    "body": FailureStage.DATA,
    "final": FailureStage.DATA,
}
# By what `SendResult.stage` calls them.


def failure(result: SendResult) -> FailureReading | None:
    """Why, and at which stage; nothing of a mail that no server refused."""
    if result.code is None or result.outcome not in (Outcome.REFUSED, Outcome.DEFERRED):
        return None
    words = normalize.fold(result.text)
    stage = _STAGES.get(result.stage, FailureStage.UNKNOWN)
    return meaning.read(RefusalWords(words, result.status, stage=stage, severity=_severity(result)))


def _severity(result: SendResult) -> Severity | None:
    """As far as whom it speaks of is known by more than its stage."""
    if result.outcome is Outcome.DEFERRED or _STAGES.get(result.stage) in BEFORE_RECIPIENT:
        return None
    if result.blame in (Blame.SENDER, Blame.RECEIVER):
        return Severity.BLOCKED
    return Severity.HARD if result.blame is Blame.RECIPIENT else None
