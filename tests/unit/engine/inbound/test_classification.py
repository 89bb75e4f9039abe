"""A judgement written to its columns reads back as it was; a person's word outranks it; what was acted upon stays known."""

import dataclasses
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import wording
from relance.engine.inbound import apply, classification
from relance.engine.inbound.policy import Certainty
from relance.engine.store.inbound.replies import Reply
from relance.mailbox.parsing.inbound import Classification, Intent, Kind, Speaker
from relance.wording import Text
from tests import english

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
RETURNED = {Kind.BLOCKED, Kind.HARD_BOUNCE, Kind.SOFT_BOUNCE}
words = st.text(max_size=20)
some = st.none() | st.text(min_size=1, max_size=20)
judgements = st.builds(
    Classification,
    kind=st.sampled_from(Kind),
    rule=words,
    evidence=words,
    until=st.none() | st.dates(),
    recipient=some,
    status=some,
    intent=st.none() | st.sampled_from([each.value for each in Intent]),
    language=some,
    substitute=some,
    version=st.integers(1, 99),
    notes=st.lists(words.map(Text) | words.map(Text.prose), max_size=3).map(tuple),
    definite=st.booleans(),
    speaker=st.sampled_from(Speaker),
)


def kept(judgement: Classification, **more: object) -> Reply:
    columns = json.loads(json.dumps(apply.judged(judgement, also=more.pop("also", ()))))
    unset: dict[str, object] = dict.fromkeys(Reply.__dataclass_fields__)
    given_ = {"match": "certain", "matched_by": "", "contact_id": 7, "received_at": NOON}
    return Reply(**{**unset, **columns, **given_, **more})


@given(judgements)
def test_a_judgement_reads_back_as_it_was_written(judgement):
    read = classification.judged(kept(judgement))
    if judgement.kind not in RETURNED:  # nobody else speaks in them: it is not kept
        assert read.speaker is Speaker.RECEIVER
        judgement = Classification(**{**vars(judgement), "speaker": read.speaker})
    assert read == judgement


def test_a_note_of_an_earlier_release_is_told_in_the_readers_language():
    judgement = Classification(Kind.SOFT_BOUNCE, "a rule", "5.1.1")
    rest = {"notes": ["delayed, not failed: the server keeps trying", "{odd"]}
    told, odd = classification.judged(dataclasses.replace(kept(judgement), judgement=rest)).notes
    assert told == Text("delayed, not failed: the server keeps trying")
    with wording.speaking("pl"):
        assert english.words(str(told)) == []
        assert str(odd) == "{odd"


@given(judgements, st.lists(st.integers(1, 99), max_size=3).map(tuple))
def test_in_force_is_what_the_rules_said_until_a_person_says_otherwise(judgement, also):
    reply = kept(judgement, also=also, match="soft")
    found = classification.in_force(reply)
    assert (found.match, found.judgement, found.contact_id, found.also) == (
        Certainty.SOFT, classification.judged(reply), 7, also,
    )  # fmt: skip
    assert classification.acted_on(reply) == found
    assert not classification.is_behind(reply)


def test_a_persons_word_is_certain_and_keeps_what_it_does_not_mention():
    judgement = Classification(Kind.HUMAN, "a rule", "yes", intent="positive", definite=False)
    said = {"kind": "out of office", "until": "2026-03-20"}
    found = classification.in_force(kept(judgement, match="soft", also=(8,), correction=said))
    assert (found.match, found.also) == (Certainty.CERTAIN, ())
    assert (found.judgement.kind, found.judgement.until) == (Kind.OUT_OF_OFFICE, dt.date(2026, 3, 20))
    assert (found.judgement.evidence, found.judgement.definite) == ("yes", True)
    assert found.judgement.intent is None  # whoever is away wants nothing
    again = classification.in_force(kept(judgement, correction={"kind": "human answer"}))
    assert again.judgement.intent == "positive"


@pytest.mark.parametrize("match", ["certain", "soft"])
def test_how_a_mail_was_matched_is_a_word_of_a_list_and_no_sentence(match: str):
    by = "a colleague's address and our subject or words"
    kept_so = kept(Classification(Kind.HUMAN, "a rule"), match=match, matched_by=by)
    assert classification.in_force(kept_so).match is Certainty(match)


def test_what_an_older_release_kept_of_a_speaker_is_understood():
    ours = dataclasses.replace(kept(Classification(Kind.BLOCKED, "a rule")), judgement={"ours": True})
    assert classification.judged(ours).speaker is Speaker.OWN
    theirs = dataclasses.replace(ours, judgement={})
    assert classification.judged(theirs).speaker is Speaker.RECEIVER
