"""The output's file: append only. What a full disk refuses waits in memory for a while, and what is lost is counted."""

from __future__ import annotations

import errno
import os

BACKLOG = 1 << 20
"""Bytes that wait for the disk before anything is given up."""


class OutputFile:
    """Bytes go in masked; nothing in here looks at them."""

    def __init__(self, path: str, mode: int) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._fd = os.open(path, flags, mode)
        os.fchmod(self._fd, mode)
        self._backlog = bytearray()
        self._gap = 0
        self.written = 0
        self.dropped = 0
        self.error = 0
        """The errno that last refused a write, or 0."""

    def append(self, data: bytes) -> None:
        if self._backlog or self._gap:
            self._keep(data)
            self.retry()
        elif done := self._write(data):
            if done < len(data):
                self._keep(data[done:])
        elif data:
            self._keep(data)

    def retry(self) -> None:
        """Try again to write what waits."""
        while self._backlog:
            done = self._write(bytes(self._backlog))
            if not done:
                return
            del self._backlog[:done]
        if self._gap and self._write(f"\n[... {self._gap} bytes could not be written here ...]\n".encode()):
            self._gap = 0

    def give_up(self) -> None:
        """The run is over: what still waits is lost."""
        self.retry()
        self.dropped += len(self._backlog)
        self._backlog.clear()

    @property
    def end(self) -> int:
        """Where the next byte will stand once the disk has taken what waits."""
        return self.written + len(self._backlog)

    @property
    def is_waiting(self) -> bool:
        return bool(self._backlog or self._gap)

    def sync(self) -> None:
        """To the disk. A failure counts as a refused write, because the bytes may be gone."""
        try:
            os.fdatasync(self._fd)
        except OSError as error:
            self.error = error.errno or errno.EIO

    def _keep(self, data: bytes) -> None:
        room = 0 if self._gap else BACKLOG - len(self._backlog)
        self._backlog += data[:room]
        lost = max(len(data) - room, 0)
        self._gap += lost
        self.dropped += lost

    def _write(self, data: bytes) -> int:
        """Bytes written, which may be fewer than given."""
        view, done = memoryview(data), 0
        while done < len(data):
            try:
                done += os.write(self._fd, view[done:])
            except OSError as error:
                self.error = error.errno or errno.EIO
                break
        self.written += done
        return done
