"""Claims: exactly one run of a step, however many press the key.

A run's folder is made under a temporary name, with its lock held and its record naming the claimer, and then renamed.
Renaming a folder onto one that is not empty fails (rename(2)), so of several claims of one name one wins, and whoever
comes second finds the winner's name in place, whatever happened in between.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.run import RunRequest
from eventa_cockpit.errors import StepTakenError, UnrecordedError
from eventa_cockpit.locale import _
from eventa_cockpit.runner.supervisor import liveness
from eventa_cockpit.runner.supervisor.processes import boot_id
from eventa_cockpit.runner.supervisor.record import SLOT_SIZE, SLOTS, StatusRecord, newest

SHARED_FOLDER, SHARED_FILE = 0o2750, 0o640
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
SHARED_PARENT = 0o3770


@dataclass(frozen=True, slots=True)
class Claim:
    """A folder that is ours, and its lock, to be handed to the supervisor."""

    folder_fd: int
    lock_fd: int
    file_mode: int

    def close(self) -> None:
        os.close(self.folder_fd)
        os.close(self.lock_fd)


def run_name(runbook: str, step: str, attempt: int) -> str:
    """Name of a run's folder, the same for all who press the key for this attempt (from 1) of the step."""
    digest = hashlib.sha256(f"{runbook}\0{step}".encode()).hexdigest()[:8]
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", step)[:40].strip("-.") or "step"
    return f"{readable}-{digest}-{attempt:03d}"


def claim(request: RunRequest) -> Claim:
    """Make the run's folder ours. Raises StepTakenError when another has it, UnrecordedError when it cannot be made."""
    directory = request.directory
    temporary = directory.parent / f".{directory.name}.{secrets.token_hex(4)}"
    try:
        shared = _prepare_parent(directory.parent)
        made = _fill(temporary, request, shared=shared)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise UnrecordedError(_cannot_record(directory, error)) from error
    try:
        temporary.rename(directory)
        _sync(directory.parent)
    except OSError as error:
        made.close()
        shutil.rmtree(temporary, ignore_errors=True)
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
            raise StepTakenError(_taken(directory), directory) from None
        raise UnrecordedError(_cannot_record(directory, error)) from error
    return made


def _prepare_parent(parent: Path) -> bool:
    """Make the folder of runs if there is none; returns whether it is shared with a group."""
    if not parent.is_dir():
        parent.mkdir(parents=True, exist_ok=True)
        parent.chmod(SHARED_PARENT if parent.parent.stat().st_mode & stat.S_ISGID else PRIVATE_FOLDER)
    return bool(parent.stat().st_mode & stat.S_ISGID)


def _fill(folder: Path, request: RunRequest, *, shared: bool) -> Claim:
    folder_mode, file_mode = (SHARED_FOLDER, SHARED_FILE) if shared else (PRIVATE_FOLDER, PRIVATE_FILE)
    folder.mkdir()
    folder.chmod(0o700)  # a umask may have left us without the right to open it
    folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    lock_fd = -1
    try:
        os.fchmod(folder_fd, folder_mode)
        lock_fd = liveness.take(folder_fd, file_mode)
        record = StatusRecord.create(folder_fd, file_mode)
        try:
            claimer = {"name": clean_line(request.responder)[:200], "uid": os.getuid()}
            record.write(run_id=request.run_id, state="claimed", claimer=claimer, claimed=time.time(), boot=boot_id())
        finally:
            record.close()
        os.fsync(folder_fd)
    except OSError:
        os.close(folder_fd)
        if lock_fd >= 0:
            os.close(lock_fd)
        raise
    return Claim(folder_fd, lock_fd, file_mode)


def claimer_of(directory: Path) -> str:
    """Name and uid of who claimed this run, or an empty string."""
    try:
        with (directory / "status").open("rb") as file:
            claimer = newest(file.read(SLOTS * SLOT_SIZE))[1].get("claimer")
    except OSError:
        return ""
    return person(claimer)


def person(who: dict[str, object] | None) -> str:
    """`aya (uid 1001)`: the name is what they call themselves, the uid is the kernel's word."""
    if not who:
        return ""
    return f"{clean_line(str(who.get('name', '')))} (uid {who.get('uid')})".strip()


def _taken(directory: Path) -> str:
    who = claimer_of(directory)
    if who:
        return _("{who} was first: this step already runs for them.").format(who=who)
    return _("Another responder was first: this step already runs for them.")


def _cannot_record(directory: Path, error: OSError) -> str:
    return _("The run cannot be recorded in {folder} ({reason}), so the command was not started.").format(
        folder=directory.parent, reason=error.strerror
    )


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
