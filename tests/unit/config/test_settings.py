from __future__ import annotations

import base64
import datetime as dt
import os
import pickle
import re
import stat
import zoneinfo
from pathlib import Path

import pytest

from relance import config, errors, wording
from relance.config import checks
from tests.reworded import in_english, worded

SECRET = "hunter2hunter2"


def test_what_is_given_beats_the_environment_which_beats_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "relance.toml").write_text('web_port = 1001\nturn_batch = 11\nzone = "Europe/Warsaw"\n')
    monkeypatch.setenv("RELANCE_WEB_PORT", "1002")
    monkeypatch.setenv("RELANCE_TURN_BATCH", "12")
    settings = config.Settings(home=tmp_path, web_port=1003)
    assert (settings.web_port, settings.turn_batch, settings.zone) == (1003, 12, "Europe/Warsaw")
    assert str(settings.source("web_port")) == in_english("given by the caller")
    assert str(settings.source("turn_batch")) == in_english("environment RELANCE_TURN_BATCH")
    assert str(settings.source("zone")) == str(tmp_path / "relance.toml")
    assert str(settings.source("country")) == in_english("default")


def test_the_home_is_found_as_git_finds_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.Settings().home == tmp_path / ".relance"
    (tmp_path / ".relance").mkdir()
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert config.Settings().home == tmp_path / ".relance"
    monkeypatch.setenv("RELANCE_HOME", str(tmp_path / "named"))
    assert config.Settings().home == tmp_path / "named"
    assert config.Settings(home=tmp_path / "given").home == tmp_path / "given"


def test_defaults_follow_the_home_and_the_port(tmp_path: Path) -> None:
    settings = config.Settings(home=tmp_path, web_port=8000)
    assert settings.database_url == f"sqlite:///{tmp_path / 'relance.db'}"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert config.Settings(web_host="::").base_url == "http://localhost:8765"
    assert config.Settings(web_host="::1").base_url == "http://[::1]:8765"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////x/y.db", "sqlite:////x/y.db"),
    ],
)
def test_database_addresses(url: str, kept: str) -> None:
    assert config.Settings(database_url=url).database_url == kept


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("database_url", f"mysql://u:{SECRET}@h/d", "PostgreSQL"),
        ("database_url", f"postgresql+psycopg2://u:{SECRET}@h/d", "PostgreSQL"),
        ("database_url", SECRET, "not a database address"),
        ("redis_url", f"http://:{SECRET}@h", "redis://localhost"),
        ("base_url", f"example.com/{SECRET}", "https://t.example.com"),
        ("zone", "Warsaw", "Europe/Warsaw"),
        ("web_port", "99999", "at most 65535"),
        ("clock_start", "2026-01-01T00:00:00", "time zone is missing"),
        ("log_format", SECRET, "auto"),
        ("country", "Poland", "two capital letters"),
        ("worker_threads", "many", "a whole number"),
        ("sync_seconds", "0", "more than 0"),
        ("allow_test_domains", "perhaps", "true or false"),
        ("trusted_proxies", '["nowhere"]', "nowhere"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place_and_without_its_value(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"RELANCE_{name.upper()}", value)
    with pytest.raises(errors.Misconfigured) as refused:
        config.Settings()
    told = str(refused.value)
    assert name in told
    assert f"RELANCE_{name.upper()}" in told
    assert told.startswith(in_english(f"The setting {name} (environment RELANCE_{name.upper()})"))
    assert in_english(words) in told
    assert SECRET not in told
    assert "\n" not in told  # what follows from it is not told as well


def test_every_kind_of_setting_is_refused_in_words_of_ours() -> None:
    """Of whatever the library refuses, it is said in the reader's language: none of its own sentences is left."""
    wrong = {name: object() for name in config.Settings.model_fields if name != "home"}
    with pytest.raises(errors.Misconfigured) as refused:
        config.Settings(**wrong)
    with wording.speaking("pl"):
        told = str(refused.value).splitlines()
    assert len(told) >= len(wrong) - 1
    for line in told:
        assert re.fullmatch(
            r"Ustawienia \w+ \(podane przez wywołującego\) nie można użyć: (wartoś|możliwe wartości).*\.",
            line,
        ), line


def test_a_wrong_setting_is_told_in_polish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELANCE_WEB_PORT", "99999")
    with pytest.raises(errors.Misconfigured) as refused:
        config.Settings()
    with wording.speaking("pl"):
        assert str(refused.value) == (
            "Ustawienia web_port (zmienna środowiskowa RELANCE_WEB_PORT) nie można użyć: "
            "wartość może wynosić najwyżej 65535."
        )


def test_an_unknown_setting_in_the_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "relance.toml").write_text("web_prt = 1\n")
    with pytest.raises(
        errors.Misconfigured, match=worded(r"web_prt \(.*relance\.toml\)\. Did you mean web_port\?")
    ):
        config.Settings(home=tmp_path)


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "relance.toml").write_text("web_port: 1\n")
    with pytest.raises(errors.Misconfigured, match=worded("line 1")):
        config.Settings(home=tmp_path)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a = 1\nzone = Europe/Warsaw\n", (2, 8), "a value cannot be read; text belongs in quotes"),
        ("web_port: 1\n", (1, 9), "a = is missing after the name of a setting"),
        ('zone = "x\n', (1, 10), "a text has no closing quote"),
        ("= 1\n", (1, 1), "a line does not begin with the name of a setting"),
        ("web_port = 1 2\n", (1, 14), "there is more on the line after a value"),
    ],
)
def test_what_toml_forbids_is_told_in_our_words_with_its_place(
    tmp_path: Path, text: str, place: tuple[int, int], words: str
) -> None:
    (tmp_path / "relance.toml").write_text(text)
    with pytest.raises(errors.Misconfigured) as refused:
        config.Settings(home=tmp_path)
    assert str(refused.value).endswith(in_english(f"line {place[0]}, column {place[1]}: {words}."))
    with wording.speaking("pl"):
        assert f"wiersz {place[0]}, kolumna {place[1]}: " in str(refused.value)
        assert words not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("web_port = 1\nweb_port = 2\n", (1, 2)),
        ('# mine\nweb_port = 1\nzone = "UTC"\n\n"web_port" = 2', (2, 5)),  # at the end of the file
        ('web_port = 1\nwatch_folders = [\n  "a",\n]\nweb_port = 2\nzone = "UTC"\n', (1, 5)),
    ],
)
def test_a_setting_that_is_given_twice_is_named_with_both_lines(
    tmp_path: Path, text: str, lines: tuple[int, int]
) -> None:
    (tmp_path / "relance.toml").write_text(text)
    with pytest.raises(errors.Misconfigured) as refused:
        config.Settings(home=tmp_path)
    first, second = lines
    said = in_english(f"line {second}: web_port is given twice, on line {first} as well. Keep one of them.")
    assert str(refused.value).endswith(said)
    assert str(tmp_path / "relance.toml") in str(refused.value)


def test_settings_that_are_not_utf_8_or_end_too_soon_are_told_in_our_words(tmp_path: Path) -> None:
    for data, words in ((b'zone = "\xff"', "kodowaniu UTF-8"), (b"a = [1", "na końcu pliku: nawias")):
        (tmp_path / "relance.toml").write_bytes(data)
        with pytest.raises(errors.Misconfigured) as refused:
            config.Settings(home=tmp_path)
        with wording.speaking("pl"):
            assert words in str(refused.value)


def test_what_was_typed_is_named_by_its_option_and_the_locale_by_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "pl_PL.UTF-8")
    assert str(config.Settings(home=tmp_path).source("language")) == in_english("locale LC_ALL")
    with config.typed({"language": "--lang", "zone": "--zone"}):
        settings = config.Settings(home=tmp_path, language="en", web_port=1)
        with pytest.raises(errors.Misconfigured) as refused:
            config.Settings(home=tmp_path, zone="Mars/Base")
    assert str(settings.source("language")) == "--lang"
    assert str(settings.source("web_port")) == in_english("given by the caller")
    assert in_english("zone (--zone)") in str(refused.value)
    assert "zone --zone" in str(refused.value).replace("(", "")


def test_no_secret_is_shown(tmp_path: Path) -> None:
    settings = config.Settings(
        home=tmp_path,
        database_url=f"postgresql://user:{SECRET}@h/d?sslpassword={SECRET}&sslmode=require",
        redis_url=f"redis://:{SECRET}@h:6379/0",
        secret_key=SECRET,
    )
    shown = {setting.name: setting.value for setting in settings.describe()}
    assert SECRET not in repr(shown)
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    assert shown["database_url"] == "postgresql+psycopg://user:***@h/d?sslpassword=***&sslmode=require"
    assert shown["redis_url"] == "redis://:***@h:6379/0"


def test_settings_travel_to_other_processes(tmp_path: Path) -> None:
    settings = config.Settings(home=tmp_path, secret_key=config.new_key(), clock_scale=60)
    twin = pickle.loads(pickle.dumps(settings))
    assert twin == settings
    assert twin.keyring().keys == settings.keyring().keys


def test_the_clock(tmp_path: Path) -> None:
    start = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    origin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    clock = config.Settings(clock_origin=origin, clock_start=start, clock_scale=3600).clock()
    assert clock.at(origin + dt.timedelta(seconds=24)) == start + dt.timedelta(days=1)


def test_a_home_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = config.make_home(home, {"zone": "Europe/Warsaw", "web_port": 99, "allow_test_domains": True})
    assert {path.name for path in made.made} == {"relance.key", "relance.toml"}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "relance.key").stat().st_mode) == 0o600
    settings = config.Settings(home=home)
    assert (settings.zone, settings.web_port, settings.allow_test_domains) == ("Europe/Warsaw", 99, True)
    key = settings.keyring().keys
    again = config.make_home(home)
    assert not again.made
    assert config.Settings(home=home).keyring().keys == key


def test_every_line_of_a_fresh_settings_file_can_be_taken_in(tmp_path: Path) -> None:
    config.make_home(tmp_path / "home")
    text = (tmp_path / "home" / "relance.toml").read_text()
    named = {
        line.removeprefix("# ").partition(" = ")[0] for line in text.splitlines() if line.endswith("= ...")
    }
    assert named == set(config.Settings.model_fields) - {"home", "secret_key"}


def test_keys_turn_over(tmp_path: Path) -> None:
    old, new = os.urandom(32), os.urandom(32)
    text = f"# kept for old rows\n1:{base64.b64encode(old).decode()}\n2:{base64.b64encode(new).decode()}\n"
    ring = config.read_keys(text, "a file")
    assert ring.keys == {1: old, 2: new}
    assert ring.current == 2
    assert "b'" not in repr(ring)
    bare = config.read_keys(base64.b64encode(old).decode(), "a file")
    assert (bare.keys, bare.current) == ({1: old}, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        SECRET,
        "0:" + "A" * 43 + "=",
        "1:AAAA",
        "x:" + "A" * 43 + "=",
        ("1:" + "A" * 43 + "=\n") * 2,
    ],
)
def test_a_key_of_the_wrong_shape_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(errors.Misconfigured) as refused:
        config.read_keys(text, "environment RELANCE_SECRET_KEY")
    assert "RELANCE_SECRET_KEY" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_missing_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(errors.Misconfigured, match=worded("relance init")):
        config.Settings(home=tmp_path).keyring()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_key_others_may_read_is_refused_unless_it_was_named_on_purpose(tmp_path: Path) -> None:
    config.make_home(tmp_path / "home")
    path = tmp_path / "home" / "relance.key"
    path.chmod(0o644)
    with pytest.raises(errors.Misconfigured, match=worded("chmod 600")):
        config.Settings(home=tmp_path / "home").keyring()
    assert config.Settings(home=tmp_path / "other", secret_key_file=path).keyring().current == 1


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        config.Settings().web_port = 1


def test_the_environment_is_read_in_any_case_and_an_empty_value_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("relance_web_port", "1002")
    monkeypatch.setenv("RELANCE_COUNTRY", "")
    monkeypatch.setenv("RELANCE_SKIP_FOLDERS", '["Old", "Shared/*"]')
    settings = config.Settings(home=tmp_path)
    assert (settings.web_port, settings.country) == (1002, None)
    assert settings.skip_folders == ("Old", "Shared/*")


@pytest.mark.parametrize("name", [*sorted(zoneinfo.available_timezones())[::25], "UTC", "Europe/Warsaw"])
def test_every_zone_is_one(name: str) -> None:
    assert checks.zone(name) == name


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/", "Warsaw", "../UTC", "/etc/localtime", "posix/UTC", "right/UTC", "x\0y"]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    assert name not in zoneinfo.available_timezones()
    with pytest.raises(ValueError, match=worded("there is no time zone")):
        checks.zone(name)
