"""Small enough to read: how long files and functions are, and how many files lie side by side. Counted, for it creeps."""

from __future__ import annotations

import ast
import functools
import statistics
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "relance").rglob("*.py"))
PEERS = ROOT / "benchmarks/.peers"  # what `make bench` installs: not ours
TESTS = sorted(
    each
    for each in (*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py"))
    if PEERS not in each.parents
)
MIGRATIONS = (
    ROOT / "relance/engine/db/migrations"
)  # never changed once they are released, and one statement a table
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
MEDIAN_FUNCTION = 10
FULLEST_FOLDER = 12
BESIDE_THE_ROOMS = {
    "context",
    "ports",
    "roles",
    "states",
    "tick",
    "turn",
    "turn_stages",
}  # of the engine; all else of it is in a folder whose name says what happens there
LONGER_FILES: dict[str, int] = {}
FULLER_FOLDERS: dict[str, int] = {}
# What is beyond the measure still, and must not grow: make a number smaller when you can, and never larger.


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


@functools.cache
def functions(path: Path) -> dict[str, int]:
    """Lines of each function, by its place."""
    tree = ast.parse(path.read_text("utf-8"))
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


OURS = [path for path in FILES if MIGRATIONS not in path.parents]
ROOMS = {path.name for path in (ROOT / "relance").iterdir() if (path / "__init__.py").exists()}


def lengths(paths: Iterable[Path]) -> dict[str, int]:
    return {name: length for path in paths for name, length in functions(path).items()}


def test_every_room_is_counted():
    counted = {path.relative_to(ROOT / "relance").parts[0] for path in OURS}
    assert counted >= ROOMS >= {"cli", "console", "engine", "mailbox", "sandbox", "scheduler"}


def test_no_file_is_longer_than_anybody_reads():
    counted = {str(path.relative_to(ROOT)): lines(path) for path in [*OURS, *TESTS]}
    assert {name: n for name, n in counted.items() if n > LONGER_FILES.get(name, LONGEST_FILE)} == {}


def test_no_function_is_longer_than_a_screen():
    counted = lengths([*OURS, *TESTS])
    assert {name: length for name, length in counted.items() if length > LONGEST_FUNCTION} == {}


def test_most_functions_are_a_few_lines():
    assert statistics.median(lengths(OURS).values()) <= MEDIAN_FUNCTION


def test_no_folder_is_fuller_than_a_glance():
    folders = Counter(str(path.parent.relative_to(ROOT)) for path in OURS if path.name != "__init__.py")
    fuller = {name: n for name, n in folders.items() if n > FULLER_FOLDERS.get(name, FULLEST_FOLDER)}
    assert fuller == {}


def test_the_engine_is_its_rooms():
    engine = ROOT / "relance" / "engine"
    assert {path.stem for path in engine.glob("*.py")} - {"__init__"} == BESIDE_THE_ROOMS


def test_every_room_says_which_of_its_parts_may_know_which():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = [contract for contract in contracts if contract["type"] == "layers"]
    assert [contract["name"] for contract in layers if not contract.get("exhaustive")] == []
    assert {room for contract in layers for room in contract["containers"]} >= {"relance", "relance.engine"}
