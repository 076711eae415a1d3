"""Runs: one execution of a command, and the only verdicts there are about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType


class RunState(StrEnum):
    CLAIMED = "claimed"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    """The supervisor was told to stop (logout, shutdown)."""
    LOST = "lost"
    """No supervisor and no final status. Never success, never re-run without a person's word."""

    @property
    def is_final(self) -> bool:
        return self not in {RunState.CLAIMED, RunState.RUNNING}


class CancelStage(StrEnum):
    """How hard a command is being asked to end; each stage waits for the grace before the next."""

    NONE = ""
    INTERRUPT = "interrupt"
    """SIGINT to the foreground, as Ctrl+C would."""
    TERMINATE = "terminate"
    """SIGTERM to everything that the command started."""
    KILL = "kill"
    """Everything is frozen, then killed, until nothing is left."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Everything that a supervisor needs to start a command."""

    run_id: str
    directory: Path
    """Folder of the run; made by the claim, must not exist before."""
    script: str
    """The exact text given to the shell."""
    shell: tuple[str, ...] = ("bash", "--noprofile", "--norc", "-o", "pipefail", "-c")
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The command's whole environment, without secrets."""
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Variables whose values are masked in the output; they travel by pipe and are never written down."""
    cwd: Path = Path()
    uses_pty: bool = True
    columns: int = 120
    rows: int = 40
    timeout: timedelta | None = None
    grace: timedelta = timedelta(seconds=5)
    """Between INT and TERM, and between TERM and KILL."""
    responder: str = ""
    """Claimed name of who starts it, for those who come second; the uid is the kernel's."""


@dataclass(frozen=True, slots=True)
class RunStatus:
    """The verdict about a run, as far as it is known."""

    run_id: str
    state: RunState
    exit_code: int | None = None
    signal: int | None = None
    cancelled_by: str = ""
    """Who asked for the cancel (name and uid), or empty."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    elapsed: timedelta | None = None
    """By the monotonic clock; of a running command, up to its last status."""
    processes_left: int = 0
    """Descendants still alive after the command ended or was cancelled."""
    output_bytes: int = 0
    output_dropped: int = 0
    """Bytes that could not be written (full disk); 0 is the promise otherwise."""
    reason: str = ""
    """Why it is lost or could not start, in one sentence."""
    claimed_by: str = ""
    """Who started it (name and uid), or empty."""
    has_started: bool = False
    """The command's process existed. A lost run that never started may be run again without harm."""
    cancel_stage: CancelStage = CancelStage.NONE
    next_stage_at: datetime | None = None
    """When the command will be asked harder, if it has not ended by then."""
    is_supervised: bool = False
    """A supervisor is alive: of a running command, or of processes that a finished one left."""
