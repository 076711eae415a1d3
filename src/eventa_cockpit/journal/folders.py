"""Folders and files of an incident: shared with the group where the folder above is, private anywhere else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

SHARED_FOLDER, SHARED_FILE = 0o3770, 0o640
"""Sticky, so that a member of the group cannot remove what another one wrote."""
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def is_shared(folder: Path) -> bool:
    """A setgid folder gives its group to what is made in it, which is how a team shares one."""
    return bool(folder.stat().st_mode & stat.S_ISGID)


def make_folder(folder: Path, *, exist_ok: bool = True) -> None:
    """Make it, and those above it, whatever the umask says. Raises OSError."""
    if exist_ok and folder.is_dir():
        return
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    mode = SHARED_FOLDER if is_shared(folder.parent) else PRIVATE_FOLDER
    try:
        folder.mkdir(mode=PRIVATE_FOLDER)
    except FileExistsError:
        if exist_ok:
            return
        raise
    folder.chmod(mode)
    sync_folder(folder.parent)


def file_mode(folder: Path) -> int:
    return SHARED_FILE if is_shared(folder) else PRIVATE_FILE


def sync_folder(folder: Path) -> None:
    """Make the names in it durable. Raises OSError."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
