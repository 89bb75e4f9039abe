"""Which server speaks in a returned mail: the one we send through, or one that receives for the person. Pure.

Who reported to whom stands in the report itself (RFC 3464, 2.2.2, 2.3.5, 2.3.6) and is asked first; then the host that a
server names when it hands words on; then who wrote the notice. Words come last, and where nothing tells, nobody knows.
"""

from __future__ import annotations

import re

from relance.mailbox import address, refusal_words
from relance.mailbox.classification.delivery_failures import status
from relance.mailbox.classification.message_view import ClassifierInput
from relance.mailbox.failures import FailureStage
from relance.mailbox.parsing.inbound import DeliveryReport, Speaker

# They receive for many organisations and send for many: their name stands on either side of a delivery.
_PROVIDERS = """
    google.com googlemail.com gmail.com outlook.com office365.com hotmail.com live.com microsoft.com yahoo.com
    yahoodns.net aol.com icloud.com me.com apple.com zoho.com zoho.eu gmx.net gmx.com web.de 1and1.com kundenserver.de
    ionos.com ovh.net ovh.com mail.ru yandex.ru yandex.net amazonaws.com secureserver.net messagingengine.com
    emailsrvr.com home.pl strato.de registrar-servers.com hostinger.com privateemail.com
"""
_BOTH_SIDES = frozenset(_PROVIDERS.split())
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{1,23}")
_NAMED = re.compile(rf"\b(?:host|server|mta)\s+({_HOST.pattern})", re.IGNORECASE)
_NAMED_MOST = 2000  # letters of a server's words that are looked at


def speaker(report: DeliveryReport | None, letter: ClassifierInput, code: str | None, words: str) -> Speaker:
    """Whose words these are. `report` is the recipient's part of the report, where there is one."""
    recipient = next((each for each in _recipients(report) if each), "") or next(iter(letter.mailed), "")
    sides = _Sides(letter, recipient)
    other = report.remote if report is not None else None
    if other or (other := _handed_on(words)):
        return sides.of_another(other) or _by_words(code, words)
    written_by = report.reporting if report is not None else None
    written_by = written_by or (letter.mail.from_address or "").rpartition("@")[2]
    side = sides.of_the_writer(written_by)
    if side is Speaker.OWN and report is not None and report.diagnostic_type == "smtp":
        side = None  # an SMTP reply is another server's (2.3.6), whom not every server names
    return side or _by_words(code, words)


def stage(report: DeliveryReport, letter: ClassifierInput) -> FailureStage:
    """After acceptance, where a server of the recipient's own writes back what no other one told it."""
    recipient = next((each for each in _recipients(report) if each), "")
    if report.remote is not None or not report.reporting or _handed_on(report.diagnostic or ""):
        return FailureStage.UNKNOWN
    side = _Sides(letter, recipient).of_the_writer(report.reporting)
    return FailureStage.ACCEPTED if side is Speaker.RECEIVER else FailureStage.UNKNOWN


def _recipients(report: DeliveryReport | None) -> tuple[str | None, ...]:
    return () if report is None else (report.original_recipient, report.final_recipient)


def _handed_on(words: str) -> str | None:
    """The host whose words a server says it hands on."""
    found = _NAMED.search(words[:_NAMED_MOST])
    return found[1] if found and refusal_words.is_passed_on(words) else None


def _by_words(code: str | None, words: str) -> Speaker:
    if status.is_ours(code, words):
        return Speaker.OWN
    return Speaker.RECEIVER if refusal_words.is_passed_on(words) else Speaker.UNKNOWN


class _Sides:
    """Which domains stand on our side of a delivery, and which on the person's."""

    def __init__(self, letter: ClassifierInput, recipient: str) -> None:
        self.ours = {_registered(each) for each in letter.own_hosts} - {""}
        self.theirs = {_registered(recipient.rpartition("@")[2])} - {""}

    def of_another(self, host: str) -> Speaker | None:
        """A host that told the reporting server: as a rule the person's, for the next one after ours is theirs."""
        domain = _registered(host)
        if domain in self.ours - self.theirs:
            return None if domain in _BOTH_SIDES else Speaker.OWN
        return Speaker.RECEIVER

    def of_the_writer(self, host: str) -> Speaker | None:
        """The server that wrote the report, of what no other one told it."""
        domain = _registered(host)
        if domain in _BOTH_SIDES or (domain in self.ours) == (domain in self.theirs):
            return None
        return Speaker.OWN if domain in self.ours else Speaker.RECEIVER


def _registered(host: str) -> str:
    """The domain somebody registered (`mx.acme.co.uk`: `acme.co.uk`); empty for what is no name."""
    name = host.strip().rstrip(".").lower()
    return (address.registered(name) or "") if _HOST.fullmatch(name) else ""
