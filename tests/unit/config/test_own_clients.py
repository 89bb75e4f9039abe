"""The user's own clients at providers, as they are set."""

from __future__ import annotations

from pathlib import Path

import pytest

from relance import config, errors
from relance.app import own_clients
from relance.config import closing

SECRET = "hush-hush-4711"


def test_nothing_is_set_of_itself(tmp_path: Path) -> None:
    assert own_clients.of(config.Settings(home=tmp_path)) == {}


def test_a_secret_comes_from_the_environment_the_file_or_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_GOOGLE_CLIENT_ID", "ours.apps")
    monkeypatch.setenv("RELANCE_GOOGLE_CLIENT_SECRET", SECRET)
    kept = tmp_path / "secret"
    kept.write_text("first\n")
    (tmp_path / "relance.toml").write_text(
        f'microsoft_client_id = "4711"\nmicrosoft_tenant = "acme.example"\nmicrosoft_client_secret_file = "{kept}"\n'
    )
    found = own_clients.of(config.Settings(home=tmp_path))
    assert (found["google"].id, found["google"].secret(), found["google"].tenant) == ("ours.apps", SECRET, "")
    microsoft = found["microsoft"]
    assert (microsoft.id, microsoft.secret(), microsoft.tenant) == ("4711", "first", "acme.example")
    kept.write_text("second")
    assert microsoft.secret() == "second"  # no restart


def test_a_service_account_alone_is_enough(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text('{"type": "service_account"}')
    found = own_clients.of(config.Settings(home=tmp_path, google_service_account_file=key))
    assert (found["google"].id, found["google"].service_account()) == ("", key.read_text())


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    kept = tmp_path / "secret"
    if content:
        kept.write_bytes(content)
    found = own_clients.of(config.Settings(home=tmp_path, google_client_secret_file=kept))
    with pytest.raises(errors.Misconfigured, match="secret"):
        found["google"].secret()


def test_a_secret_is_shown_nowhere(tmp_path: Path) -> None:
    settings = config.Settings(home=tmp_path, google_client_id="ours", google_client_secret=SECRET)
    shown = {each.name: each.value for each in settings.describe()}
    assert (shown["google_client_id"], shown["google_client_secret"]) == ("ours", "***")
    assert SECRET not in repr(settings) + repr(own_clients.of(settings))


@pytest.mark.parametrize("name", ["google_client_secret", "microsoft_client_secret"])
def test_a_settings_file_that_holds_one_is_not_for_others(tmp_path: Path, name: str) -> None:
    (tmp_path / "relance.toml").write_text(f'{name} = "{SECRET}"\n')
    settings = config.Settings(home=tmp_path)
    assert settings.file in closing._private(settings)
    (tmp_path / "relance.toml").write_text('google_client_id = "ours"\n')
    settings = config.Settings(home=tmp_path)
    assert settings.file not in closing._private(settings)


def test_those_of_signing_in_are_shown_last(tmp_path: Path) -> None:
    names = [each.name for each in config.Settings(home=tmp_path).describe()]
    assert names[0] == "home"
    assert names[-8:] == list(config.own_clients.OwnClientSettings.model_fields)
