"""Attaches this process's terminal to a run, and says how that ended."""

from __future__ import annotations

import sys
from pathlib import Path

from eventa_cockpit.runner.attaching import attach

if __name__ == "__main__":
    end = attach(Path(sys.argv[1]))
    print(f"\nEND={end}", flush=True)
