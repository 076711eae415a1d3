"""Whether this terminal can show the cockpit. Imports nothing but `os` and `sys`, because the first paint needs it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # as in typing, which is dear to import here
if TYPE_CHECKING:
    from collections.abc import Mapping

SMALLEST = (40, 10)
"""Columns and rows below which nothing useful fits."""

NOT_A_TERMINAL = "not-a-terminal"
DUMB = "dumb"
NOT_UTF8 = "not-utf8"
TOO_SMALL = "too-small"


def obstacle() -> str:
    """The first reason why the screen cannot be opened here; empty when there is none."""
    # Textual draws on the error output.
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return NOT_A_TERMINAL
    if os.environ.get("TERM", "") in {"", "dumb", "unknown"}:
        return DUMB
    if not speaks_utf8(given_environment()):
        return NOT_UTF8
    columns, rows = size()
    return TOO_SMALL if columns < SMALLEST[0] or rows < SMALLEST[1] else ""


def size() -> tuple[int, int]:
    """Columns and rows of the terminal itself; 80x24 for one that does not say (a serial line)."""
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return 80, 24
    return columns or 80, rows or 24


def locale_of(environment: Mapping[str, str]) -> str:
    """The character type's locale by POSIX order; empty when none is set."""
    return next(filter(None, (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))), "")


def speaks_utf8(environment: Mapping[str, str]) -> bool:
    """False for a locale that names another character set. No locale at all says nothing against UTF-8."""
    name = locale_of(environment).upper()
    return not name or "UTF-8" in name or "UTF8" in name


def given_environment() -> Mapping[str, str]:
    """The environment as it was handed over: under LANG=C, Python itself sets LC_CTYPE to C.UTF-8 (PEP 538)."""
    if os.environ.get("LC_CTYPE") not in {"C.UTF-8", "C.utf8", "UTF-8"}:
        return os.environ
    try:
        with open("/proc/self/environ", "rb") as file:
            pairs = file.read().decode("utf-8", "replace").split("\0")
    except OSError:
        return os.environ
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
