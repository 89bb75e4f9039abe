"""Health on the page of a mailbox: what was found and what to do, checked again, overruled."""

from __future__ import annotations

from relance.clock import machine_now
from relance.engine.mailboxes.health import checking
from relance.engine.store.mailboxes import health, mailboxes
from relance.mailbox.health import spf
from relance.mailbox.health.findings import Check, Finding, Grade
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode
from tests import engine_house
from tests.frozen_dns import FrozenAnswers
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import BOSS
from tests.reworded import in_english

ANN = "ann@health.example"


def test_what_is_wrong_is_told_and_can_be_overruled(console: Console) -> None:
    house = console.app._context
    number = engine_house.add_mailbox(house, ANN, smtp_host="smtp.health.example")
    several = spf.examine(
        "health.example",
        "",
        FrozenAnswers({("health.example", "TXT"): (b"v=spf1 -all", b"v=spf1 ~all")}),
    )
    fine = Finding(Check.MX, Grade.FINE, Text.prose("mx").coded(SentenceCode.MX_FOUND))
    with house.database.write() as conn:
        health.put(
            conn, number, machine_now(), checked_at=machine_now(), findings=[several.row(), fine.row()]
        )
        mailboxes.change(conn, number, barred=several.text)
    with console.client(console.join(BOSS), follow_redirects=True) as boss:
        page = boss.get(f"/mailboxes/{ANN}").text
        part = page.partition('id="health"')[2].partition("</section>")[0]
        assert in_english("health.example has 2 SPF records.") in part
        assert (part.count('class="line red"'), part.count('class="line green"')) == (1, 1)
        boss.post("/mailboxes/health", data={"address": ANN, "anyway": "yes"})
        assert checking.show(house, ANN).anyway
        boss.post("/mailboxes/health", data={"address": ANN, "obey": "yes"})
        assert checking.show(house, ANN).barred
