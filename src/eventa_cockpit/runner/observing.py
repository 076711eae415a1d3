"""Observing: the verdict about a run, from its lock and its record alone; nobody has to be alive to ask."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.run import CancelStage, RunState, RunStatus
from eventa_cockpit.locale import _
from eventa_cockpit.runner.claiming import person
from eventa_cockpit.runner.supervisor import liveness
from eventa_cockpit.runner.supervisor.processes import boot_id, marked
from eventa_cockpit.runner.supervisor.record import SLOT_SIZE, SLOTS, Facts, newest


def status(run_dir: Path) -> RunStatus:
    """Cheap enough to poll. Never raises: what cannot be read is lost, with the reason."""
    try:
        supervised = liveness.is_held(os.fspath(run_dir / "lock"))  # before the record: it may end between the two
        facts = _read(run_dir)
    except FileNotFoundError:
        return _lost(run_dir, {}, _("It was never claimed: the command did not run."))
    except OSError as error:
        return _lost(run_dir, {}, _("Its record cannot be read: {reason}.").format(reason=error.strerror))
    try:
        state = RunState(facts.get("state", ""))
        if not state.is_final and not supervised:
            return _lost(run_dir, facts, _why_lost(facts))
        return _status(run_dir, facts, state, is_supervised=supervised)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):  # another user's files may say anything
        return _lost(run_dir, {}, _("Its record is damaged: how it ended is not known."))


def _read(run_dir: Path) -> Facts:
    fd = os.open(run_dir / "status", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return newest(os.pread(fd, SLOTS * SLOT_SIZE, 0))[1]
    finally:
        os.close(fd)


def _why_lost(facts: Facts) -> str:
    if facts.get("state") == RunState.CLAIMED:
        return _("It was claimed, but its supervisor ended before the command was started.")
    if facts.get("crash"):
        return _("Its supervisor failed ({fault}); how the command ended is not known.").format(
            fault=clean_line(str(facts["crash"]))
        )
    if facts.get("boot") != boot_id():
        return _("The machine was restarted while it ran.")
    return _("Its supervisor was killed while it ran; how the command ended is not known.")


def _lost(run_dir: Path, facts: Facts, reason: str) -> RunStatus:
    facts = {**facts, "reason": "", "stage": "", "stage_due": None, "left": int("started" in facts)}
    return _status(run_dir, facts, RunState.LOST, is_supervised=False, reason=reason)


def _status(run_dir: Path, facts: Facts, state: RunState, *, is_supervised: bool, reason: str = "") -> RunStatus:
    return RunStatus(
        run_id=facts.get("run_id", run_dir.name),
        state=state,
        exit_code=facts.get("exit"),
        signal=facts.get("signal"),
        cancelled_by=person(facts.get("cancel")),
        started_at=_moment(facts.get("started")),
        ended_at=_moment(facts.get("ended")),
        elapsed=_elapsed(facts, state),
        processes_left=_left(facts, is_supervised=is_supervised),
        output_bytes=_output_size(run_dir, facts),
        output_dropped=facts.get("dropped", 0),
        reason=reason or _reason(facts),
        claimed_by=person(facts.get("claimer")),
        has_started="started" in facts and facts.get("reason") != "exec",
        cancel_stage=CancelStage(facts.get("stage", "")),
        next_stage_at=_moment(facts.get("stage_due")),
        is_supervised=is_supervised,
    )


def _left(facts: Facts, *, is_supervised: bool) -> int:
    """As the supervisor counts; without one, those that carry the run's mark now."""
    left = int(facts.get("left", 0))
    if not left or is_supervised:
        return left
    return len(marked(facts["run_id"])) if facts.get("boot") == boot_id() else 0


def _reason(facts: Facts) -> str:
    if facts.get("reason") == "exec":
        return _("The shell could not be started: {detail}.").format(detail=clean_line(str(facts.get("detail", ""))))
    return ""


def _elapsed(facts: Facts, state: RunState) -> timedelta | None:
    if facts.get("elapsed") is not None:
        return timedelta(seconds=facts["elapsed"])
    if state is not RunState.RUNNING or facts.get("boot") != boot_id():
        return None
    return timedelta(seconds=max(time.monotonic() - facts["began"], 0.0))


def _output_size(run_dir: Path, facts: Facts) -> int:
    if facts.get("bytes") is not None:
        return int(facts["bytes"])
    try:
        return (run_dir / "output.log").stat().st_size
    except OSError:
        return 0


def _moment(value: Any) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)
