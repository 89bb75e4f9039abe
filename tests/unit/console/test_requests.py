"""What comes from a browser, judged by pure rules: hosts, origins, networks, languages; none of it ever raises."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from relance.console import assets, charts, rendering
from relance.console.charts import Bar
from relance.console.requests import browsers, language, security
from relance.console.views.entrance import _local
from relance.console.views.sequences import editor

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1:8766", "[::1]:8766", "10.1.2.3", "sales.acme.example:443", "SALES.acme.example"],
)
def test_our_own_names_are_answered(host):
    assert security.host_allowed(host, {"sales.acme.example"})


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "sales.acme.example.", "[::1", "a:b", "x@localhost:y"],
)
def test_another_name_is_not(host):
    assert not security.host_allowed(host, {"sales.acme.example"})


@given(st.text())
def test_no_host_raises(host):
    security.host_allowed(host, set())
    security.loopback(host)


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        ("GET", {}, True),
        ("HEAD", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {}, False),
        ("POST", {"sec-fetch-site": "same-origin"}, True),
        ("POST", {"sec-fetch-site": "none"}, True),
        ("POST", {"sec-fetch-site": "same-site"}, False),
        ("POST", {"sec-fetch-site": "cross-site", "origin": "https://ours"}, False),
        ("POST", {"origin": "https://ours"}, True),
        ("POST", {"origin": "https://ours.evil"}, False),
        ("POST", {"origin": "null"}, False),
        ("DELETE", {}, False),
    ],
)
def test_what_changes_anything_comes_from_a_page_of_ours(method, headers, allowed):
    assert security.same_origin(method, Headers(headers), "https://ours") == allowed


@given(st.ip_addresses())
def test_an_address_is_kept_as_its_network_only(address):
    kept = security.network(str(address))
    assert ipaddress.ip_address(str(address)) in ipaddress.ip_network(kept) or address.version == 6
    assert ipaddress.ip_network(kept).prefixlen in (24, 48)


@given(st.text())
def test_what_is_no_address_is_no_network(text):
    security.network(text)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("pl-PL,pl;q=0.9,en-US;q=0.8", "pl"),
        ("de,en;q=0.5", "en"),
        ("en;q=0.2, pl;q=0.8", "pl"),
        ("pl;q=0, en", "en"),
        ("pl;q=x", None),
        ("de", None),
        ("", None),
    ],
)
def test_the_language_is_the_one_the_browser_likes_best(header, found):
    assert language.accepted(header) == found


@given(st.text())
def test_no_header_raises(header):
    language.accepted(header)
    browsers.named(header)


@given(st.text())
def test_after_signing_in_one_stays_here(path):
    found = _local(path)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert "\\" not in found


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\\b", "/a\nb", ""]
)
def test_another_place_is_not_gone_to(path):
    assert _local(path) == "/"


@given(
    st.lists(st.builds(Bar, st.text(max_size=5), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=40),
    st.none() | st.integers(0, 10**6),
)
def test_a_chart_stays_inside_its_frame(found, limit):
    drawn = charts.bars(found, limit=limit)
    numbers = [float(part.split('"')[0]) for part in drawn.split('height="')[1:]]
    assert all(0 <= each <= charts.HEIGHT for each in numbers)
    assert "<script" not in charts.bars([Bar("<script>", 1)])


def test_commands_in_a_sentence_are_set_as_such_and_nothing_else_is_markup():
    assert rendering.commands("run `relance <x>` & go") == "run <code>relance &lt;x&gt;</code> &amp; go"


def test_files_of_others_are_those_that_are_listed_byte_for_byte():
    written = tomllib.loads((ROOT / "vendor/files.toml").read_text("utf-8"))
    listed = {each["to"]: each for each in (*written["file"], *written["bundle"])}
    for each in written["bundle"]:
        listed[each["licences"]] = {"sha256": each["licences_sha256"], "licence": each["licence"]}
    for name, each in listed.items():
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == each["sha256"], name
        assert each["licence"] in ("0BSD", "MIT", "ISC", "MPL-2.0")
    own = {"connection.js", "console.css", "console.js", "drafts.js", "editor.js", "icon.svg", "keeping.js"}
    kept = {
        path
        for folder in ("static", "icons", "licences")
        for path in (ROOT / "relance/console" / folder).iterdir()
    }
    assert {str(path.relative_to(ROOT)) for path in kept if path.name not in own} <= set(listed)


@pytest.mark.parametrize("folder", ["vendor", "vendor/editor"])
def test_the_lock_of_what_others_wrote_names_no_registry(folder):
    lock = (ROOT / folder / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock
    assert "http" not in (ROOT / folder / "package.json").read_text("utf-8")
    packages = json.loads(lock)["packages"]
    assert all("integrity" in each for path, each in packages.items() if path)


def test_the_editor_names_the_licence_of_all_that_may_be_in_it():
    """Of what the lock brings, all but what makes the bundle."""
    packages = json.loads((ROOT / "vendor/editor/package-lock.json").read_text("utf-8"))["packages"]
    text = (ROOT / "relance/console/licences/codemirror.txt").read_text("utf-8")
    for path, each in packages.items():
        name = path.removeprefix("node_modules/")
        if name and "esbuild" not in name:
            assert f"{name} {each['version']} (MIT)\n" in text, name


def test_the_editor_is_made_of_parts_that_ask_for_no_eval():
    bundle = assets.assets()["codemirror.min.js"].body
    assert b"eval(" not in bundle
    assert b"new Function" not in bundle


def test_what_the_editor_offers_is_what_a_sequence_may_have():
    keys = editor.keys()
    assert {"sequence", "send", "steps"} <= set(keys[""])
    assert keys[""]["steps"]["of"] == ["BranchStep", "EndStep", "MailStep", "TaskStep", "WaitStep"]
    assert keys["BranchStep"]["then"]["of"] == keys[""]["steps"]["of"]
    assert keys["MailStep"]["thread"]["words"] == ["new", "reply"]
    assert keys["Track"]["opens"]["words"] == ["true", "false"]
    assert all(kind in keys for each in keys.values() for key in each.values() for kind in key["of"])


def test_only_styles_with_the_nonce_are_let_in_beside_our_own():
    told = security.with_styles("abc")
    assert "style-src 'self' 'nonce-abc';" in told
    assert told.replace(" 'nonce-abc'", "") == security.POLICY


def test_each_icon_that_is_there_is_on_a_page():
    console = ROOT / "relance/console"
    told = "\n".join(
        path.read_text("utf-8") for end in ("*.py", "*.html", "*.js") for path in console.rglob(end)
    )
    assert [
        path.stem for path in (console / "icons").iterdir() if not re.search(rf"[\"']{path.stem}[\"']", told)
    ] == []


def test_each_icon_that_a_page_names_is_there_and_each_there_is_small():
    for path in (ROOT / "relance/console/icons").iterdir():
        assert len(assets.icon(path.stem)) < 1500


def test_a_file_changes_its_address_with_its_content():
    for name, each in assets.assets().items():
        assert hashlib.sha256(each.body).hexdigest()[: assets.HASH_DIGITS] in each.url, name


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("+48 22 123 45 67", "tel:+48221234567"),
        ("(+48) 22-123-45-67", "tel:+48221234567"),
        ("022 123 45 67 ext. 12", "tel:0221234567"),
        ("Mobile", ""),
        ("ask reception: 22 123", ""),
        ('22 1"onclick=', "tel:221"),
        ("", ""),
    ],
)
def test_a_number_as_somebody_wrote_it_becomes_one_that_is_called(written, called):
    assert rendering.tel(written) == called
