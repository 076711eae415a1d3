"""Flood: a step that prints a gigabyte, seen from outside. Key to paint, wall time against `script`, memory.

Run: python bench/flood.py [--bytes N] [--pipe] [--rounds N] [--every MS] [-- COMMAND…]

The output goes to a folder in memory (/dev/shm), so that no disk is measured; runs of the cockpit and of `script`
alternate. A key counts as answered when the bytes that show its number have reached the terminal.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import shlex
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

COCKPIT = Path(sys.executable).with_name("cockpit")
LINE = b"%010d 2026-11-24T03:21:44.123456Z INFO  order accepted id=%08d amount=5400 currency=JPY seat=B12\n"
COLOURED = (
    b"%010d 2026-11-24T03:21:44.123456Z \x1b[33mWARN\x1b[0m  \xe6\xb1\xba\xe6\xb8\x88 retry id=%08d gateway=stripe\n"
)
SIZE = (40, 120)
"""Rows and columns."""
LIMITS = {"p99 ms": 40.0, "ratio": 1.5, "growth MB": 20.0}
PATIENCE_S = 600.0


@dataclass
class Measured:
    """One run of the cockpit."""

    wall_s: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    growth_mb: float = 0.0
    supervisor_mb: float = 0.0


class Terminal:
    """The cockpit in a terminal of its own, read all the time."""

    def __init__(self, arguments: list[str]) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(arguments[0], arguments)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self.painted = b""
        """The newest bytes; enough to hold whatever is waited for."""
        self.total = 0

    def press(self, key: str) -> float:
        os.write(self._fd, key.encode())
        return time.perf_counter()

    def read(self, timeout_s: float) -> bool:
        """Take what has been painted. False when there was nothing for that long."""
        if not select.select([self._fd], [], [], max(0.0, timeout_s))[0]:
            return False
        data = os.read(self._fd, 1 << 16)
        self.total += len(data)
        self.painted = (self.painted + data)[-(1 << 17) :]
        return True

    def wait_for(self, text: bytes) -> None:
        deadline = time.perf_counter() + 30
        while text not in self.painted:
            if time.perf_counter() > deadline:
                sys.exit(f"{text.decode()} was never shown; the end of what was:\n{self.painted[-2000:]!r}")
            self.read(0.05)

    def leave(self) -> None:
        self.press("q")
        try:
            while self.read(5.0):
                continue
        except OSError:  # EIO: it has gone
            pass
        os.close(self._fd)
        os.waitpid(self.pid, 0)


def uss_bytes(pid: int) -> int:
    """Pages that nobody else has, from /proc/PID/smaps_rollup."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def supervisors_in(folder: Path) -> list[int]:
    """Processes at home in a run's folder: its supervisor."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and Path(os.readlink(entry / "cwd")).is_relative_to(folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def run_in_cockpit(command: list[str], folder: Path, *, uses_pty: bool, every_s: float) -> Measured:
    """One flood, with a key pressed again and again until its end has been painted."""
    options = ["--folder", str(folder)] + ([] if uses_pty else ["--pipe"])
    terminal = Terminal([str(COCKPIT), "bench", "flood", *options, "--", *command])
    measured = Measured()
    terminal.wait_for(b"FLOOD-READY")
    settled = time.perf_counter() + 1.0
    while (left := settled - time.perf_counter()) > 0:
        terminal.read(left)
    before = largest = uss_bytes(terminal.pid)
    began = terminal.press("g")
    presses, next_press, next_look, pressed = 0, began + every_s, began + 0.2, 0.0
    done = 0.0
    while not done or pressed:
        now = time.perf_counter()
        if not pressed and not done and now >= next_press:
            presses += 1
            pressed = terminal.press("k")
        has_read = terminal.read(0.002 if pressed else min(next_press, next_look) - now)
        now = time.perf_counter()
        if pressed and has_read and b"KEY=%06d" % presses in terminal.painted:
            if not done:
                measured.latencies_ms.append((now - pressed) * 1e3)
            # Uneven, so that presses do not keep step with the frames.
            pressed, next_press = 0.0, now + every_s * (0.7 + 0.6 * (presses * 0.618 % 1))
        if not done and b"FLOOD-DONE" in terminal.painted:
            done = now
        if now >= next_look:
            largest = max(largest, uss_bytes(terminal.pid))
            for pid in supervisors_in(folder):
                measured.supervisor_mb = max(measured.supervisor_mb, _uss_mb(pid))
            next_look = now + 0.5
        if now > began + PATIENCE_S:
            os.kill(terminal.pid, signal.SIGKILL)
            sys.exit("The flood never ended.")
    measured.wall_s = done - began
    measured.growth_mb = (max(largest, uss_bytes(terminal.pid)) - before) / 1e6
    terminal.leave()
    return measured


def _uss_mb(pid: int) -> float:
    try:
        return uss_bytes(pid) / 1e6
    except OSError:
        return 0.0


def run_in_script(command: list[str]) -> float:
    """Seconds that the same command takes under `script`, its output thrown away."""
    began = time.perf_counter()
    subprocess.run(
        ["script", "-qc", shlex.join(command), "/dev/null"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def write_flood(path: Path, size: int) -> None:
    """Lines as a service writes them; one in ten is coloured and Japanese."""
    with path.open("wb") as file:
        number = 0
        while file.tell() < size:
            block = b"".join(
                (COLOURED if n % 10 == 0 else LINE) % (n, n * 7919 % 100_000_000) for n in range(number, number + 2000)
            )
            file.write(block[: max(0, size - file.tell())])
            number += 2000


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=float, default=200e6, help="size of the flood (200e6)")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--every", type=float, default=75.0, help="milliseconds between two keys")
    parser.add_argument("--pipe", action="store_true", help="a pipe instead of a terminal")
    parser.add_argument("command", nargs="*", help="instead of printing lines from memory")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-flood-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    try:
        command = options.command
        if not command:
            write_flood(folder / "flood.txt", int(options.bytes))
            command = ["cat", str(folder / "flood.txt")]
        runs, scripts = [], []
        for number in range(options.rounds):
            scripts.append(run_in_script(command))
            runs.append(run_in_cockpit(command, folder, uses_pty=not options.pipe, every_s=options.every / 1e3))
            print(
                f"round {number + 1}: script {scripts[-1]:.2f} s, cockpit {runs[-1].wall_s:.2f} s, "
                f"{len(runs[-1].latencies_ms)} keys, p99 {percentile(runs[-1].latencies_ms, 0.99):.1f} ms, "
                f"memory +{runs[-1].growth_mb:.1f} MB, its supervisor {runs[-1].supervisor_mb:.1f} MB"
            )
    finally:
        shutil.rmtree(folder)
    return report(runs, scripts)


def report(runs: list[Measured], scripts: list[float]) -> int:
    latencies = [value for run in runs for value in run.latencies_ms]
    figures = {
        "p99 ms": percentile(latencies, 0.99),
        "ratio": statistics.median(run.wall_s for run in runs) / statistics.median(scripts),
        "growth MB": max(run.growth_mb for run in runs),
    }
    print(
        f"flood: key to paint p50 {percentile(latencies, 0.5):.1f} ms, p99 {figures['p99 ms']:.1f} ms (limit 40), "
        f"wall time {figures['ratio']:.2f} x script (limit 1.5), memory +{figures['growth MB']:.1f} MB (limit 20)"
    )
    return int(any(not figures[name] <= limit for name, limit in LIMITS.items()))


if __name__ == "__main__":
    sys.exit(main())
