"""The cancel ladder: INT, then TERM, then KILL, each after the grace, until nothing of the command is left."""

from __future__ import annotations

import os
import signal

from eventa_cockpit.runner.supervisor.command import Command
from eventa_cockpit.runner.supervisor.processes import descendants, send

INTERRUPT, TERMINATE, KILL = "interrupt", "terminate", "kill"
NEXT = {INTERRUPT: TERMINATE, TERMINATE: KILL}
KILLING_S = 5.0
"""How long killing goes on before the rest is reported as left (unkillable, or another user's)."""


class Ladder:
    """Why and how hard the command is being ended. Times are monotonic seconds."""

    def __init__(self, command: Command, grace_s: float) -> None:
        self._command = command
        self._grace_s = grace_s
        self.stage = ""
        self.due = 0.0
        """When the next stage begins; of the last stage, when it is given up."""

    @property
    def is_active(self) -> bool:
        return bool(self.stage)

    def is_exhausted(self, now: float) -> bool:
        """Everything was tried."""
        return self.stage == KILL and now >= self.due

    def climb_to(self, stage: str, now: float) -> None:
        """Begin with this stage, or go on to it; never back."""
        order = ("", INTERRUPT, TERMINATE, KILL)
        if order.index(stage) <= order.index(self.stage):
            return
        self.stage = stage
        self.due = now + (KILLING_S if stage == KILL else self._grace_s)
        self._act()

    def advance(self, now: float) -> bool:
        """The next stage, if it is time. Returns whether there was a change."""
        if self.stage == KILL:
            self._act()
            return False
        if not self.stage or now < self.due:
            return False
        self.climb_to(NEXT[self.stage], now)
        return True

    def _act(self) -> None:
        if self.stage == INTERRUPT:
            self._command.interrupt()
            return
        everything = descendants(os.getpid())
        if self.stage == TERMINATE:
            send(signal.SIGTERM, everything)
            send(signal.SIGCONT, everything)
            return
        send(signal.SIGSTOP, everything)  # a loop of forks cannot outrun what is frozen first
        send(signal.SIGKILL, everything)
