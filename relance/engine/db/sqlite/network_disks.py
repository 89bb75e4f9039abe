"""Which disk a file lies on: locks and shared memory of one host are unknown to others that reach the same files."""

from __future__ import annotations

import re
from pathlib import Path

NETWORK = frozenset(
    [
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "fuse.ceph-fuse",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "gfs2",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "orangefs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "virtiofs",
    ]
)
# As the kernel names them in /proc/self/mounts.

_MOUNTS = Path("/proc/self/mounts")
_OCTAL = re.compile(r"\\([0-7]{3})")


def network_filesystem(path: Path) -> str | None:
    """The kind of network filesystem a file or folder lies on; None: a local disk, or nobody can tell."""
    if not _MOUNTS.exists():
        return None
    kind = filesystem(path.resolve(), _MOUNTS.read_text(errors="replace"))
    return kind if kind in NETWORK else None


def filesystem(path: Path, mounts: str) -> str:
    """The kind of filesystem a path lies on, by the lines of /proc/self/mounts (proc(5)); "" where none is named. Pure."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[1]))
        # Of two on one point the later one is seen.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind
