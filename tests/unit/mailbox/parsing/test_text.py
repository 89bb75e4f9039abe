"""Which words of a mail are read, and how HTML and flowed text become plain."""

from __future__ import annotations

import pytest

from relance.mailbox.defects import Defect, Oddity
from relance.mailbox.parsing import body, html_text, message


def multipart(kind: str, *parts: str, boundary: str = "XX") -> str:
    inside = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n{inside}--{boundary}--\r\n"


def leaf(kind: str, text: str, *headers: str) -> str:
    return "\r\n".join([f"Content-Type: {kind}", *headers, "", text])


def text_of(mail: str) -> str:
    return message.read(("From: a@b.example\r\nMIME-Version: 1.0\r\n" + mail).encode()).text


PLAIN = leaf("text/plain; charset=utf-8", "the plain words")
HTML = leaf("text/html", "<p>the <b>rich</b> words</p>")


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (multipart("alternative", PLAIN, HTML), "the plain words"),
        (multipart("alternative", HTML, PLAIN), "the plain words"),
        (multipart("alternative", leaf("text/plain", " \r\n"), HTML), "the rich words"),
        (multipart("related", HTML, leaf("image/png", "xx")), "the rich words"),
        (
            multipart(
                "mixed", multipart("alternative", PLAIN, HTML, boundary="YY"), leaf("application/pdf", "%PDF")
            ),
            "the plain words",
        ),
        (
            multipart("mixed", PLAIN, leaf("text/plain", "a file", "Content-Disposition: attachment")),
            "the plain words",
        ),
        (multipart("mixed", PLAIN, leaf("text/plain", "a footer")), "the plain words\n\na footer"),
        (
            multipart("mixed", PLAIN, leaf("message/rfc822", "From: x@y.example\r\n\r\nnot read")),
            "the plain words",
        ),
        (multipart("signed", PLAIN, leaf("application/pgp-signature", "xx")), "the plain words"),
        (leaf("text/html", "<html><body>only rich</body></html>"), "only rich"),
        (leaf("text/plain", "<html><body>in disguise</body></html>"), "in disguise"),
        (leaf("application/pdf", "%PDF"), ""),
        (leaf("text/plain", "", "Content-Transfer-Encoding: base64"), ""),
        (leaf("text/plain; charset=utf-8", "xbzDs8WCdw==", "Content-Transfer-Encoding: base64"), "żółw"),
        (leaf("text/plain; charset=utf-8", "xbzDs8WCdw", "Content-Transfer-Encoding: BASE64"), "żółw"),
        (
            leaf(
                "text/plain; charset=iso-8859-2",
                "=BF=F3=B3w=\r\n!",
                "Content-Transfer-Encoding: quoted-printable",
            ),
            "żółw!",
        ),
        ("Content-Type: multipart/mixed\r\n\r\n--guess\r\n" + PLAIN + "\r\n--guess--\r\n", "the plain words"),
        ("Content-Type: multipart/mixed; boundary=none\r\n\r\njust words", "just words"),
    ],
)
def test_the_readable_text(mail: str, expected: str) -> None:
    assert text_of(mail) == expected


def test_a_wrong_charset_still_reads() -> None:
    mail = message.read("From: a@b.example\nContent-Type: text/plain; charset=us-ascii\n\nżółw".encode())
    assert mail.text == "żółw"
    other = message.read("From: a@b.example\nContent-Type: text/plain; charset=x-foo\n\nżółw".encode())
    assert other.text == "żółw"
    assert other.defects == (Oddity(Defect.CHARSET),)


def test_controls_and_marks_that_reorder_are_gone() -> None:
    assert text_of(leaf("text/plain", "a\x00b\x07c\u202ed\u2028e\tf")) == "abcd\ne\tf"


def test_sealed_mail_says_so() -> None:
    raw = "From: a@b.example\r\n" + leaf("application/pkcs7-mime; smime-type=enveloped-data", "xx")
    assert message.read(raw.encode()).defects == (Oddity(Defect.ENCRYPTED),)


def test_flowed_text_is_joined_within_its_quote_depth() -> None:
    flowed = "Yes, \nplease.\n\n> Would you \n> like it?\n>> deeper\n-- \nBob \nBuyer"
    assert body.unflow(flowed, delete_space=False) == (
        "Yes, please.\n\n> Would you like it?\n>> deeper\n-- \nBob Buyer"
    )
    assert body.unflow("long \nword", delete_space=True) == "longword"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("one<br>two", "one\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        (
            "<div>yes</div><blockquote>our <b>words</b><br>and more</blockquote>",
            "yes\n\n> our words\n> and more",
        ),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>after", "> a\n>\n> > b\n\nafter"),
        ("<style>p{}</style><script>x</script><p>words</p>", "words"),
        ("<div style='display:none'>hidden</div>seen", "seen"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a&nbsp;b &amp; c&lt;d", "a b & c<d"),
        ("write to <a href='mailto:Carl@x.example?subject=y'>Carl</a>", "write to Carl <Carl@x.example>"),
        ("<a href='mailto:c@x.example'>c@x.example</a>", "c@x.example"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("above<hr>below", "above\n\n________________________________\nbelow"),
        ("<img alt='😊'> ok <img alt='logo'>", "😊 ok"),
        ("", ""),
        ("<<<>>>", "<<<>>>"),
    ],
)
def test_html_made_plain(html: str, expected: str) -> None:
    assert html_text.plain(html) == expected
