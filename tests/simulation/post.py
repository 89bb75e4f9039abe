"""The servers: SMTP that takes, refuses, falls silent or breaks off, and IMAP over the world's folders."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator
from types import TracebackType

from relance import errors
from relance.mailbox.account import Account
from relance.mailbox.imap.folders import Folder, FolderRefused
from relance.mailbox.imap.responses import Fetched
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import InboundMail
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.mailbox.smtp.usage import Usage
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode
from tests.simulation import folders, people, silence, world
from tests.simulation.baton import Killed
from tests.simulation.sim import Sim
from tests.simulation.world import Session, Taken

MAILBOXES = {"ada@sales.example": 1, "ben@sales.example": 2}


def _ends(stage: str, *ends: tuple[Outcome, Blame, int | None, str]) -> tuple[SendResult, ...]:
    return tuple(
        SendResult(outcome, stage, blame, code, status or None, f"simulated {stage}")
        for outcome, blame, code, status in ends
    )


_LOST = (Outcome.NOT_SENT, Blame.SERVER, None, "")
CONNECT = _ends("connect", _LOST, _LOST, (Outcome.NOT_SENT, Blame.SENDER, 535, "5.7.8"))
OFFER = (
    *_ends(
        "mail",
        _LOST,
        (Outcome.DEFERRED, Blame.SENDER, 451, "4.7.1"),
        (Outcome.REFUSED, Blame.SENDER, 550, "5.7.1"),
    ),
    *_ends(
        "rcpt",
        _LOST,
        (Outcome.DEFERRED, Blame.RECIPIENT, 450, "4.2.2"),
        (Outcome.REFUSED, Blame.RECIPIENT, 550, "5.1.1"),
        (Outcome.REFUSED, Blame.RECIPIENT, 552, "5.2.2"),
    ),
    *_ends("data", _LOST, (Outcome.DEFERRED, Blame.SERVER, 451, "4.3.0")),
)
BODY = (
    *_ends(
        "final",
        (Outcome.DEFERRED, Blame.RECIPIENT, 451, "4.7.1"),
        (Outcome.DEFERRED, Blame.SERVER, 452, "4.3.1"),
    ),
    *_ends(
        "final",
        (Outcome.REFUSED, Blame.CONTENT, 554, "5.6.0"),
        (Outcome.REFUSED, Blame.RECIPIENT, 550, "5.1.1"),
    ),
    *_ends("body", (Outcome.DEFERRED, Blame.SERVER, None, "")),
)
DISOWNED = (
    ("mail", 554, "5.2.252 SendAsDenied; ada@sales.example not allowed to send as ada@sales.example"),
    ("rcpt", 554, "5.7.1 relay quota exceeded for this account"),
    ("rcpt", 550, "Relaying disallowed as ada@sales.example"),
    (
        "final",
        554,
        "Message rejected: Email address is not verified. The following identities failed the check",
    ),
    ("final", 550, "Domain sales.example has exceeded the max emails per hour (100/100 (100%)) allowed."),
)
# The sender's own trouble, as servers say it to whoever the mail is for.
WRONG_PASSWORD = smtp_replies.verdict("auth", 535, "5.7.8 Authentication credentials invalid")
SILENT_IMAP = "simulated: the IMAP server did not answer in time"
NO_ENTRY = "simulated: the IMAP server refuses the login"
_SENDERS = frozenset(words for _, _, words in DISOWNED)
UNKNOWN = SendResult(Outcome.UNKNOWN, "final", text="simulated silence")
NOBODY = SendResult(Outcome.REFUSED, "rcpt", Blame.RECIPIENT, 550, "5.1.1", "simulated: no such user")
DEAD = SendResult(Outcome.NOT_SENT, "connect", text="simulated: the server hung up")


class Outbox:
    """One SMTP connection of one turn."""

    def __init__(self, sim: Sim, account: Account) -> None:
        self.sim = sim
        self.mailbox = MAILBOXES[account.address]
        self.open = False  # a 354 stands
        self.asked = 0  # the order of the last 354
        self.used = sim.now
        self.usage = Usage()

    def __enter__(self) -> Outbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.open = False

    def connect(self) -> SendResult | None:
        self.sim.step("smtp connect")
        self.used = self.sim.now
        silent = self._silent("connect", "auth")
        if silent is not None:
            return silent
        if self.sim.chance(self.sim.profile.logins):
            self.sim.world.faults["login refused"] += 1
            self.sim.note("smtp refuses the login")
            self.sim.world.logins_refused[self.mailbox] += 1
            return WRONG_PASSWORD
        refused = self._fault(CONNECT, 0.3)
        self.sim.world.logins_refused[self.mailbox] += bool(refused and refused.code)
        return refused

    def offer(
        self, sender: str, recipient: str, size: int, message_id: str | None = None
    ) -> SendResult | None:
        if self.open:
            self.sim.world.breaches.append("a second offer while a 354 stands open")
        self.sim.step(f"smtp offer {recipient}")
        if people.POISON in recipient:
            self.sim.crash(self.sim.me.process)
            raise Killed
        if self.sim.chance(self.sim.profile.people_act * 0.3):
            self.sim.meddle(recipient)
        self.used = self.sim.now
        result = (
            self._silent("mail", "rcpt", "data")
            or self._disowned(recipient, "mail", "rcpt")
            or self._fault(OFFER)
        )
        if result is None and self.sim.profile.gone and (recipient, self.mailbox) == (people.GONE, 1):
            result = NOBODY
        if result is not None and result.outcome is Outcome.REFUSED and result.text not in _SENDERS:
            self.sim.world.refused.add(recipient)
        self.open = result is None
        if self.open:
            self.asked = self.sim.note("smtp 354")
        return result

    def withdraw(self) -> None:
        if not self.sim.me.process.dead:
            self.sim.note("smtp withdraw")
        self.open = False

    def transmit(self, raw: bytes) -> SendResult:
        sim = self.sim
        if not self.open:
            sim.world.breaches.append(f"{sim.me.name} sent a body without a 354")
        self.open = False
        mail = world.look(raw)
        actor = sim.me
        actor.in_body = True
        try:
            return self._body(mail)
        finally:
            actor.in_body = False

    def _body(self, mail: world.Mail) -> SendResult:
        sim = self.sim
        try:
            sim.step(f"smtp body {mail.recipient} {mail.sequence}.{mail.step}")
        except Killed:
            if sim.chance(0.5):  # it got as far as the final dot
                self._take(mail)
            raise
        if self._silent_too_long():
            return UNKNOWN
        return self._silent_about(mail) or self._judged(mail)

    def _judged(self, mail: world.Mail) -> SendResult:
        """The server's last word, which may be lost on its way."""
        sim = self.sim
        result = self._disowned(mail.recipient, "final")
        if result is None and sim.chance(0.5):
            result = self._fault(BODY)
        lost = result is None and sim.chance(sim.profile.smtp)
        if result is None and not (lost and sim.chance(0.5)):
            self._take(mail)
        elif result is not None and result.outcome is Outcome.REFUSED and result.text not in _SENDERS:
            sim.world.refused.add(mail.recipient)
        sim.step("smtp reply")
        if lost:
            sim.world.faults["smtp lost"] += 1
            sim.note("smtp silence")
            return UNKNOWN
        return result or SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, "2.0.0", "Ok: queued")

    def _silent(self, *stages: str) -> SendResult | None:
        """How a command ends that is never answered; None when it is, perhaps after a while."""
        met = silence.of_server(self.sim, "smtp", *stages)
        if met is None:
            return None
        silence.passes(self.sim, "smtp", met)
        self.used = self.sim.now
        return None if met.slow else self._given_up(smtp_replies.not_sent(met.stage, TimeoutError()))

    def _silent_about(self, mail: world.Mail) -> SendResult | None:
        """The same behind a 354. The server may have taken the mail before, or take it while it says nothing."""
        met = silence.of_server(self.sim, "smtp", "body", "final")
        if met is None:
            return None
        taken_at = None if met.slow else self.sim.rng.choice((0.0, 0.5, None))
        if taken_at is not None:
            silence.wait(self.sim, met.seconds * taken_at)
            self._take(mail)
            met = dataclasses.replace(met, seconds=met.seconds * (1 - taken_at))
        silence.passes(self.sim, "smtp", met)
        self.used = self.sim.now
        return None if met.slow else self._given_up(smtp_replies.unknown(met.stage, TimeoutError()))

    def _given_up(self, result: SendResult) -> SendResult:
        self.usage = dataclasses.replace(self.usage, silences=self.usage.silences + 1)
        return result

    def _take(self, mail: world.Mail) -> None:
        sim, actor = self.sim, self.sim.me
        order = sim.note(f"server takes {mail.recipient} {mail.sequence}.{mail.step}")
        taken = Taken(
            order,
            sim.now,
            self.mailbox,
            mail,
            actor.name,
            actor.last_commit,
            actor.last_commit_at,
            self.asked,
            sim.wall,
            actor.process.host,
        )
        sim.world.taken.append(taken)
        people.got(sim, taken)

    def _fault(self, ends: tuple[SendResult, ...], share: float = 1.0) -> SendResult | None:
        if self._silent_too_long():
            return DEAD
        if not self.sim.chance(self.sim.profile.smtp * share):
            return None
        result = self.sim.rng.choice(ends)
        self.sim.world.faults[f"smtp {result.outcome}"] += 1
        self.sim.note(f"smtp says {result.outcome} at {result.stage} ({result.blame} {result.code})")
        return result

    def _disowned(self, recipient: str, *stages: str) -> SendResult | None:
        """What a server says that refuses everybody just now, at one of these stages."""
        sim, spells = self.sim, self.sim.world.disowned
        if self.mailbox not in spells and sim.chance(sim.profile.disowns):
            spells[self.mailbox] = world.Disowned(*sim.rng.choice(DISOWNED))
            sim.world.faults["sender refused"] += 1
            sim.plan(
                dt.timedelta(minutes=sim.rng.choice((5, 60, 400))), lambda: spells.pop(self.mailbox, None)
            )
        spell = spells.get(self.mailbox)
        if spell is None or spell.stage not in stages:
            return None
        spell.touched.add(recipient)
        if len(spell.touched) > 2:
            sim.world.breaches.append(
                f"a third person was touched: {sorted(spell.touched)} all met {spell.words!r}"
            )
        sim.note(f"smtp refuses everybody: {spell.words}")
        return smtp_replies.verdict(spell.stage, spell.code, spell.words)

    def _silent_too_long(self) -> bool:
        limit = self.sim.profile.idle_minutes
        quiet = self.sim.now - self.used
        self.used = self.sim.now
        return limit is not None and quiet > dt.timedelta(minutes=limit)


class Inbox:
    """One IMAP session of one look."""

    def __init__(self, sim: Sim, account: Account) -> None:
        self.sim = sim
        self.mailbox = MAILBOXES[account.address]
        self.boxes = sim.world.folders[self.mailbox]

    def __enter__(self) -> Inbox:
        sim = self.sim
        self.session = Session(self.mailbox, sim.me.name, sim.note("imap begins"), sim.now)
        sim.world.sessions.append(self.session)
        self._ask("imap login", "connect", "auth")
        if sim.chance(sim.profile.logins):
            self._fault("login refused", "refuses the login")
            sim.world.logins_refused[self.mailbox] += 1
            raise errors.Broken(Text.prose(NO_ENTRY).coded(SentenceCode.LOGIN_REFUSED))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.session.ended = self.sim.note("imap ends")

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        found = []
        for name in list(self.boxes):
            self._ask(f"imap status {name}")
            box = self.boxes.get(name)
            if box is None:
                continue  # renamed since it was listed
            numbers = box.uidvalidity, box.uidnext
            found.append(
                Folder(box.name, box.role, *numbers, messages=len(box.mails), object_id=box.object_id)
            )
        return found

    def others(self) -> tuple[str, ...]:
        return ()

    def fetch_new(
        self,
        folder: Folder,
        after_uid: int,
        limit: int = 500,
        *,
        whole_since: object = None,
        again: Collection[int] = (),
    ) -> Iterator[Fetched]:
        del whole_since  # everything comes whole here
        self._ask(f"imap search {folder.name} after {after_uid}")
        box = self.boxes.get(folder.name)
        if box is None:
            raise FolderRefused(f"simulated: the folder {folder.name} is gone")
        if (box.uidvalidity, box.object_id) != (folder.uidvalidity, folder.object_id):
            raise FolderRefused(f"simulated: the folder {box.name} was replaced")
        if self.sim.chance(self.sim.profile.refuses):
            self._fault("FETCH refused", "gives none of the mails")
            raise FolderRefused(f"simulated: {box.name}: BAD Server busy")
        for uid in sorted(uid for uid in box.mails if uid > after_uid or uid in again)[:limit]:
            self._ask(f"imap fetch {box.name} {uid}")
            if uid in box.mails:
                raw, at = box.mails[uid]
                if self.sim.chance(self.sim.profile.refuses):
                    self._fault("FETCH refused", f"refuses mail {uid}")
                    yield Fetched(uid, b"", len(raw), False, at, None, "NO [UNAVAILABLE] simulated")
                    continue
                yield Fetched(uid, raw, len(raw), False, at, None)

    def sent_ids(
        self, folder: Folder, after_uid: int, limit: int = 2000, *, again: Collection[int] = ()
    ) -> Iterator[tuple[int, InboundMail | None]]:
        for each in self.fetch_new(folder, after_uid, limit, again=again):
            yield (
                each.uid,
                None if each.trouble else message.read(each.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"),
            )

    def _fault(self, kind: str, what: str) -> None:
        self.sim.world.faults[kind] += 1
        self.sim.note(f"imap {what}")

    def _ask(self, what: str, *stages: str) -> None:
        self.sim.step(what)
        met = silence.of_server(self.sim, "imap", *(stages or ("command",)))
        if met is not None:
            silence.passes(self.sim, "imap", met)
            if not met.slow:
                silent = Text.prose(f"{SILENT_IMAP} ({what})")
                raise errors.Away(silent.coded(SentenceCode.NO_ANSWER))
        if self.sim.chance(self.sim.profile.moves * 0.1):
            people.tidy(self.sim, self.mailbox)
        if self.sim.chance(self.sim.profile.renumbers):
            folders.renumber(self.sim, self.mailbox)
        if self.sim.chance(self.sim.profile.renames * 0.02):
            folders.rename(self.sim, self.mailbox, self.sim.rng.choice(folders.NAMES))
        if self.sim.chance(self.sim.profile.imap * 0.3):
            self._fault("imap broken off", "breaks off")
            raise errors.Unreachable("simulated: the IMAP server does not answer")
