"""Copies the files that others wrote from their npm packages to where they belong, and bundles the editor: `make vendor`, byte for byte.

`files.toml` names each with its licence and its SHA-256. With `--accept` the sums are written anew, after a version was changed in
package.json (and package-lock.json by `npm install --package-lock-only`) of this folder or of editor/; the locks name no registry.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
LIST = HERE / "files.toml"


def install(source: Path, folder: Path) -> None:
    """The packages of the lock, without running anything of theirs."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True
    )


def copied(files: list[dict[str, str]]) -> Iterator[tuple[str, str, bytes]]:
    """The listed files: where each goes, its sum, and what is in it."""
    with tempfile.TemporaryDirectory() as made:
        install(HERE, Path(made))
        for each in files:
            yield each["to"], each["sha256"], (Path(made) / "node_modules" / each["from"]).read_bytes()


def bundled(bundle: dict[str, str]) -> Iterator[tuple[str, str, bytes]]:
    """A bundle and the licences of what is in it: where each goes, its sum, and what is in it."""
    entry = HERE / bundle["from"]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        install(entry.parent, folder)
        shutil.copy(entry, folder)
        told = ["--bundle", "--minify", "--format=iife", "--target=es2020", "--legal-comments=none"]
        told += [
            f"--global-name={bundle['name']}",
            "--metafile=made.json",
            "--outfile=made.js",
            "--log-level=warning",
        ]
        subprocess.run(["npx", "--no-install", "esbuild", entry.name, *told], cwd=folder, check=True)
        yield bundle["to"], bundle["sha256"], (folder / "made.js").read_bytes()
        parts = packages(json.loads((folder / "made.json").read_text("utf-8")))
        words = "\n\n".join(licence(folder / "node_modules" / name) for name in parts)
        yield bundle["licences"], bundle["licences_sha256"], words.encode()


def packages(meta: dict[str, Any]) -> list[str]:
    """The names of the packages that a bundle holds something of."""
    names = (re.match(r"node_modules/((?:@[^/]+/)?[^/]+)/", path) for path in meta["inputs"])
    return sorted({found[1] for found in names if found})


def licence(package: Path) -> str:
    """Its name, version and licence in full. Raises FileNotFoundError where it brings none."""
    said = json.loads((package / "package.json").read_text("utf-8"))
    text = (package / "LICENSE").read_text("utf-8").strip()
    return f"{said['name']} {said['version']} ({said['license']})\n\n{text}\n"


def put(target: str, found: bytes) -> None:
    """Write it to where it belongs."""
    path = ROOT / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(found)


def main() -> int:
    """Copy and make them all; 1 when one is not what files.toml says."""
    accept = "--accept" in sys.argv
    text, wrong = LIST.read_text("utf-8"), 0
    listed = tomllib.loads(text)
    everything = [*copied(listed["file"]), *(one for each in listed["bundle"] for one in bundled(each))]
    for target, expected, found in everything:
        total = hashlib.sha256(found).hexdigest()
        if total != expected and not accept:
            print(f"{target}: {total}, not {expected}", file=sys.stderr)
            wrong = 1
            continue
        put(target, found)
        text = re.sub(
            rf'("{re.escape(target)}".*?sha256 = ")[^"]*', rf"\g<1>{total}", text, count=1, flags=re.DOTALL
        )
    if accept:
        LIST.write_text(text, "utf-8")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
