"""Patterns searched in a finished run's output, within bounds that no pattern can leave.

A regular expression can take longer than the universe has (`(a+)+$`), and nothing can interrupt one inside this
process. So it is searched in a process of its own, which is killed when its time is over.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from eventa_cockpit.cleaning import SEQUENCES

SEARCHED = 4 * 1024 * 1024
"""Bytes at the end of the output that are looked at."""
SECONDS = 1.0
"""That a search may take, its process's start included."""

_SEARCH = "import json,re,sys;p,t=json.load(sys.stdin);sys.exit(0 if re.search(p,t,re.M) else 3)"
_FOUND, _ABSENT = 0, 3


def last_output(run_dir: Path, limit: int = SEARCHED) -> str:
    """The end of the output, without escape sequences and carriage returns. Raises OSError."""
    fd = os.open(run_dir / "output.log", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        size = os.fstat(fd).st_size
        data = os.pread(fd, limit, max(size - limit, 0))
    finally:
        os.close(fd)
    text = SEQUENCES.sub("", data.decode("utf-8", "replace"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_found(pattern: str, text: str, *, seconds: float = SECONDS) -> bool | None:
    """Whether the regular expression is somewhere in the text; None when that could not be found out in time."""
    if re.escape(pattern) == pattern:
        return pattern in text
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _SEARCH],
            input=json.dumps([pattern, text]).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {_FOUND: True, _ABSENT: False}.get(done.returncode)
