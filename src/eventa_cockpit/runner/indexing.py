"""One background thread that keeps the shown logs indexed, in slices so short that the screen never waits for it."""

from __future__ import annotations

import threading

from eventa_cockpit.runner.output import OutputLog

SLICE_S = 0.008
"""Time for one log before the next has its turn."""
BREATH_S = 0.0005
"""Pause between two slices: whoever waits for the interpreter's lock has it now."""
QUICK_S = 0.02
"""Pause when there was nothing new."""
QUIET_S = 0.1
"""Pause when there has been nothing new for a while."""
QUIET_AFTER = 100
"""Turns without anything new after which a log counts as quiet."""


class Indexer:
    """Watches logs until they are complete. The thread begins with the first of them, never before."""

    def __init__(self) -> None:
        self._logs: tuple[OutputLog, ...] = ()
        self._changed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def watch(self, log: OutputLog) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._logs = (*(one for one in self._logs if one is not log), log)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="output-index", daemon=True)
                self._thread.start()
        self._changed.set()

    def unwatch(self, log: OutputLog) -> None:
        with self._lock:
            self._logs = tuple(one for one in self._logs if one is not log)

    def close(self) -> None:
        with self._lock:
            self._is_closed, self._logs = True, ()
            thread = self._thread
        self._changed.set()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        idle_turns = 0
        while True:
            self._changed.clear()
            if self._is_closed:  # looked at after the clear: else a close in between would be slept through
                return
            before = [log.size for log in self._logs]
            has_more = [log.poll(SLICE_S) for log in self._logs]
            grew = before != [log.size for log in self._logs]
            for log in self._logs:
                if log.is_complete:
                    self.unwatch(log)
            idle_turns = 0 if grew or any(has_more) else idle_turns + 1
            self._pause(is_busy=any(has_more), is_quiet=idle_turns > QUIET_AFTER)

    def _pause(self, *, is_busy: bool, is_quiet: bool) -> None:
        if not self._logs:
            self._changed.wait()
        elif is_busy:
            self._changed.wait(BREATH_S)
        else:
            self._changed.wait(QUIET_S if is_quiet else QUICK_S)
