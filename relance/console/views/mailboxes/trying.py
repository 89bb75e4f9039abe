"""A mailbox tried out while somebody looks on: each step stands on the page as it ends. Kept by this process for a while."""

from __future__ import annotations

import contextvars
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from relance import errors
from relance.console.visit import Visit
from relance.engine.mailboxes.service import TestStep
from relance.wording import Text

BACK_SECONDS = 25.0
# How long a mail that a mailbox sends to itself is waited for, while somebody looks on.
FIRST_SECONDS = 1.0
# Most servers have answered by then: their steps stand on the page when it comes.
MOST_KEPT = 100
ASKED = "trial"  # in the address
log = logging.getLogger(__name__)


@dataclass
class Trial:
    """A test of one mailbox, under way or over. `trouble`: why it could not go on."""

    address: str
    user: int
    steps: list[TestStep] = field(default_factory=list)
    now: str = ""  # what is being done
    trouble: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def running(self) -> bool:
        """Whether more steps come."""
        return not self.over.is_set()

    @property
    def ok(self) -> bool:
        """Whether all that was tried works."""
        return not self.trouble and all(each.ok for each in self.steps)


_TRIALS: OrderedDict[str, Trial] = OrderedDict()
_LOCK = threading.Lock()


def ended(visit: Visit, address: str, steps: Sequence[TestStep]) -> dict[str, str]:
    """One that is over: the mailbox was signed in to before it was saved. Otherwise as `begin`."""
    trial = Trial(address, visit.me.user, list(steps))
    trial.over.set()
    return _kept(trial)


def _kept(trial: Trial) -> dict[str, str]:
    key = secrets.token_urlsafe(16)
    with _LOCK:
        _TRIALS[key] = trial
        while len(_TRIALS) > MOST_KEPT:
            _TRIALS.popitem(last=False)
    return {ASKED: key}


def begin(visit: Visit, address: str, *, probe: bool) -> dict[str, str]:
    """Start one; what the address of the mailbox's page has behind its question mark, so that the page shows it."""
    trial, app = Trial(address, visit.me.user), visit.app

    def tell(words: str) -> None:
        trial.now = words

    def run() -> None:
        try:
            app.mailboxes.test(
                address, probe=probe, wait_seconds=BACK_SECONDS, progress=tell, done=trial.steps.append
            )
        except errors.RelanceError as trouble:
            trial.trouble = str(trouble.on_page)
        except Exception:
            log.exception("the test of a mailbox ended early")
            trial.trouble = str(
                Text("The test ended early because of an unexpected error. The log has the details.")
            )
        finally:
            trial.over.set()

    found = _kept(trial)
    here = contextvars.copy_context()  # the language, and who looks
    threading.Thread(target=here.run, args=(run,), name="relance-mailbox-test", daemon=True).start()
    trial.over.wait(FIRST_SECONDS)
    return found


def asked(visit: Visit, address: str) -> Trial | None:
    """The one that the address of the page names, of this mailbox and begun by who looks; None where this process knows none."""
    found = _TRIALS.get(visit.asked(ASKED))
    mine = found is not None and (found.address, found.user) == (address, visit.me.user)
    return found if mine else None
