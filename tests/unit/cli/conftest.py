"""The command line with a pretended engine behind it."""

from __future__ import annotations

import importlib
import os
import sys
import types
from pathlib import Path

import pytest

import relance
from relance import config
from relance.cli.terminal import session
from tests.pretended_engine import (
    Engine,
    Spec,
)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    made = Engine()

    def open_app(settings: config.Settings) -> Engine:
        made.settings = settings
        return made

    for name in list(os.environ):
        if name.startswith("RELANCE_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(session, "open_app", open_app)
    monkeypatch.chdir(tmp_path)
    importlib.import_module("relance.app")  # with the real one: `init` needs it
    # The package keeps what was fetched from it: the pretended one would stay for the tests behind.
    monkeypatch.setattr(relance, "MailboxSpec", Spec)
    keeping = types.ModuleType("relance.engine.mailboxes.service")
    keeping.MailboxSpec = Spec  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "relance.engine.mailboxes.service", keeping)
    return made
