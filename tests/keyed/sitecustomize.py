"""Read by Python when a process starts that has this folder on its path: it speaks keys (`tests.reworded`)."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys

import keys_for_sentences

CATALOGUE = "relance.wording.catalogue"


class Finder(importlib.abc.MetaPathFinder):
    """Puts the keys into the catalogue once that is imported, and not before: a process that needs none has none."""

    def find_spec(self, name: str, *_more: object) -> importlib.machinery.ModuleSpec | None:
        if name != CATALOGUE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (run(module), keys_for_sentences.spoken())  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Finder())
