"""Approvals: the exact texts that a responder has approved on this machine, kept per file of runbooks.

One file of JSON lines for each, ours alone. A line that is damaged or not ours approves nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from eventa_cockpit.journal.folders import make_folder, sync_folder

APPROVALS = "approvals"
LARGEST = 16 * 1024 * 1024
"""Bytes of approvals of one file that are read."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One text, approved by somebody."""

    file: str
    """Absolute path of the runbooks' file, links resolved."""
    place: str
    """Where the text stood: runbook, and the command's name or its step and number."""
    digest: str
    text: str
    cwd: str
    by: str
    at: str
    """ISO 8601, UTC."""
    repository: str = ""
    """Root of the work tree that the file belongs to, or its folder."""


def block_digest(text: str, cwd: str) -> str:
    """SHA-256, hex, of what an approval is bound to: the text, and the folder that it runs in."""
    return hashlib.sha256(json.dumps([text, cwd]).encode()).hexdigest()


def repository_of(file: Path) -> Path:
    """The nearest folder above with a `.git`, else the file's own folder."""
    return next((folder for folder in file.parents if (folder / ".git").exists()), file.parent)


class Approvals:
    """The approvals of one user in a state folder."""

    def __init__(self, state: Path) -> None:
        self.folder = state / APPROVALS / str(os.getuid())

    def of_file(self, file: Path) -> tuple[Approval, ...]:
        """Oldest first; none when they cannot be read. Blocks."""
        try:
            data = _read_ours(self._path(file))
        except OSError:
            return ()
        return tuple(_approvals(data, str(file)))

    def keep(self, approval: Approval) -> None:
        """Durable on return. Raises OSError."""
        make_folder(self.folder.parent)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self._path(Path(approval.file))
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(path, flags, 0o600)
        try:
            size = _size_if_ours(fd, path)
            is_torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
            line = json.dumps({"v": 1, **asdict(approval)}, ensure_ascii=True).encode() + b"\n"
            data = b"\n" + line if is_torn else line
            if os.write(fd, data) != len(data):
                raise OSError(28, os.strerror(28), str(path))
            os.fsync(fd)
        finally:
            os.close(fd)
        sync_folder(self.folder)

    def _path(self, file: Path) -> Path:
        return self.folder / f"{hashlib.sha256(os.fsencode(file)).hexdigest()[:32]}.jsonl"


def _read_ours(path: Path) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return os.pread(fd, min(_size_if_ours(fd, path), LARGEST), 0)
    finally:
        os.close(fd)


def _size_if_ours(fd: int, path: Path) -> int:
    """Raises PermissionError for a file that somebody else could have written."""
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise PermissionError(1, "others may write it", str(path))
    return status.st_size


def _approvals(data: bytes, file: str) -> Iterator[Approval]:
    for line in data.split(b"\n"):
        approval = _approval(line)
        if approval is not None and approval.file == file:
            yield approval


def _approval(line: bytes) -> Approval | None:
    try:
        entry: Any = json.loads(line)
        approval = Approval(**{name: entry[name] for name in Approval.__dataclass_fields__})
        is_dated = datetime.fromisoformat(approval.at).tzinfo is not None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    words = (getattr(approval, name) for name in Approval.__dataclass_fields__)
    if not is_dated or not all(isinstance(word, str) for word in words):
        return None
    return approval if block_digest(approval.text, approval.cwd) == approval.digest else None
