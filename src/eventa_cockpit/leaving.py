"""Leaving when the terminal goes away or somebody ends the process: in order if possible, and soon in any case.

A closed terminal and a dropped SSH connection send SIGHUP, but only to a process whose terminal it was to begin with;
any other one learns of it by asking. After either, the terminal takes nothing more: a write fails, and a read returns
at once and empty, for ever.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
import termios
from collections.abc import Callable

LONGEST_S = 5
"""Afterwards the kernel ends a process that could not leave by itself: a write that hangs, a read that goes on."""
LOOK_S = 2.0
"""How often to ask whether the terminal is still there."""

Leave = Callable[[int], None]
"""Begins to leave with this exit status; must return at once."""


def on_signals(leave: Leave) -> None:
    """Leave on SIGHUP and SIGTERM, as soon as the running event loop comes to it. Call it on that loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(number, begin, number, leave)


def begin(number: signal.Signals, leave: Leave) -> None:
    """Leave with the status that a shell would give for this signal."""
    signal.alarm(LONGEST_S)
    if is_terminal_gone():
        _let_go()
    leave(128 + number)


def is_terminal_gone() -> bool:
    """Whether input was a terminal that is not there any more."""
    try:
        termios.tcgetattr(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)
    return False


def _let_go() -> None:
    """What is still to be written goes nowhere, instead of failing in the middle of an orderly end."""
    nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
