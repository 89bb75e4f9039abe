"""What the reports say of real situations, in Polish: no English word, whatever the reason."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from relance import Relance, wording
from relance.cli import tree
from relance.config import Settings
from relance.engine.context import Context
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.reasons import Code, Reason, because
from relance.engine.reasons.matches import MatchKey
from relance.engine.reporting import explain
from relance.engine.sequences import publish
from relance.engine.states import Event, MessageState, State
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollment_details, enrollments
from tests import engine_house, english

SEQUENCE = """\
sequence: Oferta
stop: {when: clicked("intro")}
steps:
  - {id: intro, subject: "Dzień dobry", body: "Dzień dobry [tu](https://a.example)"}
  - {id: bump, after: 3 business days, thread: reply, body: "Czy się udało?", when: not replied()}
  - id: galaz
    after: 2 days
    when: clicked("intro")
    then:
      - {id: oferta, after: 1 day, thread: reply, body: "Oferta"}
    else:
      - {id: telefon, after: 1 business day, task: "Zadzwonić"}
"""
PEOPLE = [f"osoba{number}@firma{number}.example" for number in range(1, 7)]
Typed = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("RELANCE_") and not name.startswith("RELANCE_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    typed("init", "--zone", "Europe/Warsaw", "--country", "PL")
    (tmp_path / "oferta.yaml").write_text(SEQUENCE, encoding="utf-8")
    (tmp_path / "osoby.csv").write_text(
        "email,first_name,company,country\n" + "".join(f"{each},Ola,Firma,DE\n" for each in PEOPLE),
        encoding="utf-8",
    )
    return tmp_path / ".relance"


@pytest.fixture
def engine(home: Path) -> Iterator[Context]:
    with Relance(Settings(home=home)) as relance:
        engine_house.add_mailbox(relance._context, "ada@sales.example")
        typed("contacts", "import", "osoby.csv")
        typed("sequence", "publish", "oferta.yaml")
        typed("enroll", "Oferta", "--all", "--yes")
        yield relance._context


def typed(*words: str) -> str:
    done = CliRunner().invoke(tree.build(words), ["--lang", "pl", *words], prog_name="relance")
    assert done.exit_code in (0, 3), (words, done.output, done.exception)
    return done.output


def row(engine: Context, email: str) -> enrollments.Enrollment:
    with engine.database.read() as conn:
        return enrollment_details.matching(conn, email=email)[0].enrollment


def news(engine: Context, email: str, event: Event, reason: Reason, **values: object) -> None:
    with engine.database.write() as conn:
        enrollments.apply(
            conn, [row(engine, email).id], event, engine.clock.now(), reason=reason, values=dict(values)
        )


NAMES = (*PEOPLE, "Oferta", "intro", "bump", "galaz", "telefon", "clicked(", "not replied()", "replied()", "Europe/Berlin", "ada@sales.example", "Dzień dobry")  # fmt: skip


def polish(said: str) -> None:
    assert english.words(said, NAMES) == [], said
    assert english.sentences(said) == [], said


STATES = {
    State.PAUSED: (Event.PAUSED, because(Code.PAUSED)),
    State.AWAY: (Event.OUT_OF_OFFICE, because(Code.OUT_OF_OFFICE)),
    State.HELD: (Event.HELD, because(Code.NOT_KNOWN_YET)),
    State.REPLIED: (Event.REPLIED, because(Code.ANSWERED)),
    State.BOUNCED: (Event.BOUNCED, because(Code.ADDRESS_DEAD)),
    State.UNSUBSCRIBED: (Event.UNSUBSCRIBED, because(Code.OPTED_OUT)),
    State.STOPPED: (Event.STOPPED, because(Code.STOPPED)),
    State.FINISHED: (Event.COMPLETED, because(Code.COMPLETED)),
    State.FAILED: (Event.FAILED, because(Code.MAILBOX_REMOVED, mailbox="ada@sales.example")),
}


def test_every_state_is_explained_in_polish(engine: Context) -> None:
    polish(typed("explain", PEOPLE[0]))
    for email, (state, (event, reason)) in zip(PEOPLE[1:] * 2, STATES.items(), strict=False):
        back = {"resume_at": engine.clock.now() + dt.timedelta(days=3)} if state is State.AWAY else {}
        news(engine, email, event, reason, **back)
        polish(typed("explain", email))


PARAMS = {
    "first": because(Code.ANSWERED), "then": because(Code.OPTED_OUT), "why": because(Code.ANSWERED),
    "told": because(Code.ANSWERED), "mailbox": "ada@sales.example", "rule": "clicked(\"intro\")", "names": "company",
    "place": "Oferta", "fault": "Oferta", "state": "paused", "said": "550 5.1.1", "organisation": "firma.example",
    "until": dt.date(2026, 3, 5), "subject": "Oferta", "sender": PEOPLE[0], "match": MatchKey.SENDER.value,
    "kind": "human answer", "before": "opt-out", "email": PEOPLE[0], "touched": "2", "wait": "2", "organisations": "firma.example", "since": dt.datetime(2026, 3, 5, tzinfo=dt.UTC),
}  # fmt: skip
COUNTED = frozenset(
    {
        Code.ATTEMPTS_SPENT,
        Code.DEFERRED_OFTEN,
        Code.NO_COPY_IN_SENT,
        Code.CAME_BACK_OFTEN,
        Code.OUT_OF_OFFICE_AGAIN,
    }
)


@pytest.mark.parametrize("code", [each for each in Code if each is not Code.PROSE])
def test_every_reason_is_polish(code: Code) -> None:
    state = "accepted" if code in (Code.MAIL_OVER, Code.MAIL_NOT_SENDABLE) else "paused"
    reason = because(code, **{**PARAMS, "state": state}, **({"count": 5} if code in COUNTED else {}))
    with wording.speaking("pl"):
        said = str(reason)
    assert said
    polish(said)


def explained(engine: Context, email: str) -> str:
    with wording.speaking("pl"):
        return " ".join(each for found in explain.explain(engine, email) for each in found.sentences)


@pytest.mark.parametrize("state", [Event.HELD, Event.PAUSED, Event.STOPPED, Event.OUT_OF_OFFICE])
def test_somebody_who_stands_for_any_reason_is_explained_in_polish(engine: Context, state: Event) -> None:
    """All reasons that hold, pause, stop or keep somebody waiting, each beside the others; the sentence around it, too."""
    codes = [each for each in Code if each not in (Code.PROSE, Code.ALSO)]
    for code in codes if state is Event.HELD else [Code.PAUSED, Code.OUT_OF_OFFICE, Code.COLLEAGUE_STOPS]:
        count = {"count": 5} if code in COUNTED else {}
        by = {"by": "ada@sales.example", "by_kind": "person"}
        mail_state = "accepted" if code in (Code.MAIL_OVER, Code.MAIL_NOT_SENDABLE) else "paused"
        reason = because(code, **{**PARAMS, "state": mail_state, **by}, **count)
        news(engine, PEOPLE[0], state, reason)
    polish(explained(engine, PEOPLE[0]))


def test_a_paused_sequence_and_a_paused_mailbox_are_explained_in_polish(engine: Context) -> None:
    polish(explained(engine, PEOPLE[0]))
    for reason in ("", "Oferta"):
        publish.pause(engine, "Oferta", reason)
        mailbox_service.pause(engine, "ada@sales.example", reason)
        said = explained(engine, PEOPLE[0])
        polish(said.replace("relance", ""))
        assert said.count("wstrzyman") <= 3, said  # what it waits for, and who paused each
    for code in (Code.SERVER_SAID, Code.SAME_ANSWER_TWICE, Code.SEVERAL_REFUSE, Code.DEFERRED_OFTEN):
        count = {"count": 5} if code in COUNTED else {}
        with engine.database.write() as conn:
            mailboxes.pause(conn, 1, because(code, **PARAMS, **count), engine.clock.now())
        polish(explained(engine, PEOPLE[0]).replace("relance", ""))


def test_every_report_is_polish(engine: Context) -> None:
    """With somebody in every kind of trouble, a mailbox that is paused, and a mail nobody knows the fate of."""
    news(engine, PEOPLE[1], Event.HELD, because(Code.NOT_KNOWN_YET))
    news(engine, PEOPLE[2], Event.REPLIED, because(Code.ANSWERED))
    news(engine, PEOPLE[3], Event.PAUSED, because(Code.PAUSED))
    engine_house.add_message(engine, row(engine, PEOPLE[4]), MessageState.ACCEPTED)
    engine_house.add_message(engine, row(engine, PEOPLE[5]), MessageState.UNKNOWN)
    typed("contacts", "suppress", "elsewhere.example", "--yes")
    for _round in range(2):
        for words in (
            ("status",),
            ("held",),
            ("report", "Oferta"),
            ("timeline", PEOPLE[1]),
            ("timeline", PEOPLE[3]),
            *(("explain", each) for each in PEOPLE),
            ("inbox", "list"),
            ("task", "list"),
            ("unknown", "list"),
            ("restored", "list"),
            ("mailbox", "list"),
            ("sequence", "list"),
            ("contacts", "list"),
            ("contacts", "show", PEOPLE[0]),
            ("contacts", "suppressed"),
        ):
            polish(typed(*words))
        typed("pause", PEOPLE[0])
        typed("sequence", "pause", "Oferta")
        typed("mailbox", "pause", "ada@sales.example")
        with engine.database.write() as conn:
            mailboxes.change(conn, 1, synced_at=None)


def test_the_words_of_others_stay_as_they_are(engine: Context) -> None:
    typed("pause", PEOPLE[0], "--reason", "because the fair is on")
    said = typed("explain", PEOPLE[0])
    assert "because the fair is on" in said
    polish(said.replace("because the fair is on", ""))


def test_english_is_noticed() -> None:
    assert english.words("Wiadomość was sent", ()) == ["was"]
    assert english.sentences("x jest: It is held for a person to decide.") != []
