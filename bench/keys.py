"""Keys: milliseconds from a key to its first painted byte, idle and while a step prints 30 lines a second.

Run: python bench/keys.py [PRESSES]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from cockpit_terminal import Terminal

DOWN, UP = b"j", b"k"
GAP_S = 0.06
RUNBOOK = """\
# Printing

## Procedure

1. Print 30 lines a second

   ```sh {"timeout":"10m"}
   n=0; while :; do n=$((n+1)); echo "line $n 決済 GET /v1/orders 200"; sleep 0.033; done
   ```

2. The second step
3. The third step
"""
CONFIG = """\
runbooks = ["{runbook}"]
[environments.prod]
production = true
drill = true
"""


def moved(terminal: Terminal, presses: int) -> list[float]:
    """Seconds from each key to the byte that draws the cursor's mark: the clock and the output are painted as well."""
    found = []
    for number in range(presses):
        terminal.read(GAP_S)
        began = time.perf_counter()
        terminal.press(DOWN if number % 2 == 0 else UP)
        terminal.until("›".encode(), 5.0)
        found.append(time.perf_counter() - began)
    return found


def told(name: str, seconds: list[float]) -> float:
    ordered = sorted(seconds)
    p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)] * 1e3
    print(f"{name}: p50 {statistics.median(ordered) * 1e3:.1f} ms, p99 {p99:.1f} ms")
    return p99


def main() -> None:
    presses = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "printing.md").write_text(RUNBOOK)
        (place / "cockpit.toml").write_text(CONFIG.format(runbook=place / "printing.md"))
        with Terminal(place / "cockpit.toml", place / "state") as terminal:
            terminal.until(b"Checklist")
            terminal.read(2.0)
            terminal.press(b"b")
            terminal.read(1.0)
            terminal.press(b"\r")
            terminal.until(b"Print 30 lines")
            terminal.read(1.0)
            idle = told("idle", moved(terminal, presses))
            terminal.press(b"k\r")
            terminal.read(1.0)
            terminal.press(b"y")  # its first run on this machine
            terminal.until(b"line 20")
            busy = told("30 lines a second", moved(terminal, presses))
            terminal.press(b"c")
            terminal.read(1.0)
            terminal.press(b"y")
            terminal.read(1.0)
    print(f"key to paint: p99 {idle:.1f} ms idle, {busy:.1f} ms with 30 lines a second")


if __name__ == "__main__":
    main()
