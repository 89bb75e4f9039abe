"""The text of a sequence file. Only somebody who is on this machine names one: the command line, or a program."""

from __future__ import annotations

from pathlib import Path

from relance import errors
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

MAX_BYTES = 2 * 1024 * 1024


def text_of(path: Path) -> str:
    """What stands in it; raises `errors.NotFound` or `errors.Invalid`, which name it."""
    data = content(
        path,
        MAX_BYTES,
        folder=Text("{path} is a folder. Give the YAML file in it.", path=path),
        larger=Text(
            "{path} is larger than {size} MB: that is not a sequence.",
            path=path,
            size=MAX_BYTES // 1024 // 1024,
        ),
    )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        problem = errors.Problem(
            Text("this is not UTF-8 text.").coded(SentenceCode.NOT_TEXT),
            str(path),
            Text("Save the file as UTF-8."),
            line,
        )
        raise errors.Invalid([problem]) from None


def bounded(text: str) -> str:
    """The same text; raises `errors.Invalid` where it is too long to be a sequence."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise errors.Invalid(
            Text("A text of more than {size} MB is not a sequence.", size=MAX_BYTES // 1024 // 1024).coded(
                SentenceCode.TOO_LARGE
            )
        )
    return text


def content(path: Path, most: int, *, folder: Text, larger: Text) -> bytes:
    """What a file holds that somebody named; `folder` and `larger` (than `most` bytes) say why it cannot be taken."""
    try:
        if path.is_dir():
            raise errors.Invalid(folder.coded(SentenceCode.FILE_UNREADABLE))
        if path.stat().st_size > most:
            raise errors.Invalid(larger.coded(SentenceCode.TOO_LARGE))
        data = path.read_bytes()
    except FileNotFoundError:
        raise errors.NotFound(
            Text("there is no file {path}. Check its name and its folder.", path=path)
        ) from None
    except PermissionError:
        raise errors.Invalid(
            Text("{path} cannot be read by this user.", path=path).coded(SentenceCode.FILE_UNREADABLE)
        ) from None
    if len(data) > most:  # a pipe does not say how long it is
        raise errors.Invalid(larger.coded(SentenceCode.TOO_LARGE))
    return data
