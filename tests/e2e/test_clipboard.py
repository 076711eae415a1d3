"""The clipboard inside a real tmux."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = (
    "import asyncio; from eventa_cockpit.services.clipboard import copy_through_tmux as c; asyncio.run(c('決済 3/17'))"
)


@pytest.mark.apt
def test_tmux_takes_the_text(tmp_path: Path) -> None:
    def tmux(*arguments: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout

    tmux("new-session", "-d", sys.executable, "-c", f"{PROGRAM}; input()")
    try:
        deadline = time.monotonic() + 20
        while (text := tmux("show-buffer")) != "決済 3/17":
            assert time.monotonic() < deadline, f"tmux has {text!r}"
    finally:
        tmux("kill-server")
