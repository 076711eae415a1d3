"""Where the cockpits of one machine that watch the same thing meet: a folder, its files, and whose word counts there.

`leader-N` belongs to the Nth leader: it holds a lock as long as the leader lives, and a beat that shows it awake. Only
the leader with the highest number counts. A number is taken by an exclusive link, so there are never two of one, and
nobody ever writes in another's file. `board-N-…` is that leader's snapshot. `wishes` takes what readers ask for.
"""

from __future__ import annotations

import os
import secrets
import stat
import struct
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.errors import CockpitError
from eventa_cockpit.journal.folders import file_mode, is_shared, make_folder
from eventa_cockpit.journal.locking import is_locked, lock
from eventa_cockpit.locale import _
from eventa_cockpit.services.sharing.snapshot import LONGEST, SnapshotError

BOARDS = "boards"
"""Folder in the state folder; each group of cockpits has one of its own in it."""
LEADER, BOARD, WISHES = "leader-", "board-", "wishes"
HIDDEN = (f".{LEADER}", f".{BOARD}")
"""Files that are not whole yet."""
MOST_DIGITS = 15
SLOT = 512
"""Bytes of a leader's record, which is written in place: no disk is too full for a beat."""
HEAD = struct.Struct(">HI")
LONGEST_NAME = 60
MOST_WISHES = 1_000_000
"""Bytes of wishes after which a new leader begins the file anew."""
ALL = "*"


class MistrustError(CockpitError):
    """The folder or a file in it could have been written by anybody; says which."""


class Record(msgspec.Struct, frozen=True):
    """What a leader says of itself."""

    pid: int
    name: str
    board: str
    """Name of the file with its snapshot."""
    beat: int = 0
    news: int = 0
    """How many snapshots it has written."""


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader as another cockpit sees it."""

    epoch: int
    path: Path
    uid: int
    record: Record

    @property
    def lives(self) -> bool:
        return is_locked(self.path)


class Meeting:
    """One folder, for cockpits that would ask the same upstreams the same way. Blocks; raises OSError throughout."""

    def __init__(self, state: Path, name: str) -> None:
        self.folder = state / BOARDS / name

    def prepare(self) -> None:
        """Makes the folder, shared with the group where the state folder is. Raises MistrustError."""
        make_folder(self.folder)
        self._check_folder()

    def epoch(self) -> int:
        """Number of the newest leader, alive or not; 0 when there was none."""
        return max((_number(name) for name in os.listdir(self.folder) if name.startswith(LEADER)), default=0)  # noqa: PTH208

    def leader(self) -> Leader | None:
        """The newest leader, alive or not; None when there was none or its record is torn. Raises MistrustError."""
        epoch = self.epoch()
        if not epoch:
            return None
        path = self.folder / f"{LEADER}{epoch}"
        try:
            fd = self._open(path)
        except FileNotFoundError:
            return None
        try:
            record = _record(os.pread(fd, SLOT, 0))
            return None if record is None else Leader(epoch, path, os.fstat(fd).st_uid, record)
        finally:
            os.close(fd)

    def board_of(self, leader: Leader) -> bytes:
        """The leader's newest snapshot. Raises MistrustError, and SnapshotError for one that is too large."""
        if not leader.record.board.startswith(BOARD) or "/" in leader.record.board:
            raise MistrustError(_("{file} names a file that is not a board's.").format(file=leader.path))
        path = self.folder / leader.record.board
        fd = self._open(path)
        with os.fdopen(fd, "rb") as file:
            if os.fstat(fd).st_uid != leader.uid:
                raise MistrustError(_("{file} is not its leader's own.").format(file=path))
            data = file.read(LONGEST + 1)
        if len(data) > LONGEST:
            raise SnapshotError(_("The board is too large to share: over {limit:g} MB.").format(limit=LONGEST / 1e6))
        return data

    def stand(self, epoch: int, name: str, board: bytes) -> Leadership | None:
        """Become leader number `epoch` with that snapshot; None when somebody else already is."""
        self._tidy()
        token = secrets.token_hex(4)
        record = Record(os.getpid(), clean_line(name)[:LONGEST_NAME], f"{BOARD}{epoch}-{token}", news=1)
        leadership = Leadership(self, epoch, record, self._own_file(f".{LEADER}{token}"))
        try:
            leadership.write_board(board)
            os.posix_fallocate(leadership.fd, 0, SLOT)
            lock(leadership.fd)
            leadership.write_record()
            try:
                os.link(self.folder / f".{LEADER}{token}", self.folder / f"{LEADER}{epoch}")
            except FileExistsError:
                leadership.withdraw()
                return None
        except OSError:
            leadership.withdraw()
            raise
        finally:
            self._remove(f".{LEADER}{token}")
        return leadership

    def probe(self, board: bytes) -> None:
        """Raises OSError unless a board of this size could be written now."""
        name = f".{BOARD}{secrets.token_hex(4)}"
        fd = self._own_file(name)
        try:
            os.posix_fallocate(fd, 0, max(len(board), SLOT) * 2)
        finally:
            os.close(fd)
            self._remove(name)

    def wish(self, key: str | None) -> None:
        """Ask the leader for newer data of one feed, or of all."""
        fd = self._wishes(os.O_WRONLY | os.O_APPEND)
        try:
            os.write(fd, f"{key or ALL}\n".encode())
        finally:
            os.close(fd)

    def wishes_from(self, place: int) -> tuple[list[str | None], int]:
        """The wishes since that place in the file, None for all feeds, and the place where the next ones begin."""
        fd = self._wishes(os.O_RDONLY)
        try:
            size = os.fstat(fd).st_size
            if size <= place:
                return [], size
            data = os.pread(fd, 65_536, place)
        finally:
            os.close(fd)
        whole, _newline, _rest = data.rpartition(b"\n")
        keys = [line.decode("utf-8", "replace") for line in set(whole.split(b"\n")) if line]
        return [None if key == ALL else key for key in keys], max(place + len(whole) + 1, place)

    def forget_wishes(self) -> int:
        """The place in the file from which on a new leader listens."""
        fd = self._wishes(os.O_RDWR)
        try:
            size = os.fstat(fd).st_size
            if size < MOST_WISHES:
                return size
            os.ftruncate(fd, 0)
            return 0
        finally:
            os.close(fd)

    def _wishes(self, flags: int) -> int:
        fd = os.open(self.folder / WISHES, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        facts = os.fstat(fd)
        wanted = 0o660 if is_shared(self.folder) else 0o600
        if facts.st_uid == os.getuid() and stat.S_IMODE(facts.st_mode) != wanted:
            os.fchmod(fd, wanted)
        return fd

    def _own_file(self, name: str) -> int:
        fd = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        os.fchmod(fd, file_mode(self.folder))
        return fd

    def _open(self, path: Path) -> int:
        """To read, if it can only be its owner's work and the owner's word counts here."""
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        facts = os.fstat(fd)
        is_ours = facts.st_uid in (os.getuid(), 0) or is_shared(self.folder)
        if stat.S_ISREG(facts.st_mode) and not facts.st_mode & 0o022 and is_ours:
            return fd
        os.close(fd)
        raise MistrustError(_("{file} could have been written by anybody.").format(file=path))

    def _check_folder(self) -> None:
        facts = self.folder.lstat()
        is_ours = facts.st_uid in (os.getuid(), 0) or bool(facts.st_mode & stat.S_ISGID)
        if not stat.S_ISDIR(facts.st_mode) or facts.st_mode & stat.S_IWOTH or not is_ours:
            raise MistrustError(_("Anybody could write in {file}.").format(file=self.folder))

    def _tidy(self) -> None:
        """Removes what we left behind as an earlier leader; the newest leader's files stay, whoever it is."""
        newest = self.epoch()
        for name in os.listdir(self.folder):  # noqa: PTH208
            is_old = name.startswith((LEADER, BOARD)) and 0 < _number(name) < newest
            if is_old or (name.startswith(HIDDEN) and self._is_forgotten(name)):
                self._remove(name)

    def _is_forgotten(self, name: str) -> bool:
        """A file that somebody was killed over; nobody takes a minute to write one."""
        try:
            return time.time() - (self.folder / name).lstat().st_mtime > 60
        except FileNotFoundError:
            return False

    def _remove(self, name: str) -> None:
        """Of another user's files the folder's sticky bit keeps us away."""
        with suppress(FileNotFoundError, PermissionError):
            (self.folder / name).unlink()


@dataclass(slots=True)
class Leadership:
    """Being the leader number `epoch`. Blocks; raises OSError."""

    meeting: Meeting
    epoch: int
    record: Record
    fd: int
    """Its lock says that we live; the kernel drops it whatever ends us."""
    _is_over: bool = field(default=False)

    def is_current(self) -> bool:
        """Whether nobody was elected since. A leader that was stopped for a while asks before it does anything."""
        return not self._is_over and self.meeting.epoch() == self.epoch

    def beat(self) -> None:
        self.record = msgspec.structs.replace(self.record, beat=self.record.beat + 1)
        self.write_record()

    def publish(self, board: bytes) -> None:
        """Write a newer snapshot, and say so."""
        self.write_board(board)
        self.record = msgspec.structs.replace(self.record, news=self.record.news + 1)
        self.write_record()

    def write_board(self, board: bytes) -> None:
        """Whole or not at all."""
        folder, name = self.meeting.folder, self.record.board
        fd = os.open(folder / f".{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(fd, "wb") as file:
                os.fchmod(fd, file_mode(folder))
                file.write(board)
            (folder / f".{name}").rename(folder / name)
        except OSError:
            with suppress(OSError):
                (folder / f".{name}").unlink()
            raise

    def write_record(self) -> None:
        body = msgspec.msgpack.encode(self.record)
        os.pwrite(self.fd, (HEAD.pack(len(body), zlib.crc32(body)) + body).ljust(SLOT, b"\0"), 0)

    def resign(self) -> None:
        """The snapshot stays for the successor."""
        if not self._is_over:
            self._is_over = True
            os.close(self.fd)

    def withdraw(self) -> None:
        """Not elected: nothing stays."""
        self.resign()
        with suppress(OSError):
            (self.meeting.folder / self.record.board).unlink()


def _number(name: str) -> int:
    """Of a leader's or a board's file; 0 for any other."""
    digits = name.split("-")[1]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS else 0


def _record(slot: bytes) -> Record | None:
    """None when it is torn or foreign."""
    if len(slot) < HEAD.size:
        return None
    length, digest = HEAD.unpack_from(slot)
    body = slot[HEAD.size : HEAD.size + length]
    if len(body) != length or zlib.crc32(body) != digest:
        return None
    try:
        return msgspec.msgpack.decode(body, type=Record)
    except (msgspec.MsgspecError, ValueError):
        return None
