"""What an operating system says of a fault, as sentences of ours: known by its number, never by its words."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Mapping

from relance.wording.phrases import quoted
from relance.wording.text import N_, Text

BY_NUMBER: Mapping[int, str] = {
    errno.ECONNREFUSED: N_("the connection was refused"),
    errno.ECONNRESET: N_("the connection was cut off"),
    errno.ECONNABORTED: N_("the connection was cut off"),
    errno.EPIPE: N_("the connection was cut off"),
    errno.ETIMEDOUT: N_("there was no answer in time"),
    errno.EHOSTUNREACH: N_("the computer cannot be reached"),
    errno.EHOSTDOWN: N_("the computer cannot be reached"),
    errno.ENETUNREACH: N_("the network cannot be reached"),
    errno.ENETDOWN: N_("the network cannot be reached"),
    errno.EADDRINUSE: N_("another program uses this port"),
    errno.EADDRNOTAVAIL: N_("this computer does not have that address"),
    errno.EMFILE: N_("too many files and connections are open"),
    errno.ENFILE: N_("too many files and connections are open"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EDQUOT: N_("the disk quota is used up"),
    errno.EROFS: N_("the disk is read-only"),
    errno.EIO: N_("the disk has failed"),
    errno.EFBIG: N_("the file would be too large"),
    errno.EACCES: N_("access is denied"),
    errno.EPERM: N_("access is denied"),
    errno.ENOENT: N_("there is no such file"),
    errno.ENOTDIR: N_("a part of the path is not a folder"),
    errno.EISDIR: N_("it is a folder"),
    errno.ELOOP: N_("its links lead in a circle"),
    errno.ENAMETOOLONG: N_("its name is too long"),
    errno.EEXIST: N_("there is already a file or folder of this name"),
    errno.ENOTEMPTY: N_("the folder is not empty"),
    errno.EBUSY: N_("another program is using it"),
    errno.ETXTBSY: N_("another program is using it"),
    errno.EAGAIN: N_("it is busy just now"),
    errno.ENOMEM: N_("the computer has no memory left"),
    errno.ENOBUFS: N_("the computer has no memory left"),
    errno.EXDEV: N_("it is on another disk"),
    errno.ESTALE: N_("the network folder is no longer there"),
    errno.ENXIO: N_("there is no such device"),
    errno.ENODEV: N_("there is no such device"),
    errno.EINVAL: N_("the system does not allow it"),
    errno.ENOTSUP: N_("the system does not allow it"),
    errno.ENOTCONN: N_("the connection was cut off"),
    errno.ESHUTDOWN: N_("the connection was cut off"),
    errno.ENETRESET: N_("the connection was cut off"),
    errno.EAFNOSUPPORT: N_("the network cannot be reached"),
}
OF_NAMES: Mapping[int, str] = {
    socket.EAI_NONAME: N_("this name is not known"),
    getattr(socket, "EAI_NODATA", -5): N_("this name has no address"),
    socket.EAI_AGAIN: N_("the name server does not answer"),
    socket.EAI_FAIL: N_("the name server refuses to answer"),
}
BY_TYPE: Mapping[type[BaseException], int] = {
    TimeoutError: errno.ETIMEDOUT,
    ConnectionRefusedError: errno.ECONNREFUSED,
    ConnectionResetError: errno.ECONNRESET,
    ConnectionAbortedError: errno.ECONNABORTED,
    BrokenPipeError: errno.EPIPE,
    FileNotFoundError: errno.ENOENT,
    FileExistsError: errno.EEXIST,
    PermissionError: errno.EACCES,
}
"""What is meant where Python raises one of these without a number."""
_CODED = N_("{fault} [{technical}]")
BY_WORDS: Mapping[str, Text] = {
    os.strerror(number): Text(_CODED, fault=Text(said), technical=errno.errorcode[number])
    for number, said in BY_NUMBER.items()
}
"""Those of faults that were kept in the system's words alone."""
_NAMES = {getattr(socket, each): each for each in dir(socket) if each.startswith("EAI_")}


def plainly(fault: BaseException) -> Text:
    """Its sentence alone, for a fault whose place the sentence around tells; the system's own words where it is none that is
    common."""
    said = of_system(fault)
    kept = said.params.get("fault")
    return kept if isinstance(kept, Text) else said


def of_system(fault: BaseException) -> Text:
    """Its sentence, with the system's name for it in square brackets; the system's own words in quotation marks where it is
    none that is common."""
    if isinstance(fault, socket.gaierror):
        return _coded(OF_NAMES, fault.errno, _NAMES) or _own(fault)
    if isinstance(fault, OSError) and type(fault.errno) is int:
        return _coded(BY_NUMBER, fault.errno, errno.errorcode) or _own(fault)
    number = 0 if str(fault) else BY_TYPE.get(type(fault), 0)
    return Text(BY_NUMBER[number]) if number else _own(fault)


def quoted_fault(words: str) -> Text | None:
    """The sentence of a fault of the system that a program such as libpq quotes in English within its own words; None where
    it quotes none."""
    return next((told for said, told in BY_WORDS.items() if said in words), None)


def _coded(table: Mapping[int, str], number: int | None, names: Mapping[int, str]) -> Text | None:
    if number is None or number not in table:
        return None
    return Text(_CODED, fault=Text(table[number]), technical=names.get(number, str(number)))


def _own(fault: BaseException) -> Text:
    """What it says itself, on one line, without the place where a library's authors explain it."""
    if isinstance(fault, UnicodeDecodeError):
        return Text("it is not text in UTF-8")
    said = getattr(fault, "strerror", None) or _BACKGROUND.sub("", str(fault)) or type(fault).__name__
    return quoted(" ".join(str(said).split()))


_BACKGROUND = re.compile(r"\s*\(Background on this error at: [^)]*\)")
