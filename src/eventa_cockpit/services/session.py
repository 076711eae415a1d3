"""One responder's session in one incident: intents become events first, and effects afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain import event as facts
from eventa_cockpit.domain.board import Board
from eventa_cockpit.domain.confirmation import Answer
from eventa_cockpit.domain.environment import Environment
from eventa_cockpit.domain.event import Fact
from eventa_cockpit.domain.evidence import EvidenceTaken
from eventa_cockpit.domain.incident import Incident
from eventa_cockpit.domain.pausing import in_the_way
from eventa_cockpit.domain.responder import Responder
from eventa_cockpit.domain.run import RunStatus
from eventa_cockpit.domain.runbook import Risk, Runbook, Step
from eventa_cockpit.errors import JournalError, RunError, StepTakenError
from eventa_cockpit.journal.protocol import Claim, Finding, Journal
from eventa_cockpit.locale import _
from eventa_cockpit.runner import control, observing
from eventa_cockpit.services.following import NOTHING_YET, follow
from eventa_cockpit.services.judging import Judge
from eventa_cockpit.services.plan import Hindrance, Setting, StepPlan, blocked_because, plan, unhindered
from eventa_cockpit.services.record import Record
from eventa_cockpit.services.starting import Launcher, Starter, Surroundings
from eventa_cockpit.services.trust import Vetting
from eventa_cockpit.services.witness import Witness

__all__ = ["Launcher", "Session", "Subscriber"]

Subscriber = Callable[[Incident], None]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Session:
    """What one responder sees of an incident, and everything that they can do to it.

    Create and use it on one event loop. Whatever blocks (the disk, the launcher) happens in a thread, one thing after
    the other. Intents raise JournalError when they could not be recorded; then they did not happen.
    """

    def __init__(
        self,
        journal: Journal,
        launcher: Launcher,
        runs: Path,
        environment: Environment,
        config: EnvironmentConfig,
        *,
        caller: Mapping[str, str] = os.environ,
        cwd: Path | None = None,
        board: Callable[[], Board] = Board,
        clock: Callable[[], datetime] = _utc_now,
        vetting: Vetting | None = None,
        hindrance: Hindrance = unhindered,
    ) -> None:
        """`runs` is the folder of the incident's runs; `caller` the variables that a short list of is handed on.

        `board` gives what is known of live data at the moment; checks are judged by it. Without `vetting` every text
        may run: for programs that make their own commands.
        """
        self._journal = journal
        self._runs = runs
        self._environment = environment
        self._config = config
        self._starter = Starter(journal, launcher, runs, Surroundings(caller, config, cwd or Path.cwd()))
        self._vetting = vetting
        self._hindrance = hindrance
        self._judge = Judge(runs, board, clock)
        self._witness = Witness(board, clock)
        self._lock = asyncio.Lock()
        self._record = Record(journal)
        self._subscribers: list[Subscriber] = []
        self._followed = NOTHING_YET
        self._is_read_only = environment.is_production and not environment.is_drill

    # What there is

    @property
    def incident(self) -> Incident:
        """Everything on disk as of the last intent or refresh; frozen."""
        return self._record.incident

    @property
    def responder(self) -> Responder:
        return self._journal.responder

    @property
    def environment(self) -> Environment:
        return self._environment

    @property
    def is_read_only(self) -> bool:
        """Nothing that changes the environment can be started. A session in real production begins like this."""
        return self._is_read_only

    @property
    def live_runs(self) -> Mapping[str, RunStatus]:
        """Run id → what was last seen of it, while it has no verdict on record or has left processes behind."""
        return self._followed.statuses

    def run_status(self, run_id: str) -> RunStatus | None:
        """What was last seen of a live run; None for any other."""
        return self._followed.statuses.get(run_id)

    def run_folder(self, run_id: str) -> Path:
        """Where the run keeps its `output.log`; it may not exist yet."""
        return self._runs / run_id

    def is_present(self, session: str) -> bool:
        """Whether that session's cockpit is open, as far as can be told from here."""
        return session == self.responder.session or self._journal.is_open(session)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Calls `subscriber` on the event loop after each change; the result ends the subscription."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    def plan_step(self, runbook: Runbook, step: Step, command_index: int = 0, *, edited: str = "") -> StepPlan:
        """What would run, with everything a responder has to see first; `edited` instead of the runbook's text.

        Raises RunbookError for a manual step.
        """
        return plan(self._setting(), runbook, step, command_index, edited=edited)

    # Intents

    async def join(self, *, is_unattended: bool = False) -> None:
        """Say that this responder is here, and read what has happened so far. `is_unattended` for a program."""
        await self._write(facts.ResponderJoined(self.responder.host, is_unattended))

    async def take_control(self) -> None:
        """Leave read-only. On record before anything can be started."""
        await self._write(facts.ControlTaken())
        self._is_read_only = False
        self._notify()

    async def open_runbook(self, runbook: Runbook) -> None:
        """Make it the active runbook, and note what its file is like now."""
        digest = await asyncio.to_thread(_digest, runbook.file)
        await self._write(facts.RunbookOpened(runbook.id, runbook.title, digest, runbook.file))

    async def set_parameters(self, values: Mapping[str, str]) -> None:
        """Remember values for this incident. Never call it with a secret."""
        known = self.incident.parameters
        changed = [facts.ParameterSet(name, value) for name, value in values.items() if known.get(name) != value]
        await self._write(*changed)

    async def skip(self, runbook: str, step: str, reason: str) -> None:
        """Settle a step without doing it, by the ids of runbook and step."""
        await self._mark(facts.StepSkipped(runbook, step, reason))

    async def mark_done(self, runbook: str, step: str, note: str = "", *, went_past: str = "") -> None:
        """Settle a step as done by hand; `went_past` is the id of a step before it that went wrong."""
        await self._mark(facts.StepDone(runbook, step, note, went_past))

    async def undo_mark(self, runbook: str, step: str) -> None:
        """Take a mark back: the step is again what it was before. Raises RunError when no mark stands."""
        if not self.incident.step(runbook, step).is_marked:
            raise RunError(_("There is no mark to take back: the step's state comes from a run."))
        await self._write(facts.StepMarkUndone(runbook, step))

    async def add_note(self, text: str, runbook: str = "", step: str = "") -> None:
        """Write something down, about a step or about the incident."""
        await self._write(facts.NoteAdded(text, runbook, step))

    async def record(self, fact: Fact, *, key: str = "") -> None:
        """Put one fact on record; with a key, the first one of that key counts. Raises JournalError."""
        async with self._lock:
            try:
                await asyncio.to_thread(self._journal.append, fact, key)
            finally:
                await self._catch_up()

    async def claim(self, name: str) -> Claim:
        """Take what all sessions together do once. Raises JournalError when nobody can tell who has it."""
        return await asyncio.to_thread(self._journal.claim, name)

    async def start_step(
        self,
        plan: StepPlan,
        answer: Answer = Answer(),  # noqa: B008 - frozen
        secrets: Mapping[str, str] | None = None,
        *,
        size: tuple[int, int] = (120, 40),
    ) -> str:
        """Run what the plan shows, and return the run's id once its command runs.

        `secrets` holds the values of `plan.secrets_to_type`, `size` the columns and rows of its terminal. The start is
        durable before the command's process exists. Raises StepTakenError when another session was first (that run is
        followed from then on), SecretError, JournalError, and RunError with the reason for anything else; in all of
        these cases this session has started nothing.
        """
        self._check(plan, answer)  # first, so that no secret is read for nothing
        values = await asyncio.to_thread(self._starter.secret_values, plan, secrets or {})
        async with self._lock:
            await self._catch_up()
            self._check(plan, answer)
            if self._vetting is not None and plan.trust.needs_approval:
                await asyncio.to_thread(self._vetting.approve, plan.runbook, plan.step, plan.command_index)
            before = self._witness.before(plan.runbook.id, plan.step.id)
            try:
                run_id = await asyncio.to_thread(self._starter.start, plan, answer, values, size)
                if before is not None:
                    await self._stamp({f"{run_id}/before": replace(before, run_id=run_id)})
                return run_id
            finally:
                await self._catch_up()

    async def cancel_step(self, run_id: str, *, immediately: bool = False) -> None:
        """Ask a run to end: INT, TERM, KILL, or KILL at once. Anybody's run, also from a full disk.

        Raises RunError when it cannot be reached. Raises JournalError when it was asked to end but that could not be
        recorded: a brake must work even then.
        """
        attempt = self.incident.attempt(run_id)
        if attempt is None:
            raise RunError(_("There is no run {run} in this incident.").format(run=run_id))
        if self._is_read_only and attempt.risk != Risk.READ:
            raise RunError(_("You only watch so far. Take control first to cancel this."))
        unrecorded: JournalError | None = None
        runbook, step = next(key for key, record in self.incident.steps.items() if run_id in record.run_ids)
        try:
            await self._write(facts.StepCancelRequested(runbook, step, run_id))
        except JournalError as error:
            unrecorded = error
        who = self.responder.name
        await asyncio.to_thread(control.cancel, self.run_folder(run_id), who, immediately=immediately)
        if unrecorded is not None:
            raise JournalError(
                _("The run was asked to end, but that is not on record. {reason}").format(reason=unrecorded)
            ) from unrecorded

    async def end_leftovers(self, run_id: str) -> int:
        """Kill what a run left behind when it ended; returns how many processes could not be ended.

        Raises RunError and JournalError as `cancel_step` does.
        """
        status = await asyncio.to_thread(observing.status, self.run_folder(run_id))
        if status.is_supervised:
            await self.cancel_step(run_id, immediately=True)
            return 0
        return await asyncio.to_thread(control.end_survivors, self.run_folder(run_id))

    async def send_input(self, run_id: str, data: bytes) -> None:
        """Type into a run's terminal. Raises RunError. What is typed is not recorded: it may be a password."""
        await asyncio.to_thread(control.send_input, self.run_folder(run_id), data)

    async def resize(self, run_id: str, columns: int, rows: int) -> None:
        """Tell a run's terminal its new size. Raises RunError."""
        await asyncio.to_thread(control.resize, self.run_folder(run_id), columns, rows)

    async def refresh(self) -> None:
        """Read what other sessions wrote, and follow all runs to their verdict, whoever started them."""
        async with self._lock:
            await self._catch_up()
            # Also those with a verdict, until it is on record: a full disk must not hide how a run ended.
            followed = await asyncio.to_thread(follow, self.incident, self._runs, self._journal, self._followed)
            has_moved = followed.is_news_after(self._followed)
            self._followed = followed
            if has_moved:
                self._notify()
            for verdict in followed.verdicts:
                await asyncio.to_thread(self._journal.append, verdict, verdict.run_id)
            if followed.verdicts:
                await self._catch_up()
            await self._put_judgements_on_record()
            await self._stamp(self._witness.afterwards(self.incident))

    def verify(self) -> tuple[Finding, ...]:
        """Everything that is wrong with the record on disk. Blocks."""
        return self._journal.verify()

    def close(self) -> None:
        """End this session's part of the journal. Runs go on."""
        self._journal.close()

    # How it is done

    def _setting(self) -> Setting:
        return Setting(
            self._environment,
            self._config,
            self.incident,
            self._is_read_only,
            self._vetting,
            self.responder.name,
            self._hindrance,
        )

    def _check(self, plan: StepPlan, answer: Answer) -> None:
        """Raises RunError or StepTakenError: what was true when the plan was shown may not be true any more."""
        record = self.incident.step(plan.runbook.id, plan.step.id)
        if record.attempt_count >= plan.attempt:
            newest = record.attempts[0]
            raise StepTakenError(
                _(
                    "{who} was first: this step has been run since you looked at it. Look again before you run it."
                ).format(who=newest.by or _("Somebody else")),
                self.run_folder(newest.run_id),
            )
        reason = blocked_because(self._setting(), plan.runbook, plan.step, plan.command)
        if reason:
            raise RunError(reason)
        if not plan.rendering.is_ready:
            names = ", ".join(parameter.name for parameter in plan.rendering.missing)
            raise RunError(_("These have no value yet: {names}.").format(names=names))
        if not plan.confirmation.accepts(answer):
            raise RunError(_("It was not confirmed, so it was not run."))
        self._check_before(plan)
        if plan.edited:  # whoever typed it has just confirmed it
            return
        trust = self._setting().trust_in(plan.runbook, plan.step, plan.command_index)
        if trust.needs_approval and not plan.trust.needs_approval:
            raise RunError(
                _("Its file or its approval has changed since you looked at it. Look again before you run it.")
            )

    def _check_before(self, plan: StepPlan) -> None:
        """Raises RunError when a step before this one has gone wrong meanwhile."""
        blocker = in_the_way(plan.runbook, plan.step.id, lambda step: self.incident.step(plan.runbook.id, step))
        if blocker is not None and plan.in_the_way is None:
            raise RunError(
                _("{step} has gone wrong since you looked at this one. Look again before you run it.").format(
                    step=f"{blocker.number} {blocker.title}"
                )
            )

    async def _put_judgements_on_record(self) -> None:
        judgements = await asyncio.to_thread(self._judge.judgements, self.incident)
        for key, fact in judgements.items():
            await asyncio.to_thread(self._journal.append, fact, key)
        if judgements:
            await self._catch_up()

    async def _stamp(self, evidence: Mapping[str, EvidenceTaken]) -> None:
        """What cannot be written now is tried again later: a run that goes on is worth more than its evidence."""
        with suppress(JournalError):
            for key, fact in evidence.items():
                await asyncio.to_thread(self._journal.append, fact, key)
        if evidence:
            await self._catch_up()

    async def _mark(self, fact: facts.StepSkipped | facts.StepDone) -> None:
        if self.incident.step(fact.runbook, fact.step).running:
            raise RunError(_("The step is running. Cancel it or wait for its end."))
        await self._write(fact)

    async def _write(self, *new: Fact) -> None:
        async with self._lock:
            try:
                for fact in new:
                    await asyncio.to_thread(self._journal.append, fact)
            finally:
                await self._catch_up()

    async def _catch_up(self) -> None:
        if await asyncio.to_thread(self._record.catch_up):
            self._notify()

    def _notify(self) -> None:
        # Called by the loop: a subscriber that raises must not look like an intent that failed.
        loop = asyncio.get_running_loop()
        for subscriber in self._subscribers:
            loop.call_soon(self._call, subscriber)

    def _call(self, subscriber: Subscriber) -> None:
        if subscriber in self._subscribers:
            subscriber(self.incident)


def _digest(file: str) -> str:
    """SHA-256 of the file, hex; empty when it cannot be read any more."""
    try:
        return hashlib.sha256(Path(file).read_bytes()).hexdigest()
    except OSError:
        return ""
