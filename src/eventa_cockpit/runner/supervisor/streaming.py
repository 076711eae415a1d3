"""The command's output on its way to the file: read, masked, written, announced."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Collection
from typing import Any

from eventa_cockpit.runner.supervisor.arrivals import Arrivals
from eventa_cockpit.runner.supervisor.command import Command
from eventa_cockpit.runner.supervisor.masking import Masker
from eventa_cockpit.runner.supervisor.output_file import OutputFile

TICK_S = 1.0
"""Between two looks at what waits for the disk, while something does; and the pause after which output is flushed to
it. A flood is not: waiting for the disk would hold the command up."""
IDLE_S = 0.1
"""Without output for so long, what may be the first two letters of a secret is shown."""
DRAIN_S = 0.5
"""How long a dead command's terminal may take to give its last bytes."""
QUIET_MS, QUIET_MS_ALONE = 20, 100
"""How long it may be silent meanwhile: less where a process is left that may go on printing for ever."""


class OutputStream:
    """Everything between the command and the disk."""

    def __init__(
        self, file: OutputFile, arrivals: Arrivals, secrets: Collection[str], announce: Callable[[], None]
    ) -> None:
        self._file = file
        self._arrivals = arrivals
        self._masker = Masker(secrets)
        self._announce = announce
        self._release_at: float | None = None
        self._sync_at: float | None = None
        self.is_open = True
        """There may be more to read."""

    @property
    def written(self) -> int:
        """Bytes in the file."""
        return self._file.written

    @property
    def facts(self) -> dict[str, Any]:
        """What the record says about the output."""
        return {"bytes": self._file.written, "dropped": self._file.dropped, "masked": self._masker.count}

    def take(self, command: Command) -> None:
        """Pass on what there is to read now."""
        data, is_end = command.read()
        now = time.monotonic()
        self._pass(self._masker.feed(data), now)
        self._release_at = now + IDLE_S if self._masker.is_holding else None
        self._sync_at = now + TICK_S
        self.is_open = not is_end

    def tend(self, now: float) -> None:
        """Do what has become due without output."""
        if self._release_at is not None and now >= self._release_at:
            self._release_at = None
            self._pass(self._masker.release(), now)
        if self._sync_at is not None and now >= self._sync_at:
            self._sync_at = None
            self._file.sync()
        if self._file.is_waiting:
            self._file.retry()

    def due_in(self, now: float) -> float | None:
        """Seconds until there is something to tend, or None."""
        moments = [moment for moment in (self._release_at, self._sync_at) if moment is not None]
        if self._file.is_waiting:
            moments.append(now + TICK_S)
        return min(moments) - now if moments else None

    def drain(self, command: Command, *, is_alone: bool) -> bool:
        """The last bytes of a command that has ended: they may still be on their way. False when that was the end."""
        poller = select.poll()
        poller.register(command.fd, select.POLLIN)
        until = time.monotonic() + DRAIN_S
        while self.is_open and time.monotonic() < until and poller.poll(QUIET_MS_ALONE if is_alone else QUIET_MS):
            self.take(command)
        return self.is_open

    def finish(self) -> None:
        """Nothing will come any more: give out what was held back, and give up what the disk still refuses."""
        self._pass(self._masker.flush(), time.monotonic())
        self._file.give_up()

    def sync(self) -> None:
        self._file.sync()

    def _pass(self, data: bytes, now: float) -> None:
        if data:
            self._arrivals.note(self._file.end, now)
            self._file.append(data)
            self._announce()
