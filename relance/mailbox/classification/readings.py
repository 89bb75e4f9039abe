"""A letter with what the expensive readings found, each done once, when a rule first asks."""

from __future__ import annotations

from functools import cached_property

from relance.mailbox.classification import automated, subjects
from relance.mailbox.classification.delivery_failures import bounces
from relance.mailbox.classification.languages.normalize import Folded
from relance.mailbox.classification.message_view import ClassifierInput, RuleMatch


class Readings(ClassifierInput):
    """What the rules are asked about."""

    @cached_property
    def bounce(self) -> bounces.Bounce | None:
        """What it reports about a delivery, if it does."""
        return bounces.read(self)

    @cached_property
    def machine(self) -> RuleMatch | None:
        """The first mark that a machine made it."""
        return automated.machine(self)

    @cached_property
    def spoken_subject(self) -> Folded:
        """The writer's own words of the subject."""
        return subjects.spoken(self)
