"""The audit log says in words what anybody may do, and leads from what is wrong to where it is decided."""

from __future__ import annotations

from relance.app.permitted import RULES
from relance.console.views.contents import PAGES
from relance.console.views.operation import audit_words, auditing, operating
from relance.engine.reporting.concerns import Concern, ConcernKind


def test_everything_that_may_be_changed_has_words() -> None:
    noted = {name for name, rule in RULES.items() if rule.changes and not rule.audited}
    assert noted <= set(audit_words.ACTIONS)


def test_everything_is_behind_one_chip() -> None:
    for action in audit_words.ACTIONS:
        behind = [
            key
            for key, (_words, kinds) in auditing.AREAS.items()
            if any(action.startswith(each) if each.endswith(".") else action == each for each in kinds)
        ]
        assert len(behind) == 1, (action, behind)


def test_what_is_wrong_leads_to_where_something_can_be_done() -> None:
    paths = {page.path for page in PAGES if page.method == "GET"}
    for kind in ConcernKind:
        way = operating.way(Concern(kind, "words"))
        assert way == "" or way in paths
    assert (
        operating.way(Concern(ConcernKind.PAUSED, "words", "a b@c.example")) == "/mailboxes/a%20b%40c.example"
    )
    assert operating.way(Concern(ConcernKind.HELD, "words", "whatever")) == "/held"
