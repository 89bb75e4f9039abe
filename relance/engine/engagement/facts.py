"""What a person did, as the conditions of a sequence may ask it: clicked, opened. Judged human only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy.engine import Connection

from relance.engine.store.contacts import hits
from relance.engine.store.sending.messages import Message

Asked = Callable[..., bool]


Done = set[tuple[str, str, int]]
# What a person did with an enrollment's mails: (kind, step, link).
Labels = Mapping[tuple[str, int], str | None]
# What the author calls the links of a step.


def facts(conn: Connection, enrollment_id: int, sent: Iterable[Message]) -> Mapping[str, Asked]:
    """The functions a condition may call, answering from what is known now. The hits are read at the first question."""
    labels = {(mail.step, index): link.get("label") for mail in sent for index, link in enumerate(mail.links)}
    known: list[Done] = []

    def done() -> Done:
        if not known:
            known.append(hits.human(conn, enrollment_id))
        return known[0]

    return answers(done, labels)


def answers(done: Callable[[], Done], labels: Labels) -> Mapping[str, Asked]:
    """The same from what a person is known to have done."""

    def clicked(step: str, label: str | None = None) -> bool:
        here = [link for kind, where, link in done() if kind == "click" and where == step]
        return any(label is None or labels.get((step, link)) == label for link in here)

    def opened(step: str) -> bool:
        return any(kind == "open" and where == step for kind, where, _ in done())

    return {"clicked": clicked, "opened": opened, "replied": lambda: False}
