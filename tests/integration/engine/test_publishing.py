from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.definition.reading import files
from relance.engine.event_log.actors import Actor, ActorKind, acting
from relance.engine.reporting import sequence_report, status
from relance.engine.sequences import publish
from relance.engine.store import events
from tests.reworded import in_english, worded

SEQUENCE = """
sequence: Trial
steps:
  - id: intro
    subject: "{{ company }} and we"
    body: Hello {{ first_name | default("there") }}, {{ sender_first_name }}
  - id: bump
    after: 3 business days
    thread: reply
    body: Again?
"""


def test_a_sequence_is_published_once_and_changed_by_a_new_version(house: Context) -> None:
    contact_service.add(house, "ada@acme.example", {"company": "Acme"})
    assert publish.publish(house, SEQUENCE) == publish.Published("Trial", 1, True)
    assert publish.publish(house, SEQUENCE + "# a comment\n") == publish.Published("Trial", 1, False)
    changed = publish.publish(house, SEQUENCE.replace("Again?", "Once more?"))
    assert (changed.version, changed.changed) == (2, True)
    detail = publish.show(house, "Trial", 1)
    assert [each.number for each in detail.versions] == [2, 1]
    assert "Again?" in detail.yaml
    assert [(each.name, each.version, each.steps) for each in publish.summaries(house)] == [("Trial", 2, 2)]


def test_who_changed_the_comments_of_a_version_is_known_unless_another_release_changed_them_since(
    house: Context,
) -> None:
    publish.publish(house, SEQUENCE)
    assert publish.show(house, "Trial").reworded_by == ""
    with acting(Actor(ActorKind.USER, "maria@sales.example")):
        publish.publish(house, SEQUENCE + "# a comment\n")
    publish.publish(house, SEQUENCE + "# a comment\n")  # the same text: nobody changed it
    assert publish.show(house, "Trial").reworded_by == "maria@sales.example"
    with house.database.write() as conn:  # as a release does that notes nobody
        conn.execute(sa.update(tables.sequence_version).values(source=SEQUENCE))
    assert publish.show(house, "Trial").reworded_by == ""


def test_the_text_is_kept_as_it_was_written_with_comments_and_layout(house: Context, tmp_path: Path) -> None:
    written = "# Ask Maria before you change this.\n" + SEQUENCE.replace(
        "- id: intro", "- id: intro  # first"
    )
    file = tmp_path / "trial.yaml"
    file.write_text(written, "utf-8")
    publish.publish(house, file)
    assert publish.show(house, "Trial").yaml == written
    assert publish.publish(house, SEQUENCE) == publish.Published("Trial", 1, False)
    assert publish.show(house, "Trial").yaml == SEQUENCE
    publish.publish(house, written.replace("Again?", "Once more?"))
    assert "# first" in publish.show(house, "Trial").yaml
    assert publish.show(house, "Trial", 1).yaml == SEQUENCE
    definition = publish.check(house, SEQUENCE).definition
    assert definition is not None
    publish.publish(house, definition)  # a program's, which wrote no text
    made = publish.show(house, "Trial").yaml
    assert made.startswith("sequence: Trial")
    assert publish.check(house, made).definition == definition


def test_a_field_no_contact_has_is_refused_and_nothing_is_published(house: Context) -> None:
    contact_service.add(house, "ada@acme.example", {"company": "Acme", "team_size": "5"})
    text = SEQUENCE.replace("Again?", "So {{ team_sise }}?")
    checked = publish.check(house, text)
    assert checked.definition is None
    assert "team_sise" in str(checked.problems[0])
    assert "team_size" in str(checked.problems[0])
    with pytest.raises(errors.Invalid, match="team_sise"):
        publish.publish(house, text)
    assert publish.summaries(house) == []
    assert publish.check(house, SEQUENCE.replace("Again?", "So {{ team_size }}?")).problems == ()


def test_as_long_as_there_are_no_contacts_an_unknown_field_is_a_warning(house: Context) -> None:
    text = SEQUENCE.replace("Again?", "So {{ team_size }}?")
    checked = publish.check(house, text)
    assert checked.definition is not None
    assert checked.problems == ()
    assert any("team_size" in str(each) for each in checked.warnings)
    broken = publish.check(house, text.replace("thread: reply", "thread: replay"))
    assert broken.definition is None
    assert len(broken.problems) == 1
    assert any("team_size" in str(each) for each in broken.warnings)


def test_a_file_is_named_in_its_problems(house: Context, tmp_path: Path) -> None:
    path = tmp_path / "seq.yaml"
    path.write_text(SEQUENCE.replace("after:", "aftr:"), encoding="utf-8")
    problem = publish.check(house, path).problems[0]
    assert problem.where.endswith("seq.yaml")
    assert problem.line == 8
    assert "after" in str(problem.hint)
    with pytest.raises(errors.NotFound, match=worded("there is no file")):
        publish.check(house, tmp_path / "no.yaml")
    path.write_bytes(b"sequence: \xb9\n")
    with pytest.raises(errors.Invalid, match=worded("UTF-8")):
        publish.check(house, path)


@pytest.mark.parametrize("ending", ["", "\n", " "])
def test_a_text_is_never_taken_for_the_name_of_a_file(house: Context, tmp_path: Path, ending: str) -> None:
    path = tmp_path / "seq.yaml"
    path.write_text(SEQUENCE, encoding="utf-8")
    told = []
    for name in (path, tmp_path / "no.yaml", tmp_path, Path("/etc/passwd")):
        text = f"{name}{ending}"
        found = publish.check(house, text)
        assert found.definition is None
        told.append([str(each) for each in found.problems])
        with pytest.raises(errors.Invalid) as refused:
            publish.publish(house, text)
        assert "root:" not in str(refused.value)
    assert told[1:] == told[:-1]  # the same words, whatever stands there
    assert publish.publish(house, path).name == "Trial"


def test_a_text_that_is_far_too_long_is_refused_before_it_is_read(house: Context) -> None:
    with pytest.raises(errors.Invalid, match=worded("is not a sequence")):
        publish.check(house, "x" * (files.MAX_BYTES + 1))


def test_pausing_and_resuming_are_kept_with_their_reason(house: Context) -> None:
    publish.publish(house, SEQUENCE)
    publish.pause(house, "Trial", "the fair")
    publish.pause(house, "Trial", "the fair")
    summary = publish.summaries(house)[0]
    assert (summary.state, summary.reason) == ("paused", "the fair")
    assert summary.paused_by == publish.standing(house, "Trial").paused_by
    assert summary.paused_by == in_english("the program relance")
    publish.resume(house, "Trial")
    summary = publish.summaries(house)[0]
    assert (summary.state, summary.reason, summary.paused_by) == ("active", "", "")
    with house.database.read() as conn:
        found = events.after(conn, 0, 10)
        assert conn.execute(sa.select(tables.sequence.c.why)).scalar_one() is None
    assert [line.kind for line in found] == ["sequence.published", "sequence.paused", "sequence.resumed"]
    assert found[1].data["reason"] == "the fair"
    assert found[1].data["why"]["params"] == {"text": "the fair", "by": "relance", "by_kind": "program"}


def test_a_user_who_pauses_is_told_by_name_and_what_was_paused_before_has_none(house: Context) -> None:
    publish.publish(house, SEQUENCE)
    with acting(Actor(ActorKind.USER, "mary@firm.example")):
        publish.pause(house, "Trial")
    assert publish.show(house, "Trial").paused_by == "mary@firm.example"
    assert status.status(house).sequences_paused_by == {"Trial": "mary@firm.example"}
    assert sequence_report.report(house, "Trial").paused_by == "mary@firm.example"
    with house.database.write() as conn:
        conn.execute(sa.update(tables.sequence).values(why=None, reason="wait"))
    shown = publish.show(house, "Trial")
    assert (shown.state, shown.reason, shown.paused_by) == ("paused", "wait", "")


def test_an_unknown_name_comes_with_the_nearest(house: Context) -> None:
    with pytest.raises(errors.NotFound, match=worded("relance sequence publish")):
        publish.show(house, "Trail")
    publish.publish(house, SEQUENCE)
    with pytest.raises(errors.NotFound, match=worded('Did you mean "Trial"')):
        publish.pause(house, "Trail")
    with pytest.raises(errors.NotFound, match=worded("no version 9")):
        publish.show(house, "Trial", 9)
