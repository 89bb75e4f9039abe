from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from relance.engine.event_log.actors import Actor, ActorKind, acting, acting_now, by_rule
from tests.reworded import in_english

ANIA = Actor(ActorKind.PERSON, "ania")
TURN = Actor(ActorKind.SCHEDULE, "turn")


@acting(TURN)
def turn(rule: str) -> Actor | None:
    with by_rule(rule):
        return acting_now()


def test_a_rule_decides_in_a_turn_and_inside_another_rule() -> None:
    assert turn("gate") == Actor(ActorKind.RULE, "gate")
    assert turn("colleagues") == Actor(
        ActorKind.RULE, "colleagues"
    )  # a decorated function may be called twice
    with acting(TURN), by_rule("reads as an answer"), by_rule("colleagues"):
        assert acting_now() == Actor(ActorKind.RULE, "colleagues")
    assert acting_now() is None


def test_what_a_rule_does_for_somebody_who_asked_is_theirs() -> None:
    with by_rule("colleagues"):
        assert acting_now() is None  # whoever opened the database
    with acting(ANIA), by_rule("colleagues"):
        assert acting_now() == ANIA


def test_another_thread_acts_for_itself() -> None:
    with acting(ANIA), ThreadPoolExecutor(1) as threads:
        assert threads.submit(acting_now).result() is None


def test_an_actor_is_shown_by_name_and_kind() -> None:
    assert str(ANIA) == in_english("ania (person)")
    assert str(Actor(ActorKind.RECIPIENT)) == in_english("recipient")
