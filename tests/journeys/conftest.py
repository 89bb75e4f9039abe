"""The stage the stories play on, over each of the two databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.stage import Stage, standing


@pytest.fixture
def stage(tmp_path: Path, migrated_url: str) -> Iterator[Stage]:
    """An empty installation in an empty world, ten o'clock on a Monday in Warsaw."""
    with standing(tmp_path, migrated_url) as ready:
        yield ready
