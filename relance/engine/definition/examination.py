"""One sequence that is being checked: what is asked of it, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from relance import errors
from relance.engine.definition import graph, reachability, sequence
from relance.engine.definition.reading import error_messages, partial
from relance.engine.definition.reading.yaml_source import Places
from relance.engine.definition.steps import MailStep, Path
from relance.wording import Text


class Examination:
    """One sequence under examination, and what was found so far."""

    def __init__(
        self,
        definition: sequence.Sequence,
        known: frozenset[str],
        places: Places,
        where: str,
        written: Any = None,
    ) -> None:
        self.definition = definition
        self.known = known
        self.places = places
        self.where = where
        self.written = written  # plain data, where steps may have other names than in the definition
        self.plan = graph.build(definition)
        self.before = reachability.look(self.plan)
        self.problems: list[errors.Problem] = []
        self.warnings: list[errors.Problem] = []

    def problem(self, path: Path, what: Text | str, hint: Text | str = "") -> None:
        """Note a mistake at a place."""
        self.problems.append(self._told(path, what, hint))

    def warn(self, path: Path, what: Text | str, hint: Text | str = "") -> None:
        """Note what may be meant so, but is unusual."""
        self.warnings.append(self._told(path, what, hint))

    def _told(self, path: Path, what: Text | str, hint: Text | str) -> errors.Problem:
        place = self.places.of(path)
        return errors.Problem(
            error_messages.within(self.name(path), what), self.where, hint, place.line, place.column
        )

    def name(self, path: Path) -> Text:
        """The step a path leads into, or the part; as a sentence begins with it."""
        around = [
            step_id for step_id, step_path in self.plan.paths.items() if path[: len(step_path)] == step_path
        ]
        if around and self.written is not None:
            return error_messages.context(path, self.written)
        if around:  # in reading order, so the innermost comes last
            return error_messages.step_name(around[-1])
        return Text.prose(path[0] if path else "")

    def mails(self) -> Iterator[tuple[Path, MailStep]]:
        """Every mail, each after its place."""
        for mail in self.plan.mails:
            yield self.plan.paths[mail.id], mail

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Every text that people are sent or told, and the values that may stand in them."""
        for key, value in self.definition.values.items():
            if isinstance(value, str):
                yield ("values", key), value
        for step in self.plan.steps:
            for path, text in step.sources():
                yield (*self.plan.paths[graph.id_of(step)], *path), text

    def moved(self, path: Path, found: Iterable[errors.Problem]) -> list[errors.Problem]:
        """What is said of one text, moved from the text's own lines to the file's."""
        told = (partial.moved(each, path, self.name(path), self.places) for each in found)
        return [replace(each, where=self.where) for each in told]
