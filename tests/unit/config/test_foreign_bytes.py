"""Whatever stands in the settings file, the key file or the environment: it is understood, or refused in a sentence."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance import config, errors
from relance.config import checks, read_keys

NAMES = sorted(config.Settings.model_fields)
WORDS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40)
# What an environment variable can hold: any bytes but NUL; Python reads them with surrogates for what is no UTF-8.
VARIABLES = st.one_of(
    WORDS,
    st.binary(max_size=20).map(lambda raw: os.fsdecode(raw.replace(b"\0", b""))),
    st.sampled_from(["http://[", "sqlite://[", "postgresql://[::1", "redis://[x", "[1", "9" * 5000, "[" * 5000, "~nobody-here/x"]),
)  # fmt: skip
LITERALS = st.one_of(
    WORDS.map(lambda word: "'''" + word.replace("'", "") + "'''"),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["9" * 5000, "[" * 3000 + "]" * 3000, "{a = 1}", "true", "1979-05-27", '"\\u0000"', "[1, 'a']"]
    ),
)
LINES = st.tuples(st.sampled_from(NAMES) | st.text("abcxyz_", min_size=1, max_size=5), LITERALS).map(
    " = ".join
)


def refusal(action: Callable[[], object]) -> str | None:
    """In what words it was refused; None when it was not. Any other error is the test's."""
    try:
        action()
    except errors.Misconfigured as refused:
        return str(refused)
    return None


def use(found: config.Settings) -> None:
    """What every start asks of its settings."""
    found.describe()
    found.clock()
    config.open_to_others(found)
    repr(found)
    found.keyring()


@pytest.fixture(autouse=True, scope="module")
def _own_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("RELANCE_") and "_TEST_" not in name]:
            patch.delenv(name)
        yield


@given(st.one_of(st.lists(LINES, max_size=4).map("\n".join).map(str.encode), st.binary(max_size=80)))
@example(b"web_port = " + b"9" * 5000)
@example(b"skip_folders = " + b"[" * 5000)
@example(b"x" * 10 + b"." * 100_000)
def test_a_settings_file(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / config.FILE_NAME).write_bytes(content)
        words = refusal(lambda: use(config.Settings(home=Path(name))))
        assert words is None or words.strip()


@given(st.dictionaries(st.sampled_from(NAMES), VARIABLES, max_size=3))
@example({"skip_folders": "Shared/*"})
@example({"skip_folders": "[1"})
@example({"database_url": "sqlite://["})
@example({"redis_url": "redis://127.0.0.1:many/0"})
@example({"clock_origin": "9999-12-31T23:59:59-23:59"})
@example({"clock_scale": "inf", "clock_start": "0001-01-01T00:00:00Z"})
@example({"lease_seconds": "nan"})
@example({"secret_key_file": "~0"})
@example({"home": "~0"})
@example({"language": "\udc80"})
@example({"timezone": "\udc80"})
def test_an_environment(values: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        for setting, value in values.items():
            patch.setenv(f"RELANCE_{setting.upper()}", value)
        home = {} if "home" in values else {"home": Path(name)}
        words = refusal(lambda: use(config.Settings(**home)))
        assert words is None or words.strip()


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
@example("9" * 5000 + ":AAAA")
@example("1:" + "A" * 43 + "=\n1:" + "A" * 43 + "=")
@example("٣:" + "A" * 43 + "=")
def test_keys(text: str) -> None:
    rings: list[config.Keyring] = []
    words = refusal(lambda: rings.append(read_keys(text, "this place")))
    assert words is None or "this place" in words
    for ring in rings:
        assert ring.current in ring.keys
        assert all(1 <= number <= 255 and len(key) == 32 for number, key in ring.keys.items())


@given(st.binary(max_size=60))
def test_a_key_file(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / config.KEY_NAME
        path.write_bytes(content)
        path.chmod(0o600)
        words = refusal(lambda: config.Settings(home=Path(name)).keyring())
        assert words is None or str(path) in words


@given(
    WORDS
    | st.sampled_from(["http://[", "postgresql://u:hunter2@[::1/x", "sqlite:///a?password=x", "//:@@@:::[[["])
)
def test_an_address_is_masked_whatever_it_is(url: str) -> None:
    assert isinstance(checks.mask_url(url), str)
    assert "hunter2" not in checks.mask_url(url)
