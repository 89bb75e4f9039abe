"""What a person did, as the conditions of a sequence may ask it: clicked, opened. Judged human only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy.engine import Connection

from relance.engine.store.contacts import hits
from relance.engine.store.sending.messages import Message

Asked = Callable[..., bool]


def facts(conn: Connection, enrollment_id: int, sent: Iterable[Message]) -> Mapping[str, Asked]:
    """The functions a condition may call, answering from what is known now. The hits are read at the first question."""
    labels = {(mail.step, index): link.get("label") for mail in sent for index, link in enumerate(mail.links)}
    known: list[set[tuple[str, str, int]]] = []

    def done() -> set[tuple[str, str, int]]:
        if not known:
            known.append(hits.human(conn, enrollment_id))
        return known[0]

    def clicked(step: str, label: str | None = None) -> bool:
        here = [link for kind, where, link in done() if kind == "click" and where == step]
        return any(label is None or labels.get((step, link)) == label for link in here)

    def opened(step: str) -> bool:
        return any(kind == "open" and where == step for kind, where, _ in done())

    return {"clicked": clicked, "opened": opened, "replied": lambda: False}
