"""Files that somebody else may have written: epoch.json, and the kernel's table of mounts."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from relance.engine.db.sqlite import network_disks
from relance.engine.sending.doubt import restore_guard

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
TOLD = st.fixed_dictionaries({}, optional=dict.fromkeys(("installation", "epoch", "restores"), VALUES)).map(
    json.dumps
)


@given(
    st.binary(max_size=60) | TOLD.map(str.encode) | VALUES.map(lambda told: json.dumps(told).encode("utf-16"))
)
@example(b"[" * 200_000)
@example(b'{"installation": "x", "epoch": 1e999}')
@example(b'{"installation": "x", "epoch": ' + b"9" * 4000 + b"}")
@example(b'{"installation": "x", "epoch": true}')
@example(b'{"installation": "x", "epoch": 1, "restores": 1' + b"0" * 30 + b"}")
@example(b'{"installation": "x", "epoch": 1, "restores": true}')
def test_an_epoch_file(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "epoch.json"
        file.write_bytes(content)
        seen = restore_guard._read(file)
        assert seen is None or 0 <= seen.epoch < restore_guard.MAX_EPOCH
        assert seen is None or 0 <= seen.restores <= restore_guard.MAX_RESTORES


@given(
    st.text(max_size=20),
    st.integers(0, restore_guard.MAX_EPOCH - 1),
    st.integers(0, restore_guard.MAX_RESTORES),
)
def test_what_was_written_is_read(installation: str, epoch: int, restores: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "epoch.json"
        restore_guard._write(file, restore_guard.EpochFile(installation, epoch, restores))
        assert restore_guard._read(file) == restore_guard.EpochFile(installation, epoch, restores)


def test_a_pipe_of_that_name_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "epoch.json")
    assert restore_guard._read(tmp_path / "epoch.json") is None


@given(
    st.text(max_size=200) | st.lists(st.tuples(st.text(), st.text(), st.text()).map(" ".join)).map("\n".join)
)
@example("none /\\777\\999 nfs rw 0 0")
def test_a_table_of_mounts(mounts: str) -> None:
    assert isinstance(network_disks.filesystem(Path("/srv/home"), mounts), str)
