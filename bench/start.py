"""Start: the cockpit's first live paint as a multiple of an empty Textual application's, interleaved in one run.

Run: python bench/start.py [RUNS]
"""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

COCKPIT = str(Path(sys.executable).with_name("cockpit"))
LIVE = b"Checklist"
EMPTY = """
from textual.app import App
from textual.screen import Screen

class Nothing(Screen):
    def render(self):
        return "nothing-else"

class Empty(App):
    def get_default_screen(self):
        return Nothing()

Empty().run()
"""
CONFIG = """\
[environments.prod]
production = true
[environments.prod.alertmanager]
urls = ["http://127.0.0.1:9"]
[environments.prod.database]
instance = "eventa-prod"
endpoint_url = "http://127.0.0.1:9"
[environments.prod.sentry]
organization = "eventa"
project = "eventa-fe"
token = "env:SENTRY_TOKEN"
url = "http://127.0.0.1:9"
[environments.prod.kubernetes]
"""


def until(arguments: list[str], sign: bytes) -> float:
    """Seconds from the fork until `sign` could be read from the terminal."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execv(arguments[0], arguments)
    written = b""
    while sign not in written:
        written += os.read(terminal, 1 << 16)
    elapsed = time.perf_counter() - began
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return elapsed


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "cockpit.toml")
        config.write_text(CONFIG)
        os.environ.update(EVENTA_COCKPIT_STATE=f"{folder}/state", TERM="xterm-256color", LANG="C.UTF-8")
        live = [COCKPIT, "--config", str(config), "--language", "en"]
        empty = [sys.executable, "-c", EMPTY]
        pairs = [(until(live, LIVE), until(empty, b"nothing-else")) for _ in range(runs + 1)][1:]
    cockpits, empties = (sorted(seconds) for seconds in zip(*pairs, strict=True))
    print(f"cockpit       median {statistics.median(cockpits) * 1e3:.0f} ms")
    print(f"empty Textual median {statistics.median(empties) * 1e3:.0f} ms")
    print(f"start: {statistics.median(cockpits) / statistics.median(empties):.2f} x an empty Textual application")


if __name__ == "__main__":
    main()
