"""What a system, a server or a library says stands in a sentence of ours between quotation marks, in every language."""

from __future__ import annotations

import ast
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

import relance
from relance import wording
from relance.engine import reasons
from relance.engine.reasons import Code, because
from relance.mailbox.smtp import replies
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.wording import Text, typed

HERE = Path(relance.__file__).parent
SENTENCES = {"Text", "Text.plural", "Text.within", "because", "_", "n_"}
QUOTING = {
    "of_system", "plainly", "quoted", "typed", "wording.typed",
    "tls.of_certificate", "connection.server_words", "server_words",
    "_told", "_reason", "toml_faults.told",  # sentences of ours, each made by one of the others
    "unexpected_errors.described",  # the name of an error and its place
    "type",
}  # fmt: skip
"""What makes words of others fit for a sentence of ours: our own sentence for them, or quotation marks around them."""
QUOTED_BY_REASONS = {"said", "fault"}
"""Parameters of reasons that are put into quotation marks where they are shown (`reasons._shown`)."""


def foreign(annotation: str) -> bool:
    """Whether an exception of that type can carry words that are not ours."""
    names = [each.strip() for each in annotation.strip("()").replace("|", ",").split(",")]
    return any(
        each.rpartition(".")[2].endswith(("Error", "Exception")) and not each.startswith(("errors.", "Error"))
        for each in names
    )


def carriers(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that hold a foreign exception, and where they hold it."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ExceptHandler)
            and node.name
            and node.type
            and foreign(ast.unparse(node.type))
        ):
            yield node.name, node
        if isinstance(node, ast.FunctionDef):
            for each in (*node.args.args, *node.args.kwonlyargs):
                if each.annotation is not None and foreign(ast.unparse(each.annotation)):
                    yield each.arg, node


def takes(value: ast.AST, name: str) -> bool:
    """Whether a value takes what the exception says as it is."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) in QUOTING | SENTENCES:
        return False
    if isinstance(value, ast.comprehension):
        return takes(value.iter, name)
    if isinstance(value, ast.IfExp):
        return takes(value.body, name) or takes(value.orelse, name)
    if isinstance(value, ast.Name):
        return value.id == name
    return any(takes(each, name) for each in ast.iter_child_nodes(value))


def tainted(where: ast.AST, name: str) -> set[str]:
    """The names that hold what the exception says: its own, and those that something of it is assigned to."""
    names = {name}
    for node in ast.walk(where):
        if isinstance(node, ast.Assign) and any(takes(node.value, each) for each in tuple(names)):
            names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return names


def unquoted(call: ast.Call, names: set[str]) -> Iterator[str]:
    """The places of a sentence that take what is in these names as it is."""
    sentence = ast.unparse(call.args[0]) if call.args else ""
    for each in call.keywords:
        marked = f'"{{{each.arg}}}"' in sentence or (
            ast.unparse(call.func) == "because" and each.arg in QUOTED_BY_REASONS
        )
        if not marked and any(takes(each.value, name) for name in names):
            yield f"{each.arg}={ast.unparse(each.value)}"


def found_in(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    for name, where in carriers(tree):
        names = tainted(where, name)
        for call in ast.walk(where):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in SENTENCES:
                yield from (f"{call.lineno}: {each}" for each in unquoted(call, names))


def sources() -> Iterator[Path]:
    yield from (path for path in sorted(HERE.rglob("*.py")) if "migrations" not in path.parts)


def test_no_sentence_takes_the_words_of_a_foreign_exception_unquoted() -> None:
    found = {
        f"{path.relative_to(HERE)}:{each}" for path in sources() for each in found_in(path.read_text("utf-8"))
    }
    assert sorted(found) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("fault=error", True),
        ("fault=str(error)", True),
        ("fault=ended(error.strerror)", True),
        ("fault=of_system(error)", False),
        ("fault=ended(quoted(error))", False),
        ("name=type(error).__name__", False),
    ],
)
def test_the_guard_bites(said: str, found: bool) -> None:
    source = f"try:\n    pass\nexcept OSError as error:\n    raise errors.Broken(Text('It failed: {{fault}}', {said}))"
    assert bool(list(found_in(source))) is found


def test_no_value_of_a_sentence_is_quoted_as_python_quotes() -> None:
    """`typed` puts it between the quotes of the reader's language."""
    found = [
        f"{path.relative_to(HERE)}:{call.lineno}: {ast.unparse(each.value)}"
        for path in sources()
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in SENTENCES
        for each in call.keywords
        if re.search(r"\brepr\(|!r\b", ast.unparse(each.value))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ada", "„ada”"),
        ("a\x07b\u202e", "„a\\x07b\\u202e”"),
        ("x" * 90, f"„{'x' * 79}…”"),
        (None, "„None”"),
    ],
)
def test_what_somebody_typed_is_quoted_as_the_reader_quotes(value: object, shown: str) -> None:
    with wording.speaking("pl"):
        assert str(typed(value)) == shown


SERVER = "550 5.1.1 no such user"


@pytest.mark.parametrize("code", [each for each in Code if "{said}" in reasons.SENTENCES[each].msgid])
def test_a_reason_quotes_what_a_server_says(code: Code) -> None:
    """Whether it was kept as plain words, or as somebody's; a sentence of ours stands as it is."""
    own = Text("the connection was refused")
    with wording.speaking("pl"):
        for said in (SERVER, Text.prose(SERVER)):
            assert f"„{SERVER}”" in reasons.of_row(because(code, said=said, count=2).row()).words
        assert "odmówiono połączenia" in because(code, said=own, count=2).words
        assert "„" not in because(code, said=own, count=2).words.replace("„nie pisać”", "")


def test_what_a_server_said_is_quoted_and_what_we_say_is_not() -> None:
    taken = SendResult(Outcome.REFUSED, "rcpt", code=550, text="no")
    gone = SendResult(Outcome.NOT_SENT, "connect", text="the connection was closed")
    odd = SendResult(Outcome.NOT_SENT, "tls", text="TLS failed: SSLV3_ALERT_BAD")
    expired = ssl.SSLCertVerificationError(1, "certificate verify failed")
    expired.verify_code, expired.verify_message = 10, "certificate has expired"
    with wording.speaking("pl"):
        assert str(replies.said(taken)) == "„550 no”"
        assert "„" not in str(replies.said(gone))
        assert str(replies.said(odd)).endswith("„SSLV3_ALERT_BAD”")
        assert str(replies.said(replies.not_sent("tls", expired))).endswith("stracił ważność")
    assert not replies.said(SendResult(Outcome.UNKNOWN, "final"))
