"""The state folder: where incidents, runs and the last known screen are kept."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from eventa_cockpit.config.shapes import Config
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.folders import STATE_VARIABLE, user_state, usual_state
from eventa_cockpit.locale import _

FULL = (errno.ENOSPC, errno.EDQUOT)


def state_folder(config: Config) -> Path:
    """$EVENTA_COCKPIT_STATE, else the configuration's `state`, else the user's own; it need not exist."""
    if config.state is not None and not os.environ.get(STATE_VARIABLE):
        return config.state
    return Path(user_state()).expanduser().absolute()


def prepare_state(config: Config) -> Path:
    """The state folder, made if need be, after a byte was written in it and removed again.

    Raises ConfigError: without it nothing could be recorded, and what cannot be recorded must not be done.
    """
    folder = state_folder(config)
    try:
        _probe(folder)
    except OSError as error:
        raise ConfigError(_sentence(folder, error)) from None
    if folder.stat().st_mode & stat.S_IWOTH:
        raise ConfigError(
            _(
                "Everybody may write in {folder}, so a record there proves nothing. Choose another folder: "
                "cockpit --state /path"
            ).format(folder=folder)
        )
    return folder


def why_not_usual(config: Config) -> str:
    """Why nothing can be recorded where it usually is, in a sentence; empty when it can."""
    folder = config.state or Path(usual_state()).absolute()
    try:
        _probe(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        return _("Nothing can be recorded in {folder}: {reason}.").format(folder=folder, reason=reason)
    return ""


def _probe(folder: Path) -> None:
    """Write a byte there, durably, and take it away again. Raises OSError."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"\n")
        probe.flush()
        os.fsync(probe.fileno())


def in_memory() -> str:
    """A folder of the user's own that no disk is needed for."""
    return f"/dev/shm/eventa-cockpit-{os.getuid()}"  # noqa: S108 - made with mode 700, and refused if it is everybody's


def _sentence(folder: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.errno in FULL:
        return _(
            "Nothing can be recorded in {folder}: {reason}. Make room (df -h {folder}), or keep the record in memory "
            "until the next restart: cockpit --state {memory}"
        ).format(folder=folder, reason=reason, memory=in_memory())
    blocking = next((parent for parent in (folder, *folder.parents) if os.path.lexists(parent)), folder)
    return _(
        "Nothing can be recorded in {folder}: {reason}. See who may write there (ls -ld {blocking}), or choose "
        "another folder: cockpit --state /path"
    ).format(folder=folder, reason=reason, blocking=blocking)
