"""What is handed out: the source distribution is whole, and a wheel made of it does the main job in an empty environment."""

from __future__ import annotations

import email
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from relance import sandbox
from tests.reworded import in_english
from tests.servers import command

ROOT = Path(__file__).parents[3]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "build", "*.egg-info"
)
BUILD = "import sys; from setuptools import build_meta; print(getattr(build_meta, 'build_' + sys.argv[1])(sys.argv[2]))"
# What a scene would wait for in a terminal: a demo as short as it can be.
DEMO = ("demo", "--seed", "7", "--contacts", "12", "--seconds", "10", "--json", "-")
HIDING = "import sys; sys.modules['trustme'] = None\n"  # as where the extra was not asked for


def build(kind: str, source: Path, into: Path) -> Path:
    """An sdist or a wheel, by the installed setuptools; nothing is fetched."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, kind, str(into)],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return into / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made from a copy: the build writes into its source."""
    folder = tmp_path_factory.mktemp("sdist")
    shutil.copytree(ROOT, folder / "source", ignore=LEFT_OUT)
    return build("sdist", folder / "source", folder)


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made from what the source distribution holds, so that this is all a wheel needs."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(["tar", "-xzf", str(sdist), "-C", str(folder)], check=True)
    return build("wheel", next(folder.glob("relance-*")), folder)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that has the wheel. Its libraries are those of this one, lent by a path file, which does
    not follow path files of theirs: our own source is not in reach."""
    place = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = place / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "-q", "--no-index", "--no-deps", str(wheel)], check=True)
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages(place) / "lent.pth").write_text("\n".join(sorted(lent)) + "\n")
    return place / "bin" / "relance"


def packages(place: Path) -> Path:
    return next((place / "lib").glob("python*")) / "site-packages"


def type_(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(
        [str(installed), *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def lines(script: Path) -> list[str]:
    """What an entry script does: without the interpreter's path and what newer pips do about Windows and about quotes."""
    told = script.read_text("utf-8").replace('"', "'").splitlines()[1:]
    return [
        line for line in told if line.strip() and not re.match(r"# -\*-|import re$|\s*sys\.argv\[0\] =", line)
    ]


@pytest.mark.slow
def test_the_demo_runs_from_a_wheel_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    done = type_(installed, tmp_path, *DEMO)
    assert done.returncode == 0, done.stderr
    audit = json.loads(done.stdout)
    assert audit["seed"] == 7
    where = subprocess.run(
        [str(installed.with_name("python")), "-c", "import relance; print(relance.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(installed.parents[1])


@pytest.mark.slow
def test_the_file_on_the_path_is_the_one_that_make_writes(installed: Path) -> None:
    assert lines(command.RELANCE) == lines(installed)


@pytest.mark.slow
def test_where_the_extra_is_missing_one_sentence_says_so(installed: Path, tmp_path: Path) -> None:
    hiding = (
        packages(installed.parents[1]) / "hiding.pth"
    )  # a distribution may have a sitecustomize of its own
    hiding.write_text(HIDING)
    try:
        assert type_(installed, tmp_path, "init").returncode == 0
        for words in (("demo",), ("sandbox",)):
            done = type_(installed, tmp_path, *words)
            assert done.returncode == 2
            assert in_english("pip install 'relance[sandbox]'") in done.stderr
            assert len(done.stderr.splitlines()) == 1
        assert (
            type_(installed, tmp_path, "status").returncode == 3
        )  # it works, and says that nobody is at work
    finally:
        hiding.unlink()


def test_the_extra_holds_what_the_mail_world_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {re.split(r"[<>=~!\[ ]", line)[0] for line in project["optional-dependencies"]["sandbox"]}
    assert asked == set(sandbox.NEEDED)


@pytest.mark.slow
def test_the_source_distribution_holds_tests_and_docs(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    kept = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    wanted = kept or ["Makefile", "docs/operations.md", "tests/conftest.py", "requirements/base.txt"]
    assert [name for name in wanted if name not in held] == []
    assert not [name for name in held if name.endswith((".pyc", ".db"))]


@pytest.mark.slow
def test_a_wheel_holds_the_package_alone_and_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        said: Message = email.message_from_bytes(
            archive.read(next(n for n in names if n.endswith("METADATA")))
        )
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"relance"}
    assert "relance/py.typed" in names
    assert {
        f"relance/console/{each}"
        for each in ("static/codemirror.min.js", "static/editor.js", "licences/codemirror.txt")
    } <= set(names)
    assert "relance/engine/db/migrations/script.py.mako" in names or any(n.startswith("relance/engine/db/migrations/versions/") for n in names)  # fmt: skip
    assert "sandbox" in said.get_all("Provides-Extra", [])
    assert "Typing :: Typed" in said.get_all("Classifier", [])
    assert said.get_all("Project-URL")
