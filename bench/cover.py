"""Cover: milliseconds from the command to the last known screen on the terminal, beside an empty Python.

Run: python bench/cover.py [RUNS]
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

from eventa_cockpit import cover

COCKPIT = str(Path(sys.executable).with_name("cockpit"))
LABEL = "last known 21:05 — loading"
EMPTY = [sys.executable, "-c", "import os; os.write(1, b'here')"]


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


def save_screen() -> None:
    """A full screen of 120x40 in colours and Japanese, as the cockpit leaves it."""
    sys.argv = [COCKPIT]
    row = "\x1b[1;31m決済成功率\x1b[0m 43.1 % \x1b[32m" + "─" * 60 + "\x1b[0m" + " eventa-production" * 2
    cover.save([row] * 40, LABEL)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(EVENTA_COCKPIT_STATE=folder, TERM="xterm-256color", LANG="C.UTF-8")
        os.environ.pop(cover.CONFIG_VARIABLE, None)
        save_screen()
        pairs = [(until([COCKPIT], LABEL.encode()), until(EMPTY, b"here")) for _ in range(runs + 1)][1:]
    painted, empty = (sorted(seconds) for seconds in zip(*pairs, strict=True))
    print(f"empty Python  median {statistics.median(empty) * 1e3:.1f} ms")
    print(f"ratio         {statistics.median(painted) / statistics.median(empty):.2f}")
    print(f"p90           {painted[runs * 9 // 10] * 1e3:.1f} ms")
    print(f"cover: {statistics.median(painted) * 1e3:.1f} ms from the command to the last known screen (target: 50)")


if __name__ == "__main__":
    main()
