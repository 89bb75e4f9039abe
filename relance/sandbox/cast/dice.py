"""Chance that can be repeated: one generator for each thing that needs some, named, so that none disturbs another."""

from __future__ import annotations

import random


def of(seed: int, *names: object) -> random.Random:
    """A generator that depends on the seed and the names and on nothing else (not on PYTHONHASHSEED)."""
    return random.Random("\x1f".join(str(part) for part in (seed, *names)))  # noqa: S311  # no secrets here
