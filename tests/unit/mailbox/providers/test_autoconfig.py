"""What a domain publishes for mail programs is read without trusting a byte of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.account import Security, Server
from relance.mailbox.providers import autoconfig, web
from relance.mailbox.providers.autoconfig import Unfit
from relance.mailbox.providers.discovery import Discovery, ServersFrom, SrvRecord, discover

ADA = "ada@firm.pl"
START = '<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="firm.pl">'
END = "</emailProvider></clientConfig>"
POP = (
    '<incomingServer type="pop3"><hostname>pop.firm.pl</hostname><port>995</port><socketType>SSL</socketType>'
    "</incomingServer>"
)


def entry(way: str, kind: str, host: str, port: str = "993", security: str = "SSL") -> str:
    return (
        f'<{way} type="{kind}"><hostname>{host}</hostname><port>{port}</port>'
        f"<socketType>{security}</socketType><username>%EMAILADDRESS%</username></{way}>"
    )


def document(*entries: str) -> bytes:
    return (START + "".join(entries) + END).encode()


def imap(host: str = "imap.firm.pl", port: str = "993", security: str = "SSL") -> str:
    return entry("incomingServer", "imap", host, port, security)


def smtp(host: str = "smtp.firm.pl", port: str = "587", security: str = "STARTTLS") -> str:
    return entry("outgoingServer", "smtp", host, port, security)


def test_the_first_encrypted_server_of_each_direction_is_taken() -> None:
    read = autoconfig.read(
        document(
            POP, imap("old.firm.pl", "143", "plain"), imap(), imap("two.firm.pl"), smtp("%EMAILDOMAIN%")
        ),
        ADA,
    )
    assert read == (Server("firm.pl", 587, Security.STARTTLS), Server("imap.firm.pl", 993, Security.TLS))


@pytest.mark.parametrize(
    "entries",
    [
        (imap(),),
        (smtp(), POP),
        (imap(security="plain"), smtp()),
        (imap(port="0"), smtp()),
        (imap(port="99999"), smtp()),
        (imap(port="9 93"), smtp()),
        (imap("a b.firm.pl"), smtp()),
        (imap("firm.pl:993/x"), smtp()),
        (imap("localhost"), smtp()),
        (imap("%REALHOSTNAME%"), smtp()),
        (imap("." * 300), smtp()),
    ],
)
def test_what_is_no_server_to_sign_in_to_is_left_out(entries: tuple[str, ...]) -> None:
    assert autoconfig.read(document(*entries), ADA) is None


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "hostile",
    [
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x>&l9;</x>'.encode(),
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
        b'<!DOCTYPE x SYSTEM "http://169.254.169.254/x.dtd"><x/>',
        START.encode() + b"&undeclared;" + END.encode(),
        b"<a>" * 100_000,
        b"<a>" * 20 + b"</a>" * 20,
        b" " * (autoconfig.LARGEST + 1),
        b'<?xml version="1.0" encoding="UTF-7"?><x/>\xff',
        b"<!doctype html><html></html>",
        b"",
        b"\x00\x01\xff",
    ],
)
def test_a_hostile_document_is_not_read(hostile: bytes) -> None:
    with pytest.raises(Unfit):
        autoconfig.read(hostile, ADA)


PIECES = st.sampled_from(
    [
        START,
        END,
        imap(),
        smtp(),
        POP,
        "<!DOCTYPE x [",
        "<![CDATA[",
        "&amp;",
        "&x;",
        "<a b='c'>",
        "</a>",
        "<?pi ?>",
    ]
)


@given(
    st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=12).map(lambda each: "".join(each).encode()))
)
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    try:
        found = autoconfig.read(document, ADA)
    except Unfit:
        return
    for server in found or ():
        assert server.security is not Security.PLAIN
        assert server.host.isascii()
        assert not set(server.host) & set(" /:@\r\n%")


@given(host=st.text(max_size=40), port=st.text(max_size=8), local=st.text(max_size=10))
def test_whatever_a_server_is_called_only_a_host_comes_out(host: str, port: str, local: str) -> None:
    """`%EMAILLOCALPART%` brings in letters that the writer of the address chose."""
    words = "".join(letter for letter in host if letter.isprintable() and letter not in "<&")
    try:
        found = autoconfig.read(
            document(imap(words + "%EMAILLOCALPART%.pl", port), smtp()), f"{local}@firm.pl"
        )
    except Unfit:
        return
    if found:
        assert set(found[1].host) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::6810:84e5", True),
        *((each, False) for each in ("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0")),
        *((each, False) for each in ("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1")),
        *(
            (each, False)
            for each in ("fd00::1", "::ffff:127.0.0.1", "64:ff9b::169.254.169.254", "2002:7f00:1::")
        ),
        *((each, False) for each in ("64:ff9b:1::1", "ff02::1", "2002:a00:1::", "nonsense", "")),
    ],
)
def test_strangers_are_asked_at_public_addresses_only(address: str, public: bool) -> None:
    assert web.is_public(address) is public


class Said:
    """DNS that knows some records, and the web of some documents; asked for which is written down."""

    def __init__(
        self, documents: dict[str, bytes], srv: tuple[SrvRecord, ...] = (), mx: tuple[str, ...] = ()
    ) -> None:
        self.documents, self._srv, self._mx = documents, srv, mx
        self.asked: list[str] = []

    def srv(self, name: str) -> tuple[SrvRecord, ...]:
        return self._srv

    def mx(self, domain: str) -> tuple[str, ...]:
        return self._mx

    def get(self, url: str, largest: int) -> bytes | None:
        self.asked.append(url)
        return self.documents.get(url)


FIRST, SECOND = autoconfig.addresses("firm.pl")


def found(said: Said, address: str = ADA) -> Discovery:
    return discover(address, said, said)


def test_a_domain_that_publishes_its_servers_is_believed_about_its_own() -> None:
    told = found(Said({SECOND: document(imap(), smtp())}))
    assert (told.origin, told.believed) == (ServersFrom.AUTOCONFIG, True)
    assert told.setup.imap.host == "imap.firm.pl"
    assert told.told is not None


def test_servers_of_another_domain_are_a_persons_to_confirm() -> None:
    told = found(Said({FIRST: document(imap("imap.elsewhere.net"), smtp())}))
    assert (told.origin, told.believed) == (ServersFrom.AUTOCONFIG, False)


def test_a_provider_we_know_is_recognised_by_what_the_domain_publishes() -> None:
    told = found(Said({FIRST: document(imap("imap.gmail.com"), smtp("smtp.gmail.com"))}))
    assert told.believed
    assert told.setup.provider is not None
    assert told.setup.provider.name == "google-workspace"


def test_the_second_place_is_asked_where_the_first_says_nothing_that_can_be_read() -> None:
    said = Said({FIRST: b"<!doctype html><p>Welcome", SECOND: document(imap(), smtp())})
    assert found(said).origin is ServersFrom.AUTOCONFIG
    assert said.asked == [FIRST, SECOND]


def test_dns_goes_first_and_then_no_web_server_is_asked() -> None:
    document_ = {FIRST: document(imap(), smtp())}
    by_srv = Said(document_, srv=(SrvRecord(0, 0, 993, "mail.firm.pl."),))
    assert found(by_srv).origin is ServersFrom.SRV
    by_mx = Said(document_, mx=("aspmx.l.google.com.",))
    assert found(by_mx).origin is ServersFrom.MX
    assert by_srv.asked + by_mx.asked == []
    for address in ("ada@gmail.com", "ada@firm.example", "ada@here.test"):
        nobody = Said({})
        found(nobody, address)
        assert nobody.asked == []
