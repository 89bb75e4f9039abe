"""What an operating system says of a fault, as sentences of ours: known by its number, never by its words."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping

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
}
OF_NAMES: Mapping[int, str] = {
    socket.EAI_NONAME: N_("this name is not known"),
    getattr(socket, "EAI_NODATA", -5): N_("this name has no address"),
    socket.EAI_AGAIN: N_("the name server does not answer"),
    socket.EAI_FAIL: N_("the name server refuses to answer"),
}
BY_WORDS: Mapping[str, Text] = {
    os.strerror(number): Text("{fault} [{technical}]", fault=Text(said), technical=os.strerror(number))
    for number, said in BY_NUMBER.items()
}
"""Those of faults that were kept in the system's words alone."""


def plainly(fault: BaseException) -> Text:
    """Its sentence alone, for a fault whose place the sentence around tells; the system's own words where it is none that is
    common."""
    said = of_system(fault)
    kept = said.params.get("fault")
    return kept if isinstance(kept, Text) else said


def of_system(fault: BaseException) -> Text:
    """Its sentence, with the system's own words in square brackets; these alone where it is none that is common."""
    own = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    number = fault.errno if isinstance(fault, OSError) and type(fault.errno) is int else 0
    said = OF_NAMES.get(number) if isinstance(fault, socket.gaierror) else BY_NUMBER.get(number)
    if said is None:
        return Text.prose(own)
    return Text("{fault} [{technical}]", fault=Text(said), technical=own)
