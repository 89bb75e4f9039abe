"""The versions that are being played, each compiled once and kept while it is used."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from relance import late
from relance.engine.store.sequences import sequences

if TYPE_CHECKING:
    from relance.engine.definition import compiled
    from relance.engine.definition.compiled import CompiledSequence
else:
    (compiled,) = late.modules("relance.engine.definition.compiled")

MAX_SEQUENCES = 256
# Scripts kept compiled. A script is some 100 kB; a busy installation plays a few dozen versions at once.


class SequenceCache:
    """Scripts by version, compiled at first use and kept while they are used."""

    def __init__(self) -> None:
        self._scripts: OrderedDict[int, CompiledSequence] = OrderedDict()
        self._lock = threading.Lock()

    def script(self, conn: Connection, version_id: int) -> CompiledSequence:
        """The script of a version."""
        with self._lock:
            found = self._scripts.get(version_id)
            if found is not None:
                self._scripts.move_to_end(version_id)
                return found
        version = sequences.by_id(conn, version_id)
        script = compiled.CompiledSequence(version.id, version.number, version.definition)
        with self._lock:
            self._scripts[version_id] = script
            while len(self._scripts) > MAX_SEQUENCES:
                self._scripts.popitem(last=False)
        return script
