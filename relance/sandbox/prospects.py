"""The prospects at work: each mail that arrives sets off what its receiver had in mind."""

from __future__ import annotations

import datetime as dt
import functools
import threading
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from relance import clock as clocks
from relance.sandbox import agenda, record, world
from relance.sandbox.answers import writing
from relance.sandbox.browsing import agents, browser
from relance.sandbox.cast import behaviour, dice
from relance.sandbox.letters import letter
from relance.sandbox.servers import postoffice

BROWSERS = 3
# Threads that make web requests; the agenda must not wait for them.
SCAN_AFTER = dt.timedelta(seconds=2)
NOTE_AFTER = dt.timedelta(minutes=1)
BOUNCE_AFTER = dt.timedelta(minutes=12)
NO_SUCH_USER = (
    "550 5.1.1 <{}>: Recipient address rejected: User unknown",
    "550 5.1.1 There is no account of that name here; please check the address",
    "550 No such user here",
    "550 5.1.10 Recipient not found by SMTP address lookup",
    "553 sorry, no mailbox here by that name (#5.1.1)",
    "550 5.1.1 <{}>... User unknown, not local",
)
# Each company's server has words of its own.
LETTERS = "bcdfghjklmnpqrstvwxz"
# No word of any language can be made of them.
GREYLISTED = "451 4.7.1 <{}>: Greylisted, please try again later"


def no_such_user(recipient: str) -> str:
    """What their company's server says of somebody it does not know. Never quite the same of two people: heard twice in a row
    that would be the sender's trouble, and the mailbox would pause in the middle of the play. Pure."""
    words = NO_SUCH_USER[zlib.crc32(recipient.rpartition("@")[2].encode()) % len(NO_SUCH_USER)]
    number, mark = zlib.crc32(recipient.encode()), ""
    while number:
        number, place = divmod(number, len(LETTERS))
        mark += LETTERS[place]
    return f"{words.format(recipient)} [{mark}]"


@dataclass
class _Course:
    """How far one prospect has come."""

    mails: int = 0
    refused_once: bool = False
    acted: bool = False
    act: agenda.Appointment | None = None
    away_until: dt.datetime | None = None


class Prospects:
    """A context manager: between entering and leaving the cast reacts to whatever arrives in the world.

    With a clock that stands still nothing happens by itself: move it and call `run_due`.
    """

    def __init__(self, mail_world: world.World, cast: Mapping[str, behaviour.Persona]) -> None:
        self._world = mail_world
        self._book = mail_world.record
        self._clock: clocks.Clock = mail_world.clock
        self._cast = cast
        self._courses = {email: _Course() for email in cast}
        self._agenda = agenda.Agenda(mail_world.clock)
        self._pool: ThreadPoolExecutor | None = None
        self._browsing = 0
        self._lock = threading.Lock()
        mail_world.on_recipient(self._door)
        mail_world.on_arrival(self._arrived)

    def __enter__(self) -> Prospects:
        if self._clock.scale:
            self._pool = ThreadPoolExecutor(BROWSERS, thread_name_prefix="sandbox-browser")
            self._agenda.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, error, trace
        self._agenda.stop()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run_due(self) -> int:
        """Do by hand what is due now; return how many deeds that were."""
        return self._agenda.run_due()

    def quiet(self) -> bool:
        """Whether nobody is doing anything now and nothing is overdue (later plans may exist)."""
        with self._lock:
            browsing = self._browsing
        return browsing == 0 and self._agenda.quiet()

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until `quiet`; False where that is not within `timeout` seconds of machine time."""
        deadline = clocks.elapsed() + timeout
        pause = threading.Event()
        while not self.quiet():
            if clocks.elapsed() > deadline:
                return False
            pause.wait(0.01)
        return True

    def next_due(self) -> dt.datetime | None:
        """When somebody will do something next, or None."""
        return self._agenda.next_due()

    # What follows up to `_plan_act` runs on the servers' loop or the agenda's thread.

    def _door(self, recipient: str) -> str | None:
        persona = self._cast.get(recipient)
        if persona is None:
            return None
        if persona.fate is behaviour.Fate.REFUSED:
            return no_such_user(recipient)
        course = self._courses[recipient]
        if persona.greylisted and not course.refused_once:
            course.refused_once = True
            return GREYLISTED.format(recipient)
        return None

    def _arrived(self, mail: record.Arrived) -> None:
        persona = self._cast.get(mail.recipient)
        if persona is not None:
            self._agenda.plan(mail.when.at, functools.partial(self._guarded, persona, mail, self._react))

    def _guarded(
        self,
        persona: behaviour.Persona,
        mail: record.Arrived,
        deed: Callable[[behaviour.Persona, record.Arrived], None],
    ) -> None:
        """A deed that fails is a fault of the world: it goes into the record, where nobody can overlook it."""
        try:
            deed(persona, mail)
        except Exception as error:
            what = f"{persona.email}, {deed.__name__.strip('_')}: {type(error).__name__}: {error}"
            self._book.add(lambda when: record.Mishap(when, what))

    def _later(
        self,
        delay: dt.timedelta,
        persona: behaviour.Persona,
        mail: record.Arrived,
        deed: Callable[[behaviour.Persona, record.Arrived], None],
    ) -> agenda.Appointment:
        return self._agenda.plan(mail.when.at + delay, functools.partial(self._guarded, persona, mail, deed))

    def _react(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        """A mail has come in: plan everything it sets off."""
        course = self._courses[persona.email]
        course.mails += 1
        if persona.scanned:
            self._later(SCAN_AFTER, persona, mail, self._scan)
        if persona.fate is behaviour.Fate.BOUNCE:
            self._later(BOUNCE_AFTER, persona, mail, self._bounce)
        elif persona.fate is behaviour.Fate.LEFT:
            self._later(NOTE_AFTER, persona, mail, self._leave)
        elif not course.acted:
            self._plan_absence(persona, course, mail)
            self._plan_reading(persona, course, mail)
            self._plan_act(persona, course, mail)

    def _plan_absence(self, persona: behaviour.Persona, course: _Course, mail: record.Arrived) -> None:
        away = persona.absence
        if away is not None and course.mails == away.from_mail:
            course.away_until = mail.when.at + dt.timedelta(days=away.days)
            self._later(NOTE_AFTER, persona, mail, self._note_absence)

    def _plan_reading(self, persona: behaviour.Persona, course: _Course, mail: record.Arrived) -> None:
        reading = persona.reading
        if reading.proxy and reading.opens:
            self._later(SCAN_AFTER, persona, mail, self._prefetch)
        if reading.opens:
            opened = self._back(course, mail) + reading.open_after
            self._later(opened, persona, mail, self._open)
            if reading.clicks:
                self._later(opened + reading.click_after, persona, mail, self._click)

    def _plan_act(self, persona: behaviour.Persona, course: _Course, mail: record.Arrived) -> None:
        if persona.fate is behaviour.Fate.SILENT:
            return
        if persona.acts_on == behaviour.LAST:
            if course.act is not None:
                course.act.cancel()
            delay = max(behaviour.SILENCE, self._back(course, mail)) + persona.delay
            course.act = self._later(delay, persona, mail, self._act)
        elif persona.acts_on == course.mails:
            course.act = self._later(self._back(course, mail) + persona.delay, persona, mail, self._act)

    def _back(self, course: _Course, mail: record.Arrived) -> dt.timedelta:
        """How long after a mail its receiver is back at their desk; nothing for those who are there."""
        if course.away_until is None:
            return dt.timedelta()
        return max(dt.timedelta(), course.away_until - mail.when.at)

    def _act(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        """The one thing this prospect does that should end the sequence."""
        self._courses[persona.email].acted = True
        to, now = letter.read(mail.raw), self._clock.now()
        if persona.fate is behaviour.Fate.COMPLAINT:
            self._place(mail, writing.complaint(persona, to, mail.raw, now))
        elif persona.fate in behaviour.ANSWERING:
            self._place(mail, writing.answer(persona, to, now, self._world.seed))
        elif to.unsubscribe is None:
            raise LookupError("the mail offers no way to unsubscribe on the web")
        elif persona.fate is behaviour.Fate.ONE_CLICK and to.one_click:
            form = {"List-Unsubscribe": "One-Click"}
            errand = browser.Errand(
                persona.email, record.Act.ONE_CLICK, to.unsubscribe, agents.ONE_CLICK, "POST", form
            )
            self._browse(functools.partial(browser.visit, self._book, errand))
        else:
            self._browse(functools.partial(self._use_page, persona, to.unsubscribe))

    def _use_page(self, persona: behaviour.Persona, url: str) -> None:
        """Open the unsubscribe page and send the form it shows."""
        agent = agents.person(persona)
        page = browser.visit(
            self._book, browser.Errand(persona.email, record.Act.UNSUBSCRIBE_PAGE, url, agent)
        )
        form = browser.find_form(page.text, url)
        if form is None:
            what = f"{persona.email}: the unsubscribe page has no form (status {page.visit.status}) {page.visit.trouble}"
            self._book.add(lambda when: record.Mishap(when, what))
            return
        errand = browser.Errand(
            persona.email, record.Act.UNSUBSCRIBE_FORM, form.action, agent, "POST", form.fields
        )
        browser.visit(self._book, errand)

    def _note_absence(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        until = self._courses[persona.email].away_until or mail.when.at
        self._place(mail, writing.absence(persona, letter.read(mail.raw), self._clock.now(), until.date()))

    def _leave(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        self._place(mail, writing.left_company(persona, letter.read(mail.raw), self._clock.now()))

    def _bounce(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        self._place(mail, writing.bounce(persona, letter.read(mail.raw), mail.raw, self._clock.now()))

    def _open(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        self._fetch(persona, record.Act.OPEN, agents.person(persona), letter.read(mail.raw).images)

    def _prefetch(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        self._fetch(persona, record.Act.SCAN, agents.IMAGE_PROXY, letter.read(mail.raw).images)

    def _click(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        links = letter.read(mail.raw).links
        if links:
            link = dice.of(self._world.seed, "click", persona.email).choice(links)
            self._fetch(persona, record.Act.CLICK, agents.person(persona), (link,))

    def _scan(self, persona: behaviour.Persona, mail: record.Arrived) -> None:
        """Every link in the mail, the way out too, first by HEAD and then by GET."""
        to, agent = letter.read(mail.raw), agents.scanner(persona, self._world.seed)
        links = (*to.links, to.unsubscribe) if to.unsubscribe else to.links
        for link in links:
            self._fetch(persona, record.Act.SCAN, agent, (link,), method="HEAD")
            self._fetch(persona, record.Act.SCAN, agent, (link,))

    def _fetch(
        self,
        persona: behaviour.Persona,
        act: record.Act,
        agent: browser.Agent,
        urls: tuple[str, ...],
        method: str = "GET",
    ) -> None:
        for url in urls:
            errand = browser.Errand(persona.email, act, url, agent, method)
            self._browse(functools.partial(browser.visit, self._book, errand))

    def _place(self, mail: record.Arrived, written: postoffice.Mail) -> None:
        self._world.place(mail.rep, written)

    def _browse(self, job: Callable[[], object]) -> None:
        """Make web requests in a thread of their own, or here and now where time stands still."""
        if self._pool is None:
            job()
            return
        with self._lock:
            self._browsing += 1
        self._pool.submit(self._counted, job)

    def _counted(self, job: Callable[[], object]) -> None:
        try:
            job()
        except Exception as error:
            what = f"web request: {type(error).__name__}: {error}"
            self._book.add(lambda when: record.Mishap(when, what))
        finally:
            with self._lock:
                self._browsing -= 1
