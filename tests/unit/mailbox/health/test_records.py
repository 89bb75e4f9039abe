"""What the records of a domain say of its mail: certain, unknown, or a warning; never a verdict on a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.health import dmarc, examination, link_host, records, spf
from relance.mailbox.health.dmarc import Passes
from relance.mailbox.health.dns_answers import DnsAnswer
from relance.mailbox.health.findings import Finding, Grade
from relance.mailbox.health.link_host import LinkHost, Reached
from relance.mailbox.providers.facts import Authentication
from relance.wording.sentence_codes import SentenceCode
from tests.frozen_dns import FrozenAnswers

OURS, INCLUDE = "acme.example", "_spf.provider.example"
PROVIDER = Authentication(INCLUDE, ("provider",))
THEIRS = {(INCLUDE, "TXT"): (b"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all",)}


def known(*txt: str, **more: tuple[str, ...]) -> FrozenAnswers:
    """What DNS says of our domain; `more`: other names, with _ for each dot, "_A", "_MX" or "_TXT" at the end."""
    others = {
        (name.rpartition("__")[0].replace("__", "."), name.rpartition("__")[2]): tuple(
            each.encode() for each in said
        )
        for name, said in more.items()
    }
    return FrozenAnswers({**THEIRS, (OURS, "TXT"): tuple(each.encode() for each in txt), **others})


def judged(finding: Finding) -> tuple[Grade, str]:
    """Its verdict, and the code of its sentence."""
    assert finding.text.code is not None
    return finding.grade, finding.text.code


@pytest.mark.parametrize(
    ("txt", "grade", "code"),
    [
        ((), Grade.WARNING, SentenceCode.SPF_MISSING),
        (("google-site-verification=x", "v=spf10 -all"), Grade.WARNING, SentenceCode.SPF_MISSING),
        (("v=spf1 -all", "v=spf1 ~all"), Grade.FAILED, SentenceCode.SPF_SEVERAL),
        ((f"v=spf1 include:{INCLUDE} -all",), Grade.FINE, SentenceCode.SPF_ALLOWS),
        ((f"V=SPF1  Include:{INCLUDE.upper()}. -all",), Grade.FINE, SentenceCode.SPF_ALLOWS),
        ((f"v=spf1 redirect={INCLUDE}",), Grade.FINE, SentenceCode.SPF_ALLOWS),
        (("v=spf1 -all",), Grade.FAILED, SentenceCode.SPF_EXCLUDES),
        (("v=spf1 ip4:198.51.100.7 -all",), Grade.FAILED, SentenceCode.SPF_EXCLUDES),
        # One of the provider's addresses is listed, or may be: nothing is certain.
        (("v=spf1 ip4:192.0.2.77 -all",), Grade.WARNING, SentenceCode.SPF_INCLUDE_MISSING),
        (("v=spf1 mx -all",), Grade.WARNING, SentenceCode.SPF_INCLUDE_MISSING),
        (("v=spf1 exists:%{i}.acme.example -all",), Grade.WARNING, SentenceCode.SPF_INCLUDE_MISSING),
        (("v=spf1 include:%{d}.acme.example -all",), Grade.WARNING, SentenceCode.SPF_INCLUDE_MISSING),
        (("v=spf1 ~all",), Grade.WARNING, SentenceCode.SPF_INCLUDE_MISSING),
        (("v=spf1",), Grade.WARNING, SentenceCode.SPF_INCLUDE_MISSING),
        (("v=spf1 +all",), Grade.WARNING, SentenceCode.SPF_INCLUDE_MISSING),
        ((f"v=spf1 -all include:{INCLUDE}",), Grade.FAILED, SentenceCode.SPF_EXCLUDES),
        (("v=spf1 ipv4:192.0.2.1 -all",), Grade.WARNING, SentenceCode.SPF_BROKEN),
        (("v=spf1 ip4:300.0.2.1 -all",), Grade.WARNING, SentenceCode.SPF_BROKEN),
        (("v=spf1 include:nobody.example -all",), Grade.WARNING, SentenceCode.SPF_BROKEN),
        (("v=spf1 include:acme.example -all",), Grade.WARNING, SentenceCode.SPF_TOO_MANY_LOOKUPS),
        ((f"v=spf1 unknown=x include:{INCLUDE} -all",), Grade.FINE, SentenceCode.SPF_ALLOWS),
    ],
)  # fmt: skip
def test_who_may_send(txt: tuple[str, ...], grade: Grade, code: SentenceCode) -> None:
    assert judged(spf.examine(OURS, INCLUDE, known(*txt))) == (grade, code)


def test_ten_lookups_are_allowed_and_no_more() -> None:
    ten = " ".join(["a"] * 9)
    assert judged(spf.examine(OURS, INCLUDE, known(f"v=spf1 {ten} include:{INCLUDE} -all")))[0] is Grade.FINE
    found = judged(spf.examine(OURS, INCLUDE, known(f"v=spf1 {ten} a include:{INCLUDE} -all")))
    assert found == (Grade.WARNING, SentenceCode.SPF_TOO_MANY_LOOKUPS)


def test_a_provider_nobody_knows_the_include_of_is_no_verdict() -> None:
    found = judged(spf.examine(OURS, "", known("v=spf1 -all")))
    assert found == (Grade.UNKNOWN, SentenceCode.SPF_NOT_JUDGED)


@pytest.mark.parametrize("name", [OURS, INCLUDE])
def test_where_dns_is_silent_nothing_is_certain(name: str) -> None:
    answers = FrozenAnswers(known("v=spf1 -all").known, frozenset({name}))
    assert spf.examine(OURS, INCLUDE, answers).grade in (Grade.UNKNOWN, Grade.WARNING)


@pytest.mark.parametrize(
    ("record", "subdomain", "policy"),
    [
        (b"v=DMARC1; p=none", False, dmarc.Policy(dmarc.Request.NONE)),
        (b"v=DMARC1;p=Reject;pct=20;aspf=s", False, dmarc.Policy(dmarc.Request.REJECT, 20, strict_spf=True)),
        (b"v=DMARC1; p=reject; sp=quarantine; adkim=s", True, dmarc.Policy(dmarc.Request.QUARANTINE, strict_dkim=True)),
        (b"v=DMARC1; rua=mailto:x@acme.example", False, dmarc.Policy(dmarc.Request.NONE)),
        (b"v=DMARC1; p=perhaps", False, None),
        (b"p=reject; v=DMARC1", False, None),
        (b"v=dmarc1; p=reject", False, None),
        (b"v=DMARC1; p=reject; t=y", False, dmarc.Policy(dmarc.Request.REJECT, testing=True)),
        (b"v=DMARC1; p=reject; pct=many", False, dmarc.Policy(dmarc.Request.REJECT)),
        (b"\xff\xfe", False, None),
    ],
)  # fmt: skip
def test_what_a_domain_asks_for(record: bytes, subdomain: bool, policy: dmarc.Policy | None) -> None:
    assert dmarc.parsed(record, subdomain=subdomain) == policy


def test_who_speaks_for_whom() -> None:
    assert dmarc.aligned("acme.example", "mail.acme.example", strict=False)
    assert dmarc.aligned("mail.acme.co.uk", "acme.co.uk", strict=False)
    assert not dmarc.aligned("acme.example", "mail.acme.example", strict=True)
    assert not dmarc.aligned("acme.co.uk", "other.co.uk", strict=False)
    assert not dmarc.aligned("acme.example", "acme-example.gappssmtp.com", strict=False)


REJECT = "v=DMARC1; p=reject"


@pytest.mark.parametrize(
    ("record", "passes", "grade", "code"),
    [
        (REJECT, Passes(False, False), Grade.FAILED, SentenceCode.DMARC_REFUSES),
        (REJECT, Passes(False, None), Grade.FINE, SentenceCode.DMARC_FOUND),
        (REJECT, Passes(None, False), Grade.FINE, SentenceCode.DMARC_FOUND),
        (REJECT, Passes(False, True), Grade.FINE, SentenceCode.DMARC_FOUND),
        (f"{REJECT}; pct=50", Passes(False, False), Grade.WARNING, SentenceCode.DMARC_REFUSES),
        (f"{REJECT}; t=y", Passes(False, False), Grade.WARNING, SentenceCode.DMARC_REFUSES),
        (f"{REJECT}; t=y", Passes(False, True), Grade.FINE, SentenceCode.DMARC_TESTING),
        ("v=DMARC1; p=quarantine", Passes(False, False), Grade.WARNING, SentenceCode.DMARC_REFUSES),
        ("v=DMARC1; p=none", Passes(False, False), Grade.FINE, SentenceCode.DMARC_FOUND),
        ("v=spf1", Passes(), Grade.WARNING, SentenceCode.DMARC_MISSING),
    ],
)
def test_a_refusal_is_told_only_where_both_are_known_to_fail(
    record: str, passes: Passes, grade: Grade, code: SentenceCode
) -> None:
    answers = FrozenAnswers({(f"_dmarc.{OURS}", "TXT"): (record.encode(),)})
    assert judged(dmarc.examine(OURS, passes, answers)) == (grade, code)


@pytest.mark.parametrize(
    ("record", "signs", "code"),
    [
        ("v=DMARC1; p=none; adkim=s", OURS, SentenceCode.DMARC_STRICT),
        ("v=DMARC1; p=none; adkim=s", f"mail.{OURS}", SentenceCode.DMARC_FOUND),
        ("v=DMARC1; p=none; adkim=s", "", SentenceCode.DMARC_FOUND),
        ("v=DMARC1; p=none; adkim=r", OURS, SentenceCode.DMARC_FOUND),
    ],
)
def test_a_signature_that_strict_alignment_does_not_count_is_told(
    record: str, signs: str, code: SentenceCode
) -> None:
    below = f"mail.{OURS}"
    answers = FrozenAnswers({(f"_dmarc.{OURS}", "TXT"): (record.encode(),)})
    assert dmarc.examine(below, Passes(), answers, signs).text.code == code


@pytest.mark.parametrize(
    ("flags", "grade", "code"),
    [
        ("", Grade.FINE, SentenceCode.DKIM_OWN_KEY),
        ("t=s;", Grade.FINE, SentenceCode.DKIM_OWN_KEY),
        ("t=y;", Grade.WARNING, SentenceCode.DKIM_TESTING),
        ("t=s : Y;", Grade.WARNING, SentenceCode.DKIM_TESTING),
    ],
)
def test_a_key_that_is_published_as_a_test_is_not_in_force(
    flags: str, grade: Grade, code: SentenceCode
) -> None:
    name = f"provider._domainkey.{OURS}"
    answers = FrozenAnswers({(name, "TXT"): (f"v=DKIM1; {flags} p=TUlJ".encode(),)})
    key = records.OwnKey(OURS, name, "v=DKIM1; p=TUlJ", b"MII")
    assert judged(records.own_key(key, answers)) == (grade, code)
    assert records.dkim(OURS, ["provider"], answers).grade is grade


def test_the_policy_of_the_organisation_counts_for_what_is_below_it() -> None:
    answers = FrozenAnswers({(f"_dmarc.{OURS}", "TXT"): (b"v=DMARC1; p=none; sp=reject",)})
    assert dmarc.examine(f"sales.{OURS}", Passes(False, False), answers).grade is Grade.FAILED
    assert dmarc.examine(OURS, Passes(False, False), answers).grade is Grade.FINE


def test_two_policies_are_none() -> None:
    answers = FrozenAnswers({(f"_dmarc.{OURS}", "TXT"): (b"v=DMARC1; p=none", b"v=DMARC1; p=reject")})
    assert judged(dmarc.examine(OURS, Passes(False, False), answers)) == (
        Grade.WARNING,
        SentenceCode.DMARC_SEVERAL,
    )


@pytest.mark.parametrize(
    ("records_", "grade", "code"),
    [
        ({(OURS, "MX"): (b"mx1.acme.example.",)}, Grade.FINE, SentenceCode.MX_FOUND),
        ({(OURS, "MX"): (b".",)}, Grade.FAILED, SentenceCode.MX_REFUSES),
        ({(OURS, "A"): (b"192.0.2.1",)}, Grade.WARNING, SentenceCode.MX_MISSING),
        ({}, Grade.FAILED, SentenceCode.MX_NOWHERE),
    ],
)
def test_where_answers_go(
    records_: dict[tuple[str, str], tuple[bytes, ...]], grade: Grade, code: SentenceCode
) -> None:
    assert judged(records.mx(OURS, FrozenAnswers(records_))) == (grade, code)


def test_a_key_that_is_not_found_is_no_verdict() -> None:
    name = f"provider._domainkey.{OURS}"
    there = FrozenAnswers({(name, "TXT"): (b"v=DKIM1; k=rsa; p=TUlJ QklqQU5C",)})
    assert judged(records.dkim(OURS, ["provider"], there)) == (Grade.FINE, SentenceCode.DKIM_FOUND)
    for record in (b"v=DKIM1; p=", b"v=DKIM2; p=TUlJ", b"p=\xff", b"nothing"):
        gone = FrozenAnswers({(name, "TXT"): (record,)})
        assert judged(records.dkim(OURS, ["provider"], gone)) == (Grade.UNKNOWN, SentenceCode.DKIM_UNKNOWN)
    assert records.dkim(OURS, [], FrozenAnswers()).grade is Grade.UNKNOWN


GO = "go.acme.example"
PUBLIC = {(GO, "A"): (b"93.184.216.34",)}


@pytest.mark.parametrize(
    ("base", "answers", "reached", "grade", "code"),
    [
        (f"https://{GO}", PUBLIC, Reached.OURS, Grade.FINE, SentenceCode.LINKS_FINE),
        (f"https://{GO}", {}, Reached.NOBODY, Grade.FAILED, SentenceCode.LINKS_NOWHERE),
        (f"https://{GO}", {(GO, "A"): (b"127.0.0.1",)}, Reached.OURS, Grade.WARNING, SentenceCode.LINKS_INSIDE),
        (f"https://{GO}", {(GO, "A"): (b"10.1.2.3",)}, Reached.OURS, Grade.WARNING, SentenceCode.LINKS_INSIDE),
        (f"https://{GO}", PUBLIC, Reached.CERTIFICATE, Grade.WARNING, SentenceCode.LINKS_CERTIFICATE),
        (f"https://{GO}", PUBLIC, Reached.OTHER, Grade.WARNING, SentenceCode.LINKS_OTHER),
        (f"https://{GO}", PUBLIC, Reached.NOBODY, Grade.UNKNOWN, SentenceCode.LINKS_NOT_REACHED),
        (f"http://{GO}", PUBLIC, Reached.OURS, Grade.WARNING, SentenceCode.LINKS_UNENCRYPTED),
        ("http://127.0.0.1:8765", {}, Reached.NOT_ASKED, Grade.WARNING, SentenceCode.LINKS_INSIDE),
    ],
)  # fmt: skip
def test_where_links_lead(
    base: str,
    answers: dict[tuple[str, str], tuple[bytes, ...]],
    reached: Reached,
    grade: Grade,
    code: SentenceCode,
) -> None:
    assert judged(link_host.examine(LinkHost(base, reached), FrozenAnswers(answers))) == (grade, code)


def test_what_came_back_weighs_more_than_what_the_records_let_expect() -> None:
    answers = FrozenAnswers({**known("v=spf1 -all").known, (f"_dmarc.{OURS}", "TXT"): (REJECT.encode(),)})
    links = LinkHost(f"https://{GO}", Reached.OURS)

    def of(seen: Passes | None) -> dict[str, Grade]:
        found = examination.examine(f"ada@{OURS}", PROVIDER, links, answers, seen)
        return {each.check.value: each.grade for each in found}

    assert of(None)["dmarc"] is Grade.FINE
    assert of(Passes(None, False))["dmarc"] is Grade.FAILED
    assert of(Passes(True, False))["dmarc"] is Grade.FINE
    assert list(of(None)) == ["spf", "dkim", "dmarc", "mx", "links"]


def test_a_free_mail_domain_is_its_providers_care() -> None:
    found = examination.examine("ada@gmail.com", None, LinkHost(f"https://{GO}"), FrozenAnswers())
    assert [each.check.value for each in found] == ["links"]


def test_a_finding_is_stored_and_read_back() -> None:
    finding = spf.examine(OURS, INCLUDE, known("v=spf1 -all"))
    assert Finding.read(finding.row()) == finding
    later = Finding.read({**finding.row(), "grade": "doomed"})
    assert later.grade not in set(Grade)


FOREIGN = st.one_of(
    st.binary(max_size=80),
    st.text("v=spf1 includeaxm:ptr?~-+all4./%{}_0;dkrDMARC", max_size=80).map(str.encode),
    st.lists(
        st.sampled_from(
            [b"include:acme.example", b"a", b"-all", b"redirect=acme.example", b"ip4:1.2.3.4/33", b"\xff", b"+", b"ip6:::/0"]
        ),
        max_size=12,
    ).map(lambda words: b" ".join([b"v=spf1", *words])),
)  # fmt: skip


class Foreign:
    """The same records under every name; counts how often it is asked."""

    def __init__(self, said: tuple[bytes, ...]) -> None:
        self.said, self.asked = said, 0

    def ask(self, name: str, kind: str) -> DnsAnswer:
        del name, kind
        self.asked += 1
        return DnsAnswer(self.said)


@given(st.lists(FOREIGN, max_size=3).map(tuple))
def test_whatever_bytes_dns_holds_the_checks_end_and_tell(said: tuple[bytes, ...]) -> None:
    answers = Foreign(said)
    found = examination.examine(f"ada@{OURS}", PROVIDER, LinkHost(f"https://{GO}"), answers)
    assert len(found) == 5
    assert all(str(each.text) for each in found)
    assert answers.asked < 60
