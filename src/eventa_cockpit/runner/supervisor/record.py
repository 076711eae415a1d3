"""The status record: a run's last known state, in preallocated slots so that the last word lands on a full disk.

A write goes to the slot after the newest one and carries a sequence number and a CRC, so a torn write costs that write
and never an older one.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from typing import Any

SLOTS = 16
SLOT_SIZE = 2048
HEADER = struct.Struct("<4sQHI")
MAGIC = b"CKR1"
CLIPPED = ("detail", "claimer", "cancel")
"""Facts that may be long, and are left out when a record would not fit its slot."""

Facts = dict[str, Any]


class StatusRecord:
    """The writer's side. There is one writer at a time: the claimer, then the supervisor."""

    def __init__(self, fd: int, sequence: int = 0, facts: Facts | None = None) -> None:
        self._fd = fd
        self._sequence = sequence
        self.facts: Facts = facts or {}

    @classmethod
    def create(cls, folder_fd: int, mode: int) -> StatusRecord:
        """A new record with all its blocks allocated. Raises OSError when they cannot be."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open("status", flags, mode, dir_fd=folder_fd)
        os.fchmod(fd, mode)
        os.posix_fallocate(fd, 0, SLOTS * SLOT_SIZE)
        return cls(fd)

    @classmethod
    def resume(cls, path: str) -> StatusRecord:
        """An existing record, to be continued after its newest slot."""
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        sequence, facts = newest(os.pread(fd, SLOTS * SLOT_SIZE, 0))
        return cls(fd, sequence, facts)

    def write(self, **changes: Any) -> None:
        """Durable on return. Raises OSError; what was recorded before then still stands."""
        self.facts.update(changes)
        self._sequence += 1
        slot = encode(self._sequence, self.facts)
        os.pwrite(self._fd, slot, (self._sequence % SLOTS) * SLOT_SIZE)
        os.fdatasync(self._fd)

    def close(self) -> None:
        os.close(self._fd)


def encode(sequence: int, facts: Facts) -> bytes:
    """One slot. Long facts give way before the verdict does."""
    body = json.dumps(facts, separators=(",", ":")).encode()
    if len(body) > SLOT_SIZE - HEADER.size:
        short = {key: value for key, value in facts.items() if key not in CLIPPED}
        body = json.dumps(short, separators=(",", ":")).encode()
    checksum = zlib.crc32(body, sequence & 0xFFFFFFFF)
    return (HEADER.pack(MAGIC, sequence, len(body), checksum) + body).ljust(SLOT_SIZE, b"\0")


def newest(data: bytes) -> tuple[int, Facts]:
    """Sequence number and facts of the newest whole slot; (0, {}) when there is none."""
    best, facts = 0, b"{}"
    for start in range(0, len(data) - HEADER.size, SLOT_SIZE):
        magic, sequence, length, checksum = HEADER.unpack_from(data, start)
        body = data[start + HEADER.size : start + HEADER.size + min(length, SLOT_SIZE - HEADER.size)]
        if magic == MAGIC and sequence > best and zlib.crc32(body, sequence & 0xFFFFFFFF) == checksum:
            best, facts = sequence, body
    try:
        read = json.loads(facts)
    except (ValueError, RecursionError):
        return 0, {}
    return (best, read) if isinstance(read, dict) else (0, {})
