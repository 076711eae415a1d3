"""The state folder: where incidents, runs and the last known screen are kept."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from eventa_cockpit.config.shapes import Config
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.folders import STATE_VARIABLE, user_state
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
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\n")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise ConfigError(_sentence(folder, error)) from None
    return folder


def _sentence(folder: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.errno in FULL:
        return _(
            "Nothing can be recorded in {folder}: {reason}. Make room (df -h {folder}), or choose another folder: "
            "{variable}=/path cockpit"
        ).format(folder=folder, reason=reason, variable=STATE_VARIABLE)
    blocking = next((parent for parent in (folder, *folder.parents) if os.path.lexists(parent)), folder)
    return _(
        "Nothing can be recorded in {folder}: {reason}. See who may write there (ls -ld {blocking}), or choose "
        "another folder: {variable}=/path cockpit"
    ).format(folder=folder, reason=reason, blocking=blocking, variable=STATE_VARIABLE)
