"""What publishing a text would do: to the sequence, step by step, and to the people who are in it. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from relance import errors
from relance.engine.context import Context
from relance.engine.definition import graph, sequence
from relance.engine.sequences import publish
from relance.engine.sequences.publish import Source
from relance.engine.store.sequences import sequences


@dataclass(frozen=True)
class PeopleAtStep:
    """People who are under way stay with their version: so many of version `version` stand at `step` in `state`."""

    version: int
    step: str
    state: str
    people: int


@dataclass(frozen=True)
class PublishPlan:
    """What would be published as version `next`; `latest` is 0 where there is no such sequence yet, else `digest` is that of
    its text. Steps by their ids."""

    name: str
    latest: int
    next: int
    changed: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]
    altered: tuple[str, ...]
    staying: tuple[PeopleAtStep, ...]
    warnings: tuple[errors.Problem, ...] = ()
    digest: str = ""

    @property
    def people(self) -> int:
        """How many are under way, over all versions."""
        return sum(each.people for each in self.staying)


def plan(context: Context, source: Source) -> PublishPlan:
    """What `publish` would do. Raises `errors.Invalid` with every problem, as `publish` would."""
    checked = publish.check(context, source)
    if checked.definition is None:
        raise errors.Invalid(checked.problems)
    wanted = checked.definition
    with context.database.read() as conn:
        versions = sequences.versions(conn, wanted.name)
        latest = versions[0] if versions else None
        digest = publish.text_digest(publish.as_written(conn, latest)) if latest else ""
        standing = sequences.standing(conn, latest.sequence_id) if latest else []
    changed = latest is None or latest.digest != sequence.digest(wanted)
    number = latest.number if latest else 0
    before = _steps(sequence.Sequence.model_validate(latest.definition)) if latest else {}
    after = _steps(wanted)
    return PublishPlan(
        name=wanted.name,
        latest=number,
        next=number + 1 if changed else number,
        changed=changed,
        added=tuple(each for each in after if each not in before),
        removed=tuple(each for each in before if each not in after),
        altered=tuple(each for each in after if each in before and after[each] != before[each]),
        staying=_in_order([PeopleAtStep(*each) for each in standing], [*before]),
        warnings=checked.warnings,
        digest=digest,
    )


def _in_order(found: Iterable[PeopleAtStep], steps: Sequence[str]) -> tuple[PeopleAtStep, ...]:
    """By version, the newest first, and within it as the steps of the latest one follow each other; others last."""
    place = {step: number for number, step in enumerate(steps)}
    return tuple(sorted(found, key=lambda each: (-each.version, place.get(each.step, len(place)), each.step)))


def _steps(definition: sequence.Sequence) -> Mapping[str, object]:
    """Each step as it is written, by its id; those within a branch as well."""
    return {graph.id_of(each): each.model_dump(mode="json") for each in graph.build(definition).steps}
