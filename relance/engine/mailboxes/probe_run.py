"""Trying a mailbox whole: signed in to, sent a probe from, looked through for it; and what that teaches is kept."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from relance import clock, errors
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.mailboxes import probe as mailboxes_probe
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.mailboxes import watched_folders
from relance.engine.mailboxes.health import checking
from relance.engine.mailboxes.probe import Probe, Sighting
from relance.engine.mailboxes.service import Done, MailboxTest, TestStep
from relance.engine.ports import Inbox
from relance.engine.store.mailboxes import mailboxes, provider_traits
from relance.engine.store.mailboxes.provider_traits import ProviderHabits
from relance.mailbox.account import Account
from relance.mailbox.composing.dkim import SigningKey
from relance.mailbox.imap.folders import Folder, FolderRole
from relance.mailbox.parsing import provider_ids
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.wording import Text, _

Tell = Callable[[str], None]
_REMIND = 10.0  # seconds between two words to who waits


@dataclass(frozen=True)
class Patience:
    """How long a probe is waited for, in seconds of machine time."""

    back: float = 60.0
    copy: float = 15.0  # for a copy in Sent, once it has come back
    between: float = 2.0  # two looks


DEFAULT = Patience()


def try_out(
    context: Context,
    wanted: str,
    patience: Patience = DEFAULT,
    tell: Tell = lambda _: None,
    done: Done = lambda _: None,
) -> MailboxTest:
    """Sign in to both servers; where that works, send a probe, look for it and keep what it teaches.

    The probe is not a mail of the engine: no pace, no report and no person counts it. Trouble is told in the steps, not
    raised; `tell` hears how far it is, `done` each step as it ends.
    """
    signed_in = mailbox_service.test(context, wanted, done)
    if not signed_in.ok:
        return signed_in
    mailbox = mailbox_service.get(context, wanted)
    trial = _Trial(context, context.account(mailbox), context.signing_key(mailbox), patience, tell, done)
    steps, learned = trial.run()
    if trial.back is not None:
        checking.saw(context, mailbox, trial.back.mail)
    if learned is not None:
        with context.database.write() as conn:
            if learned.folder:
                provider_traits.put(conn, mailbox.id, learned)
            if learned.files_sent is not None:
                mailboxes.change(conn, mailbox.id, files_sent=learned.files_sent)
    return dataclasses.replace(signed_in, steps=(*signed_in.steps, *steps), learned=learned)


@dataclass
class _Trial:
    """One probe of one mailbox. `run` is the only way in."""

    context: Context
    account: Account
    key: SigningKey | None
    patience: Patience
    tell: Tell
    done: Done
    _ends: dict[str, int] = field(default_factory=dict)  # the last UID of each folder that was looked at
    _seen: dict[str, Sighting] = field(default_factory=dict)  # by folder
    _has_sent: bool = False

    def run(self) -> tuple[list[TestStep], ProviderHabits | None]:
        now = self.context.clock.now()
        probe, result = mailboxes_probe.write(self.account, ids.token(), now, self.key), None
        try:
            with self.context.open_inbox(self.account) as inbox:
                self._ends = {each.name: max(0, each.uidnext - 1) for each in self._folders(inbox)}
                self.tell(_("Sending a mail from {address} to itself.", address=probe.address))
                result = self._send(probe)
                self.done(_handed_over(result))
                if result.outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
                    self._search(inbox, probe)
        except errors.Trouble as trouble:
            steps = [_handed_over(result)] if result else []
            words = _("the search for it failed: {words}", words=trouble)
            lost = TestStep("came back", ok=False, words=words, why=reasons.why_of(trouble.text))
            self.done(lost)
            return [*steps, lost], None
        if result.outcome not in (Outcome.ACCEPTED, Outcome.UNKNOWN):
            return [_handed_over(result)], None
        learned = mailboxes_probe.learn(probe, result.text, self._seen.values(), self._files_sent(), now)
        found = list(_told(learned, self.patience, has_sent=self._has_sent))
        for step in found:
            self.done(step)
        return [_handed_over(result), *found], learned

    def _send(self, probe: Probe) -> SendResult:
        with self.context.open_outbox(self.account) as outbox:
            refusal = outbox.connect() or outbox.offer(
                probe.address, probe.address, len(probe.raw), probe.message_id
            )
            return refusal or outbox.transmit(probe.raw)

    def _search(self, inbox: Inbox, probe: Probe) -> None:
        """Look until it has come back and its copy was seen, or patience ends."""
        self.tell(_("Sent. Looking for it, for at most {span}.", span=_span(self.patience.back)))
        began = told = clock.elapsed()
        while True:
            spent = clock.elapsed() - began
            self._look(inbox, probe, spent)
            if self._done(clock.elapsed() - began):
                return
            if clock.elapsed() - told >= _REMIND:
                told = clock.elapsed()
                spent = told - began
                if self.back:
                    where = _(
                        "It is in {folder}. No copy in Sent yet, after {span}.",
                        folder=self.back.folder,
                        span=_span(spent),
                    )
                else:
                    where = _("Not there yet, after {span}.", span=_span(spent))
                self.tell(where)
            time.sleep(self.patience.between)

    def _look(self, inbox: Inbox, probe: Probe, spent: float) -> None:
        for folder in self._folders(inbox):
            end = self._ends.get(folder.name, 0)
            if folder.uidnext and folder.uidnext <= end + 1:
                continue
            for uid, mail in inbox.sent_ids(folder, end):
                self._ends[folder.name] = uid
                if mail is not None and probe.is_in(mail):
                    self._seen[folder.name] = Sighting(folder.name, folder.role, mail, spent)

    def _folders(self, inbox: Inbox) -> list[Folder]:
        found = [each for each in watched_folders.watched(self.context, inbox) if not each.refused]
        self._has_sent = any(each.role is FolderRole.SENT for each in found)
        return found

    @property
    def back(self) -> Sighting | None:
        """The probe as it was delivered."""
        return next((each for each in self._seen.values() if each.came_back), None)

    @property
    def _copied(self) -> bool:
        return any(each.role is FolderRole.SENT for each in self._seen.values())

    def _done(self, spent: float) -> bool:
        if self.back is None:
            return spent >= self.patience.back
        return self._copied or not self._has_sent or spent >= self.back.seconds + self.patience.copy

    def _files_sent(self) -> bool | None:
        """A copy proves it. None proves the contrary only where the probe is back and Sent was watched since."""
        if self._copied:
            return True
        return False if self.back is not None and self._has_sent else None


def _handed_over(result: SendResult) -> TestStep:
    said = f"{result.code or ''} {result.text}".strip()
    if result.outcome is Outcome.ACCEPTED:
        return TestStep("send", ok=True, words=_("a mail to itself was accepted: {words}", words=said))
    if result.outcome is Outcome.UNKNOWN:
        return TestStep(
            "send",
            ok=False,
            words=_("it is not known whether a mail to itself was accepted: {words}", words=said),
        )
    return TestStep("send", ok=False, words=_("a mail to itself was not accepted: {words}", words=said))


def _told(learned: ProviderHabits, patience: Patience, *, has_sent: bool) -> Iterator[TestStep]:
    if learned.folder:
        yield TestStep(
            "came back",
            ok=True,
            words=_("in {folder} after {span}", folder=learned.folder, span=_span(learned.seconds or 0.0)),
        )
        yield _about_ids(learned)
        if learned.sender:
            words = _(
                "the provider replaces the sender with {sender}: answers will go there", sender=learned.sender
            )
            yield TestStep("sender", ok=False, words=words)
    else:
        words = _(
            "not in any watched folder within {span}. It may be late, or have been filtered out, so it is not known yet what "
            "the provider does with Message-IDs. Try again, with a longer --wait.",
            span=_span(patience.back),
        )
        yield TestStep("came back", ok=False, words=words)
    yield TestStep("sent copies", ok=True, words=_about_copies(learned, patience, has_sent=has_sent))


def _about_ids(learned: ProviderHabits) -> TestStep:
    if not learned.given_id:
        return TestStep("message id", ok=True, words=_("kept as we wrote it"))
    by = provider_ids.maker(learned.given_id)
    said = [
        Text("replaced by {given}, as {provider} does", given=learned.given_id, provider=by)
        if by
        else Text("replaced by {given}", given=learned.given_id)
    ]
    if learned.noted_in:
        said.append(Text("ours is noted in {headers}", headers=", ".join(learned.noted_in)))
    if learned.told_by:
        said.append(Text("still recognised by {signs}", signs=provider_traits.told_by(learned)))
    else:
        said.append(
            Text(
                "nothing shows which of our mails an answer refers to, so answers are recognised by their sender and wording. If the provider has plus addressing, add the mailbox with --plus-addressing"
            )
        )
    return TestStep("message id", ok=True, words=str(Text.together(*said, by="; ")))


def _about_copies(learned: ProviderHabits, patience: Patience, *, has_sent: bool) -> str:
    if learned.files_sent:
        return _("filed in Sent by the provider; a mail that may not have been sent can be looked up there")
    if learned.files_sent is False:
        return _(
            "none in Sent within {span}; whether a doubtful mail was sent has to be settled by other evidence or by you",
            span=_span(patience.copy),
        )
    return _("not known yet") if has_sent else _("not known: no Sent folder can be read")


def _span(seconds: float) -> Text:
    """A wait as people read it; of less than ten seconds, with its tenths."""
    if seconds < 10 and seconds != int(seconds):
        return Text("{number} seconds", number=round(seconds, 1))
    return Text.plural("{count} second", "{count} seconds", round(seconds))
