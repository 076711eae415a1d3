"""Processes as /proc shows them: who descends from whom, and who carries a run's mark."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterable

MARK = "COCKPIT_RUN_ID"
"""Variable that every process of a run inherits."""

PR_SET_CHILD_SUBREAPER = 36
PRCTL = ctypes.CDLL(None, use_errno=True).prctl  # looked up once, in the launcher: it costs 0.6 MB
DEAD = {b"Z", b"X"}


def become_subreaper() -> None:
    """Orphans among our descendants become our children, so that none gets away. See prctl(2)."""
    PRCTL(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def boot_id() -> str:
    """Changes with every boot; empty where the kernel does not say."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            return file.read().strip().decode()
    except OSError:
        return ""


def descendants(root: int) -> list[int]:
    """Living processes below `root`, parents before children."""
    children: dict[int, list[int]] = {}
    for pid in everyone():
        state, parent = _state_and_parent(pid)
        if state not in DEAD:
            children.setdefault(parent, []).append(pid)
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def marked(run_id: str) -> list[int]:
    """Living processes that carry the run's mark, as far as this user may see."""
    mark = f"{MARK}={run_id}".encode()
    return [pid for pid in everyone() if mark in _environment(pid) and _state_and_parent(pid)[0] not in DEAD]


def send(number: signal.Signals, pids: Iterable[int]) -> None:
    """Signal those that are still there and ours to signal."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def everyone() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _state_and_parent(pid: int) -> tuple[bytes, int]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return b"X", 0
    return (fields[0], int(fields[1])) if len(fields) > 1 else (b"X", 0)


def _environment(pid: int) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []
