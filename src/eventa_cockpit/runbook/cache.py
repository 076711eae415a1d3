"""Parsed files kept between two starts, each by path, size and time of change; dropped as a whole by a newer parser."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from eventa_cockpit import __version__
from eventa_cockpit.domain import runbook as domain
from eventa_cockpit.locale import current_language
from eventa_cockpit.runbook.contents import FileContents


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    size: int
    mtime_ns: int
    contents: FileContents


class _Header(msgspec.Struct, frozen=True, array_like=True):
    parser: str
    entries: msgspec.Raw


class Cache:
    """The parsed files of one library. Without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._entries = {} if path is None else _read(path)
        self._used: dict[str, _Entry] = {}
        self._has_changed = False

    def contents(self, file: Path, status: os.stat_result) -> FileContents | None:
        """What the file said when it was last parsed, if it has not changed since."""
        entry = self._entries.get(str(file))
        if entry is None or (entry.size, entry.mtime_ns) != (status.st_size, status.st_mtime_ns):
            return None
        self._used[str(file)] = entry
        return entry.contents

    def keep(self, file: Path, status: os.stat_result, contents: FileContents) -> None:
        self._used[str(file)] = _Entry(status.st_size, status.st_mtime_ns, contents)
        self._has_changed = True

    def save(self) -> None:
        """Written whole or not at all; a folder that cannot be written only means parsing again next time."""
        if self._path is None or not (self._has_changed or len(self._used) < len(self._entries)):
            return
        entries = msgspec.msgpack.encode(self._used, enc_hook=_plain)
        data = msgspec.msgpack.encode(_Header(parser_digest(), msgspec.Raw(entries)))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _replace(self._path, data)
        except OSError:
            return


def _read(path: Path) -> dict[str, _Entry]:
    try:
        header = msgspec.msgpack.decode(_own_bytes(path), type=_Header)
        if header.parser != parser_digest():
            return {}
        return msgspec.msgpack.decode(header.entries, type=dict[str, _Entry])
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return {}


def _own_bytes(path: Path) -> bytes:
    """What we wrote ourselves: in a shared folder a colleague's file would decide what we see. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if status.st_uid != os.getuid() or status.st_mode & 0o022:
            raise PermissionError(errno.EPERM, "not ours alone", str(path))
        return file.read()


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _plain(value: Any) -> Any:
    """Frozen mappings as plain ones."""
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


@cache
def parser_digest() -> str:
    """Changes with any source file of the parser, with the package's version and with the language of its messages."""
    digest = hashlib.blake2b(f"{__version__} {current_language()}".encode(), digest_size=16)
    sources = [*Path(__file__).parent.glob("*.py"), Path(str(domain.__file__))]
    for source in sorted(sources):
        status = source.stat()
        digest.update(f"{source.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
