"""The benchmark watches functions of the product by name: a renamed one would only be noticed by whoever runs it."""

from __future__ import annotations

import pytest

from benchmarks.sending import stages


@pytest.mark.parametrize(("owner", "name", "stage"), stages.WATCHED, ids=lambda each: str(each)[:40])
def test_what_the_benchmark_watches_is_there(owner: object, name: str, stage: str) -> None:
    assert callable(getattr(owner, name))
    assert stage in stages.ORDER
