"""Completion in the three shells: each script is produced, loads in its shell, and completes a word there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import command, finder

# How each shell is asked, without a user's own settings, for what it would offer after "relance mailb".
ASKED = {
    "bash": (
        ("bash", "--norc", "-c"),
        'source "$SCRIPT"; COMP_WORDS=(relance mailb) COMP_CWORD=1; _relance_completion relance; echo "${COMPREPLY[@]}"',
    ),
    "zsh": (
        ("zsh", "-f", "-c"),
        'autoload -U compinit; compinit -D; source "$SCRIPT"; [[ $_comps[relance] == _relance_completion ]] || exit 9; '
        '_arguments() { print -r -- "$@" }; words=(relance mailb); CURRENT=2; _relance_completion',
    ),
    "fish": (("fish", "-N", "-c"), 'source "$SCRIPT"; complete -C "relance mailb"'),
}


@pytest.mark.parametrize("shell", ASKED)
def test_a_command_is_completed(shell: str, tmp_path: Path) -> None:
    path = f"{command.RELANCE.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path)}
    script = subprocess.run(
        command.relance(), env={**environment, "_RELANCE_COMPLETE": f"source_{shell}"}, check=True, capture_output=True
    ).stdout  # fmt: skip
    assert b"relance" in script
    if shutil.which(shell) is None:
        finder.not_run(f"{shell}: not installed")
    (tmp_path / "script").write_bytes(script)
    start, words = ASKED[shell]
    done = subprocess.run(
        [*start, words], env={**environment, "SCRIPT": str(tmp_path / "script")}, capture_output=True, text=True,
        cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "mailbox" in done.stdout
    assert done.stderr == ""
