"""Copies the files that others wrote from their npm packages to where they belong: `make vendor`, byte for byte.

`files.toml` names each with its licence and its SHA-256. With `--accept` the sums are written anew, after a version was changed in
package.json (and package-lock.json by `npm install --package-lock-only`); the lock names no registry.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
LIST = HERE / "files.toml"


def install(folder: Path) -> None:
    """The packages of the lock, without running anything of theirs."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True
    )


def main() -> int:
    """Copy them all; 1 when one is not what files.toml says."""
    accept = "--accept" in sys.argv
    text, wrong = LIST.read_text("utf-8"), 0
    with tempfile.TemporaryDirectory() as made:
        install(Path(made))
        for each in tomllib.loads(text)["file"]:
            found = (Path(made) / "node_modules" / each["from"]).read_bytes()
            total = hashlib.sha256(found).hexdigest()
            if total != each["sha256"] and not accept:
                print(f"{each['from']}: {total}, not {each['sha256']}", file=sys.stderr)
                wrong = 1
                continue
            target = ROOT / each["to"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(found)
            text = re.sub(
                rf'(to = "{re.escape(each["to"])}".*?sha256 = ")[^"]*',
                rf"\g<1>{total}",
                text,
                flags=re.DOTALL,
            )
    if accept:
        LIST.write_text(text, "utf-8")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
