"""The nested steps of a sequence laid flat: what comes first, and what comes after what. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from relance.engine.definition.sequence import Sequence
from relance.engine.definition.steps import BranchStep, EndStep, MailStep, Path, Step
from relance.engine.schedule import waits


@dataclass(frozen=True)
class Following:
    """What comes after a step; `taken` and `not_taken` differ only for a branch. None: the sequence is over."""

    taken: str | None
    not_taken: str | None


@dataclass(frozen=True)
class StepGraph:
    """Every step by its id, in reading order, with what follows it. Every step in it has an id."""

    steps: tuple[Step, ...]
    following: Mapping[str, Following]
    paths: Mapping[str, Path] = field(repr=False)

    @cached_property
    def _by_id(self) -> dict[str, Step]:
        return {id_of(step): step for step in self.steps}

    @property
    def first(self) -> str:
        """The id of the first step."""
        return id_of(self.steps[0])

    def step(self, step_id: str) -> Step:
        """The step of that id; KeyError when there is none."""
        return self._by_id[step_id]

    def __contains__(self, step_id: object) -> bool:
        return step_id in self._by_id

    def next(self, step_id: str, taken: bool | None = None) -> str | None:
        """The id of the step after this one; None at the end. After a branch `taken` says which way it went."""
        after = self.following[step_id]
        if taken is None and after.taken != after.not_taken:
            raise ValueError(f"which way did the branch {step_id} go?")
        return after.not_taken if taken is False else after.taken

    def wait_before(self, step_id: str) -> waits.Wait:
        """How long after the step before it (the first: after enrollment) this one falls due."""
        return self.step(step_id).delay

    @cached_property
    def mails(self) -> tuple[MailStep, ...]:
        """Every mail, in reading order."""
        return tuple(step for step in self.steps if isinstance(step, MailStep))

    def number(self, step_id: str) -> int:
        """The step's place in reading order, from 1."""
        return list(self._by_id).index(step_id) + 1

    def thread(self, step_id: str, sent: Collection[str]) -> tuple[str, ...]:
        """The mails this one continues, oldest first, of those really `sent` to the person; empty for a new thread.

        The last of them is the one to answer, the first the one whose subject is kept.
        """
        step = self.step(step_id)
        if not isinstance(step, MailStep) or step.thread == "new":
            return ()
        chain: list[str] = []
        for mail in reversed(self._mails_before(step_id)):
            if mail.id in sent:
                chain.append(mail.id)
                if mail.thread == "new":
                    break
        return tuple(reversed(chain))

    @cached_property
    def _next_mails(self) -> Mapping[str, frozenset[str]]:
        """The mails that may be the next one of somebody who stands at a step: a mail with a condition may be left out."""
        found: dict[str, frozenset[str]] = {}
        for step in reversed(self.steps):  # what follows a step stands behind it
            number = id_of(step)
            here = frozenset({number} if isinstance(step, MailStep) else ())
            if not isinstance(step, MailStep) or step.when is not None:
                after = self.following[number]
                here = here.union(*(found[each] for each in (after.taken, after.not_taken) if each))
            found[number] = here
        return found

    def begins_thread(self, step_id: str) -> bool:
        """Whether the next mail of somebody who stands at this step begins a thread, whichever way they go."""
        mails = [self.step(each) for each in self._next_mails[step_id]]
        return bool(mails) and all(isinstance(each, MailStep) and each.thread == "new" for each in mails)

    def thread_ahead(self, step_id: str) -> bool:
        """Whether somebody who stands at this step may come to one from which on that is so."""
        return step_id in self._before_threads

    @cached_property
    def _before_threads(self) -> frozenset[str]:
        found: set[str] = set()
        for number in map(id_of, reversed(self.steps)):
            after = self.following[number]
            if self.begins_thread(number) or not found.isdisjoint((after.taken, after.not_taken)):
                found.add(number)
        return frozenset(found)

    def _mails_before(self, step_id: str) -> list[MailStep]:
        before = self.steps[: self.number(step_id) - 1]
        return [step for step in before if isinstance(step, MailStep)]

    def ways(self) -> Iterator[tuple[str, str | None]]:
        """Every single step from one id to a following one (None: the end), each once."""
        for step_id, after in self.following.items():
            yield step_id, after.taken
            if after.not_taken != after.taken:
                yield step_id, after.not_taken


def id_of(step: Step) -> str:
    """The id of a step of a plan; there every step has one."""
    if step.id is None:
        raise ValueError("this step has no id yet: take it from a plan")
    return step.id


def build(definition: Sequence) -> StepGraph:
    """Lay a sequence flat."""
    layout = _Layout()
    layout.lay(_named(definition.steps, ""), ("steps",), None)
    return StepGraph(tuple(layout.steps), dict(layout.following), dict(layout.paths))


class _Layout:
    """Collects the steps while walking down the branches."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.following: dict[str, Following] = {}
        self.paths: dict[str, Path] = {}

    def lay(self, steps: tuple[Step, ...], path: Path, afterwards: str | None) -> None:
        """Lay one list of steps, whose last leads on to `afterwards`."""
        for index, step in enumerate(steps):
            onward = id_of(steps[index + 1]) if index + 1 < len(steps) else afterwards
            here = (*path, index)
            self.steps.append(step)
            self.paths[id_of(step)] = here
            self.following[id_of(step)] = Following(onward, onward)
            if isinstance(step, EndStep):
                self.following[id_of(step)] = Following(None, None)
            elif isinstance(step, BranchStep):
                self._fork(step, here, onward)

    def _fork(self, step: BranchStep, here: Path, onward: str | None) -> None:
        then, otherwise = _named(step.then, f"{step.id}-then"), _named(step.otherwise, f"{step.id}-else")
        self.following[step.id] = Following(
            id_of(then[0]) if then else onward, id_of(otherwise[0]) if otherwise else onward
        )
        self.lay(then, (*here, "then"), onward)
        self.lay(otherwise, (*here, "else"), onward)


def _named(steps: tuple[Step, ...], inside: str) -> tuple[Step, ...]:
    """The same steps, each with an id: what has none is called after the step before it.

    After the step before, not by number, so that inserting a step elsewhere renames nothing.
    """
    named: list[Step] = []
    before = inside
    for step in steps:
        if step.id is None:
            step = step.model_copy(update={"id": f"{step.kind}:{before}" if before else step.kind})
        named.append(step)
        before = id_of(step)
    return tuple(named)
