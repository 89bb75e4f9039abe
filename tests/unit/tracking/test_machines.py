"""What is known of programs: each fact with a date and a source, none wider than what it says; and what it is worth, by traces."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from typing import Any

import pytest

from relance.tracking import judge, machines
from relance.tracking.machines import Does
from tests.corpus import hit_traces

FILES = sorted(machines.FOLDER.glob("*.toml"))
FACTS = [
    (path.stem, fact)
    for path in FILES
    for table in ("programs", "networks")
    for fact in tomllib.loads(path.read_text("utf-8")).get(table, ())
]


@pytest.mark.parametrize(("file", "fact"), FACTS, ids=[f"{file}-{n}" for n, (file, _) in enumerate(FACTS)])
def test_every_fact_has_a_date_and_a_source(file: str, fact: dict[str, Any]) -> None:
    assert isinstance(fact["date"], dt.date)
    assert dt.date(2000, 1, 1) < fact["date"] <= dt.date(2026, 12, 31)
    assert fact["source"].startswith(("https://", "http://"))
    assert set(fact) <= {"does", "agent", "where", "networks", "date", "source"}


def test_every_file_is_read_and_says_whose_programs_it_lists() -> None:
    assert len(FILES) >= 8
    assert all(tomllib.loads(path.read_text("utf-8"))["name"] for path in FILES)
    assert len(machines.known().programs) + len(machines.known().places) == len(FACTS)


def test_what_is_known_is_written_in_lower_case_and_once() -> None:
    agents = [each.agent for each in machines.known().programs]
    assert agents == [each.lower() for each in agents]
    assert len(set(agents)) == len(agents)


def test_no_network_is_wider_than_a_provider_s_own() -> None:
    """A provider's published blocks; the /8 of a whole company, or a cloud's, would take readers for filters."""
    networks = [network for place in machines.known().places for network in place.networks]
    assert all(network.prefixlen >= (14 if network.version == 4 else 32) for network in networks)


def test_browsers_and_mail_programs_of_people_are_not_among_them() -> None:
    people = ("firefox", "chrome", "edge", "safari", "iphone", "ie", "outlook", "thunderbird", "lynx")
    assert [name for name in people if machines.does(hit_traces.AGENTS[name])] == []
    assert machines.does("okhttp/4.12.0") == frozenset()  # mail programs of telephones are built on it


def test_what_loads_for_a_reader_is_told_from_what_loads_ahead() -> None:
    assert machines.does(hit_traces.AGENTS["gmail-proxy"]) == {Does.PROXY}
    assert machines.does(hit_traces.AGENTS["gmail-ahead"]) == {Does.AHEAD}
    assert machines.does("Mozilla/5.0") == {Does.PRIVACY}
    assert machines.does("Mozilla/5.0 SeznamEmailProxy/2.0.174") == {Does.PROXY}


@pytest.mark.parametrize("trace", list(hit_traces.traces("open")), ids=lambda trace: str(trace["trace"])[:50])
def test_a_trace_of_the_open_half_is_judged_right(trace: dict[str, Any]) -> None:
    assert hit_traces.wrong(trace) == []


def test_the_sealed_traces_are_scored_once_for_each_version_of_the_rules() -> None:
    rows = [json.loads(line) for line in hit_traces.SCORES.read_text("utf-8").splitlines()]
    recorded = {row.pop("version"): row for row in rows}
    found = hit_traces.score("sealed")
    assert recorded.get(judge.RULES_VERSION) == found, (
        "raise judge.RULES_VERSION, then add a line to scores.jsonl"
    )
