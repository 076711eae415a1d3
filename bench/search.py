"""Search: finding and counting in a log of any size, to its end, against `grep -c` of the same words.

Run: python bench/search.py [--bytes N]

Both read the same file in memory (/dev/shm), by turns; the figure is the worse of the two searches of the cockpit: the
place of a word that is in the last line only, and the number of times a word is there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from eventa_cockpit.runner.output import OutputLog
from flood import write_flood

ROUNDS = 3
LIMIT = 2.0
LAST = b"the needle that is only HERE\n"
COMMON = b"retry"


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def grep(path: Path, needle: bytes) -> None:
    # Not to /dev/null: there, grep stops at the first match.
    subprocess.run(["grep", "-c", needle, path], stdout=subprocess.PIPE, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=float, default=200e6, help="size of the log (200e6)")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-search-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    try:
        path = folder / "output.log"
        write_flood(path, int(options.bytes))
        with path.open("ab") as file:
            file.write(b"\n" + LAST)
        log = OutputLog(path)
        indexed_s = timed(lambda: log.poll(600))
        print(f"{log.size / 1e9:.2f} GB, {log.line_count:,} lines, indexed in {indexed_s:.2f} s")
        ratios = [
            ratio(path, b"only HERE", "place of the last line", lambda: log.find(b"only HERE", 0)),
            ratio(path, COMMON, "number of all matches", lambda: log.count(COMMON, stop=log.line_count)),
        ]
        folded = statistics.median(timed(lambda: log.find(b"only here", 0, ignore_case=True)) for _ in range(ROUNDS))
        print(f"the same place with small letters: {folded:.2f} s")
    finally:
        shutil.rmtree(folder)
    print(f"search: {max(ratios):.2f} x grep -c (limit {LIMIT:.0f})")
    return int(max(ratios) > LIMIT)


def ratio(path: Path, needle: bytes, words: str, search: Callable[[], object]) -> float:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(timed(lambda: grep(path, needle)))
        ours.append(timed(search))
    result = statistics.median(ours) / statistics.median(theirs)
    print(f"{words}: {statistics.median(ours):.2f} s, grep -c {statistics.median(theirs):.2f} s: {result:.2f} x")
    return result


if __name__ == "__main__":
    sys.exit(main())
