"""One seed from its beginning until everything has settled, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from relance import errors
from relance.engine import tick, turn
from relance.engine.contacts import service as addresses
from relance.engine.context import Context
from relance.engine.engagement import hits
from relance.engine.sending.doubt import recovery
from relance.engine.sequences import control
from relance.engine.store.mailboxes import leases, mailboxes
from relance.tracking.desk import OptOutResult
from relance.tracking.hits import Hit
from relance.tracking.tokens import Purpose
from tests.simulation import aside, beginning, ground, hands, judge, people, replying, restoring
from tests.simulation.baton import Process
from tests.simulation.ground import Ground
from tests.simulation.sim import Sim

ROUNDS = 24
SETTLING_ROUNDS = 300
LOOP = dt.timedelta(seconds=5)
TICKS = 0.2
# How often a tick is made for which nothing is due.
SHOULD_PASS = (errors.RelanceError,)
# What may come out of a turn, a tick or a command: everything else nobody foresaw.


@dataclass(frozen=True)
class Played:
    """One seed's outcome."""

    seed: int
    breaches: tuple[str, ...]
    digest: str
    lines: tuple[str, ...] = field(repr=False)
    taken: int
    crashes: int
    freezes: int
    faults: int
    kinds: dict[str, int]  # of the faults
    steps: int
    unknown: int


def play(seed: int) -> Played:
    """Play one seed."""
    sim = Sim(seed)
    with ground.laid(sim) as laid:
        story = _Story(sim, laid)
        try:
            story.tell()
            breaches, unknown = judge.breaches(sim, laid, story.settled)
        finally:
            story.close()
    record = sim.world
    return Played(
        seed,
        tuple(breaches),
        sim.digest(),
        tuple(sim.lines),
        len(record.taken),
        record.crashes,
        record.freezes,
        record.faults.total(),
        dict(record.faults),
        sim.order,
        unknown,
    )


@dataclass(eq=False)
class _Worker:
    """A process that runs the engine."""

    process: Process
    house: Context


class _Story:
    """The events of one seed."""

    def __init__(self, sim: Sim, laid: Ground) -> None:
        self.sim = sim
        self.laid = laid
        self.workers: list[_Worker] = []
        self.hints: list[int] = []  # delayed by the broker
        self.settled = False
        self.killed: dict[str, set[str]] = {}  # by host: the owners whose death its journals prove
        self.count = 0
        self.replied: Counter[int] = Counter()  # how often somebody replied to each answer
        self.ticks = True  # whether a step is due that is no mail
        self.backups = restoring.Backups(sim, laid)
        self.seen = 0  # the order of things when time last moved
        sim.on_crash = self._crashed
        sim.unsubscribe = self._unsubscribes
        sim.meddle = self._a_person_acts

    def close(self) -> None:
        """Let go of every file."""
        self.backups.close()
        for worker in self.workers:
            worker.house.journal.close()

    # The story.

    def tell(self) -> None:
        """Trouble first, then calm until nothing is left to do."""
        self._set_up()
        for _ in range(ROUNDS):
            self._round()
            if self.backups.due():
                self._put_back()
            if self._quiet() and self.backups.done:
                break
            self._advance()
        self.sim.calm()
        self.sim.note("calm")
        for _ in range(SETTLING_ROUNDS):
            self._all_back()
            self._round()
            if self._quiet():
                self.settled = True
                return
            self._advance()

    def _set_up(self) -> None:
        beginning.prepare(self.sim, self.laid)
        for number in range(self.sim.profile.processes):
            self._start(f"p{number + 1}", "h1" if number < 2 else "h2")

    # Processes.

    def _start(self, name: str, host: str) -> None:
        process = Process(name, host)
        self.workers.append(_Worker(process, self.laid.house(process)))

    def _crashed(self, process: Process, lost_host: bool) -> None:
        gone = [
            each
            for each in self.workers
            if each.process is process or (lost_host and each.process.host == process.host)
        ]
        for worker in gone:
            worker.process.dead = True
            diary = worker.house.journal
            assert isinstance(diary, ground.Diary)
            if lost_host:
                diary.lose()
            else:
                diary.kill()
                self.killed.setdefault(worker.process.host, set()).add(worker.house.owner)
        if lost_host:
            self.sim.boots[process.host] = self.sim.boots.get(process.host, 0) + 1

    def _put_back(self) -> None:
        """Every process is stopped, the backup put back, and the processes are started again."""
        for worker in self.workers:
            self._crashed(worker.process, lost_host=False)
        self.sim.stage.run()
        self.backups.put_back(self.workers[0].house)
        self.hints.clear()

    def _revive(self) -> None:
        for worker in [each for each in self.workers if each.process.dead]:
            self.workers.remove(worker)
            self._start(worker.process.name, worker.process.host)

    # What they do.

    def _round(self) -> None:
        self._revive()
        releases = self.backups.time_to_release(idle=self._idle())
        awake = self._awake()
        loops = [each for each in awake if self.sim.chance(0.5)] or awake[:1]
        for worker in loops:
            self._act(worker, "loop", lambda worker=worker: self._loop(worker))
        late, self.hints = self.hints, []
        if self.sim.chance(self.sim.profile.hints):
            late.append(self.sim.rng.randint(1, self.sim.profile.mailboxes))  # an old one comes again
        for mailbox in late:
            self._turn(mailbox)
        if awake and releases:
            self._releases(self.sim.rng.choice(awake))
        if awake and self.sim.chance(self.sim.profile.people_act):
            self._a_person_acts(self.sim.rng.choice(people.PEOPLE[: self.sim.profile.people]))
        if awake:
            self._further_people(awake)
        self.sim.stage.run()
        while self.sim.fire():
            self.sim.stage.run()

    def _awake(self) -> list[_Worker]:
        return [each for each in self.workers if not each.process.dead and each.process.frozen_until is None]

    def _act(self, worker: _Worker, what: str, work: Callable[[], object]) -> None:
        self.count += 1

        def guarded() -> None:
            try:
                work()
            except SHOULD_PASS as trouble:
                self.sim.note(f"ended by {type(trouble).__name__}: {trouble}")

        self.sim.stage.enter(f"{worker.process.name}/{what}#{self.count}", worker.process, guarded)

    def _loop(self, worker: _Worker) -> None:
        if self.ticks or self.sim.chance(TICKS):
            tick.tick(worker.house)
        self._give_back(worker)
        for mailbox in turn.due(worker.house, 500):
            self._hint(mailbox)

    def _give_back(self, worker: _Worker) -> None:
        """As a daemon does every few seconds: then mail flows again, and not when a lease has lapsed."""
        dead = set(self.killed.get(worker.process.host, ()))
        if not dead:
            return
        recovery.give_back(worker.house)
        # Leases count in the database's own clock where it has one: a host whose clock is behind sees lapsed ones as held.
        now = self.sim.now if self.sim.profile.witness else self.sim.wall
        for mailbox, owner in aside.leases(self.laid, now):
            if owner in dead:
                self.sim.world.breaches.append(
                    f"silenced: mailbox {mailbox} is {owner}'s, who is known to be dead"
                )

    def _hint(self, mailbox: int) -> None:
        """The broker's part."""
        sim = self.sim
        if not sim.chance(sim.profile.hints):
            self._turn(mailbox)
            return
        fate = sim.rng.choice(("lost", "doubled", "late"))
        sim.note(f"hint for {mailbox} is {fate}")
        if fate == "late":
            self.hints.append(mailbox)
        if fate == "doubled":
            self._turn(mailbox)
            self._turn(mailbox)

    def _turn(self, mailbox: int) -> None:
        awake = self._awake()
        if not awake:
            return
        worker = self.sim.rng.choice(awake)
        stops = self.sim.chance(0.05)

        def work() -> None:
            report = turn.take_turn(worker.house, mailbox, lambda: stops and self.sim.chance(0.3))
            self.sim.note(f"turn of {mailbox}: sent {report.sent}, answers {report.answers} {report.words}")
            if report.more:
                self._hint(mailbox)

        self._act(worker, f"turn{mailbox}", work)

    # People.

    def _a_person_acts(self, email: str) -> None:
        sim = self.sim
        awake = self._awake()
        if not awake:
            return
        worker = sim.rng.choice(awake)
        what = sim.rng.choice(
            ("pause", "pause", "resume", "resume", "stop", "suppress", "suppress domain", "mailboxes")
        )
        self._act(worker, f"{what} {email}", lambda: self._steer(worker.house, what, email))

    def _steer(self, house: Context, what: str, email: str) -> None:
        sim, record = self.sim, self.sim.world
        if what == "pause":
            self._noting(
                lambda order: record.bar(email, "paused", order), lambda: control.pause(house, email)
            )
        elif what == "resume":
            self._noting(lambda order: self._resumed(email, order), lambda: control.resume(house, email))
        elif what == "stop":
            self._noting(
                lambda order: record.bar(email, "stopped", order), lambda: control.stop(house, email)
            )
        elif what == "mailboxes":
            with house.database.write() as conn:
                for each in mailboxes.list_all(conn):
                    if each.state == "paused":
                        if each.id in record.disowned:
                            record.disowned[each.id].touched.clear()
                        record.logins_refused.pop(each.id, None)
                        mailboxes.change(
                            conn, each.id, state="active", reason="", sync_error="", next_turn_at=sim.wall
                        )
        else:
            addresses.suppress(house, email if what == "suppress" else email.partition("@")[2])

    def _further_people(self, awake: list[_Worker]) -> None:
        if self.sim.profile.mailboxes > 1 and self.sim.chance(self.sim.profile.hands):
            self._act(awake[-1], "hands", lambda: hands.act(self.sim, awake[-1].house))
        if self.sim.profile.replies and self.sim.chance(self.sim.profile.replies):
            self._somebody_replies(self.sim.rng.choice(awake))

    def _all_back(self) -> None:
        awake = self._awake()
        if awake and any(each.until is None for each in self.sim.world.leaves):
            self._act(awake[0], "all are back", lambda: hands.all_back(self.sim, awake[0].house))

    def _somebody_replies(self, worker: _Worker) -> None:
        number = replying.which(self.sim, self.laid)
        if number is not None and self.replied[number] < replying.MOST:
            self.replied[number] += 1
            what = f"reply to {number}"
            self._act(worker, what, lambda: replying.write(self.sim, worker.house, number))

    def _releases(self, worker: _Worker) -> None:
        """Everybody whom the tool lets go, goes; of the others a person says what became of their mail."""
        for email in beginning.everybody(self.sim.profile):
            self._act(
                worker, f"release {email}", lambda email=email: self._steer(worker.house, "resume", email)
            )
        self._act(worker, "decide", lambda: restoring.decide(self.sim, worker.house))

    def _noting(self, note: Callable[[int], None], work: Callable[[], object]) -> None:
        """Note something once the next commit is made."""
        self.sim.me.resolved = note
        work()

    def _resumed(self, email: str, order: int) -> None:
        self.sim.world.lift(email, "paused", order)
        self.sim.world.resumed.append((order, email))

    def _unsubscribes(self, person: str, token: str) -> None:
        """Somebody follows the link in a mail; the web process answers, or does not and they try again later."""
        claim = ground.signer().read(Purpose.UNSUBSCRIBE, token)
        assert claim is not None
        worker = self.sim.rng.choice(self.workers)
        sim = self.sim

        def work() -> None:
            hit = Hit(Purpose.UNSUBSCRIBE, claim.message, 0, sim.wall, "POST", carried=claim.carried)
            desk = hits.TrackingDesk(worker.house)
            assert desk.keep(hit)
            try:
                assert desk.unsubscribe(hit) is OptOutResult.IN_FORCE
            except errors.Trouble:
                order = sim.note(f"{person} is told that it is kept")
                sim.world.bar(person, "told that it is kept", order, worker.process.host)
                return
            sim.world.bar(person, "told that it is done", sim.note(f"{person} is told that no mail follows"))

        self._act(worker, "web", work)

    # Time.

    def _advance(self) -> None:
        sim = self.sim
        frozen = [
            until
            for each in sim.stage.actors
            for until in (each.frozen_until, each.process.frozen_until)
            if until is not None and until > sim.now
        ]
        turns, steps = ([at - sim.wrong_by for at in some] for some in aside.moments(self.laid))
        self.ticks = any(at <= sim.now for at in steps)
        # What a clock that was ahead planned is due (`leases.with_turn_due`), once that clock is right again.
        turns = [sim.now if at > sim.now + leases.MAX_AHEAD else at for at in turns]
        moments = [*turns, *steps, *frozen, *(at for at, _, _ in sim.pending[:1])]
        ahead = [at for at in moments if at > sim.now]
        busy = sim.order != self.seen and any(at <= sim.now for at in moments)
        self.seen = sim.order
        if sim.settles_at > sim.now:
            to = min([sim.settles_at, *frozen, *(at for at, _, _ in sim.pending[:1])])
        elif busy or not ahead:
            to = min([sim.now + LOOP, *frozen])
        else:
            to = min(ahead) + dt.timedelta(seconds=sim.rng.choice((0, 0, 1, 40, -1, -20)))
        if sim.profile.slept and not frozen and sim.chance(0.2):
            to = sim.now + dt.timedelta(days=3)
        sim.clock.move_to(max(to, sim.now))
        self.ticks = self.ticks or any(at <= sim.now for at in steps)
        for each in self.workers:
            if each.process.frozen_until is not None and each.process.frozen_until <= sim.now:
                each.process.frozen_until = None

    def _quiet(self) -> bool:
        """Whether nothing is left to happen by itself."""
        return self._idle() and not (self.sim.world.restored and self.backups.in_doubt())

    def _idle(self) -> bool:
        return not self.sim.pending and not self.sim.stage.actors and judge.quiet(self.sim, self.laid)


def play_briefly(seed: int) -> Played:
    """`play`, without the story, which would have to travel between processes. Here, for a spawned process does not see
    what stands in a `__main__`."""
    return replace(play(seed), lines=())
