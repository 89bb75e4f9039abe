"""Whatever stands in the queue is told apart: a hint of ours, or not. No thread runs beside this property."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from relance.scheduler.queue import broker, hints


@given(st.binary(max_size=60) | st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["queue_name", "actor_name", "args", "kwargs", "options", "message_id", "message_timestamp", "redis_message_id"]), inner,
    ), max_leaves=8,
).map(json.dumps).map(str.encode))  # fmt: skip
@example(b"[" * 200_000)
@example(b'{"options":' + b"[" * 200_000)
def test_arbitrary_messages_are_told_apart(data: bytes) -> None:
    assert broker.hint_id(data) is None or isinstance(broker._is_hint(data), bool)


def test_a_hint_of_ours_is_one() -> None:
    ours = hints._hint(7)
    ours = ours.copy(options={"redis_message_id": "x"})
    assert broker.hint_id(ours.encode()) == "x"
    assert broker._is_hint(ours.encode())
