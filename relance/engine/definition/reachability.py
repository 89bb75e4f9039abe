"""What holds on every way through a plan: what is reached, what was surely sent before, how long since the last mail. Pure.

Steps stand in reading order and every way leads forward, so one pass over the plan answers each question.
"""

from __future__ import annotations

from dataclasses import dataclass

from relance.engine.definition.graph import StepGraph, id_of
from relance.engine.definition.steps import MailStep, Step


@dataclass(frozen=True)
class Before:
    """What is true when a step is reached, over all ways to it."""

    surely_mailed: bool  # on every way a mail was sent that no condition can have skipped
    earlier_mails: frozenset[str]  # mails on any way
    hours: float  # the least since the last mail; infinite before the first
    most_mails: int  # on the way with most of them


_START = Before(False, frozenset(), float("inf"), 0)


def look(plan: StepGraph) -> dict[str, Before]:
    """What is true before each step that some way reaches; steps missing from the answer are never reached."""
    before: dict[str, Before] = {plan.first: _waited(_START, plan, plan.first)}
    for step in plan.steps:
        step_id = id_of(step)
        if step_id not in before:
            continue
        for follower in {plan.following[step_id].taken, plan.following[step_id].not_taken}:
            if follower is not None:
                arriving = _waited(_done(before[step_id], step), plan, follower)
                met = before.get(follower)
                before[follower] = _both(met, arriving) if met else arriving
    return before


def _done(before: Before, step: Step) -> Before:
    if not isinstance(step, MailStep):
        return before
    return Before(
        before.surely_mailed or step.when is None,
        before.earlier_mails | {step.id},
        0.0,
        before.most_mails + 1,
    )


def _waited(before: Before, plan: StepGraph, step_id: str) -> Before:
    hours = before.hours + plan.wait_before(step_id).least_hours
    return Before(before.surely_mailed, before.earlier_mails, hours, before.most_mails)


def _both(one: Before, other: Before) -> Before:
    return Before(
        one.surely_mailed and other.surely_mailed,
        one.earlier_mails | other.earlier_mails,
        min(one.hours, other.hours),
        max(one.most_mails, other.most_mails),
    )
