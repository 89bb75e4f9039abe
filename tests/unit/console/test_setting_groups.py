"""Where each setting stands on the page Settings."""

from __future__ import annotations

from collections import Counter

from relance.config.settings import Setting, Settings
from relance.console.views.operation.setting_groups import GROUPS, SERVERS, grouped
from relance.wording import _

EVERY = [Setting(name, None, "default", f"what {name} means") for name in Settings.model_fields]


def test_every_setting_stands_in_exactly_one_group() -> None:
    shown = Counter(line.setting.name for _, lines in grouped(EVERY, ()) for line in lines)
    assert shown == Counter(list(Settings.model_fields))


def test_a_group_names_only_settings_that_exist_and_none_is_empty() -> None:
    assert {name for names in GROUPS.values() for name in names} <= set(Settings.model_fields)
    assert all(lines for _, lines in grouped(EVERY, ()))


def test_a_setting_nobody_gave_a_group_is_about_servers_and_goes_by_its_description() -> None:
    added = Setting("added_tomorrow", 1, "default", "what was added tomorrow")
    title, lines = grouped([*EVERY, added], {"added_tomorrow"})[-1]
    assert title == _(SERVERS)
    assert [(line.label, line.changed) for line in lines if line.setting is added] == [
        ("What was added tomorrow", True)
    ]
