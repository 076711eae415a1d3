"""Liveness by lock: a run is supervised as long as somebody holds its open-file-description lock.

Such a lock belongs to the open file, not to a process: it is handed from the claimer to the supervisor by descriptor
without a gap, the kernel drops it whatever kills the holder, and testing it does not take it (fcntl(2), F_OFD_GETLK).
"""

from __future__ import annotations

import fcntl
import os
import struct

FLOCK = struct.Struct("hhqqi4x")


def take(folder_fd: int, mode: int) -> int:
    """A new lock file, locked; returns its descriptor."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    fd = os.open("lock", flags, mode, dir_fd=folder_fd)
    os.fchmod(fd, mode)
    fcntl.fcntl(fd, fcntl.F_OFD_SETLK, FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
    return fd


def is_held(path: str) -> bool:
    """Raises OSError when the lock file cannot be opened."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        answer = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, FLOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0))
    finally:
        os.close(fd)
    return bool(FLOCK.unpack(answer)[0] != fcntl.F_UNLCK)
