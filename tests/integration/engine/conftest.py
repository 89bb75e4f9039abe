"""The house on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from relance.clock import ManualClock
from relance.engine.context import Context
from tests import engine_house


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[Context]:
    """A house with nobody in it, once on each database; it is Monday morning."""
    with engine_house.build(migrated_url, tmp_path) as built:
        yield built


@pytest.fixture
def clock(house: Context) -> ManualClock:
    """The house's clock, to be moved."""
    return engine_house.clock(house)
