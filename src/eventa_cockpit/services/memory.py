"""Records that are kept in memory, because no disk takes them: said in the incident itself, with the reason."""

from __future__ import annotations

import re
from pathlib import Path

from eventa_cockpit.config import Config, why_not_usual
from eventa_cockpit.locale import _

MOUNTS = Path("/proc/self/mountinfo")
IN_MEMORY = {"tmpfs", "ramfs"}


def note_about(state: Path, config: Config, mounts: Path = MOUNTS) -> str:
    """What an incident has to say about a state folder that does not outlive the machine; empty for any other."""
    if not is_in_memory(state, mounts):
        return ""
    note = _("This incident is recorded in memory, in {folder}: a restart of the machine loses it.").format(
        folder=state
    )
    reason = why_not_usual(config)
    return f"{note} {reason}" if reason else note


def is_in_memory(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether the file system that holds the folder has no disk under it (proc_pid_mountinfo(5))."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    place, kind = Path("/"), ""
    for line in lines:
        before, _dash, after = line.partition(" - ")
        point = Path(_plain(before.split()[4]))
        if folder.resolve().is_relative_to(point) and len(point.parts) >= len(place.parts):
            place, kind = point, after.split()[0]
    return kind in IN_MEMORY


def _plain(point: str) -> str:
    r"""Blanks and the like are written as `\040`."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), point)
