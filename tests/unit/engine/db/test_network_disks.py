"""Which filesystem a path lies on, told from the kernel's list of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from relance.engine.db.sqlite import network_disks

MOUNTS = """\
overlay / overlay rw 0 0
/dev/sda1 /srv ext4 rw 0 0
files:/export /srv/mail nfs4 rw 0 0
//office/share /mnt/two\\040words cifs rw 0 0
tmpfs /var/covered tmpfs rw 0 0
files:/late /var/covered nfs rw 0 0
short line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/relance.db", "ext4"),
        ("/srv/mail/relance.db", "nfs4"),
        ("/srv/mailbox/relance.db", "ext4"),  # a name that only begins like a mount
        ("/mnt/two words/relance.db", "cifs"),
        ("/var/covered/x", "nfs"),
        ("/home", "overlay"),
    ],
)
def test_the_nearest_mount_counts(path: str, kind: str) -> None:
    assert network_disks.filesystem(Path(path), MOUNTS) == kind


def test_nfs_is_a_network_filesystem_whatever_its_version() -> None:
    assert {"nfs", "nfs4", "cifs", "virtiofs"} <= network_disks.NETWORK
    assert not {"ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs"} & network_disks.NETWORK
