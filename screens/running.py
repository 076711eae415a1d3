"""What a responder does with a run that goes on: answer it, attach to it, end it, and end what it left."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SuspendNotSupported

from eventa_cockpit.errors import RunError
from eventa_cockpit.locale import _
from eventa_cockpit.screens.stopped import Stopped

if TYPE_CHECKING:
    from pathlib import Path

    from textual.timer import Timer

    from eventa_cockpit.domain.run import RunStatus
    from eventa_cockpit.domain.runbook import Step
    from eventa_cockpit.domain.step_record import Attempt, StepRecord
    from eventa_cockpit.runner.attaching import AttachEnd
    from eventa_cockpit.services.session import Session
    from eventa_cockpit.widgets.output_pane import OutputPane
    from eventa_cockpit.widgets.output_reader import OutputReader


class Running(Stopped):
    """The conversations about runs."""

    SETTLED_S: ClassVar[float] = 0.2
    """How long the output pane must have kept its size before the command is told."""
    _resizing: Timer | None = None

    # Ending

    @work(group="step.cancel", exclusive=False, exit_on_error=False)
    async def action_cancel_step(self) -> None:
        from eventa_cockpit.widgets.view import runs

        session, step = self._session(), self._chosen_step()
        if session is None or step is None:
            return
        record, run = self.scene.checklist.status(step.id), self.scene.checklist.run(step.id)
        if record.running:
            await self._cancel(session, step, record.running[0], run)
        elif runs.leftovers(run):
            await self._end_leftovers(session, step, record, runs.leftovers(run))
        else:
            self.show_notice(_("This step is not running."))

    async def _cancel(self, session: Session, step: Step, attempt: Attempt, run: RunStatus | None) -> None:
        from eventa_cockpit.screens.question import YesNo
        from eventa_cockpit.widgets.view import runs

        if runs.is_ending(run):
            question, answer = _("Kill this run now?"), _("kill it")
            sentence = _(
                "{step} was asked to end and may still be tidying up. Killed, it and everything it started end at once."
            )
        else:
            question, answer = _("Cancel this run?"), _("cancel the run")
            sentence = _("{step} gets an interrupt, as from Ctrl+C; if it does not end, it is asked harder.")
        if not await self.app.push_screen_wait(YesNo(question, (sentence.format(step=step.title),), answer)):
            return
        await session.cancel_step(attempt.run_id, immediately=runs.is_ending(run))
        self.show_notice(_("Killed it.") if runs.is_ending(run) else _("Asked it to stop."))

    async def _end_leftovers(self, session: Session, step: Step, record: StepRecord, count: int) -> None:
        from eventa_cockpit.screens.question import YesNo
        from eventa_cockpit.widgets.view import runs

        sentence = _("{step} has ended; {left}. They get KILL, with everything that they started.")
        sentences = (sentence.format(step=step.title, left=runs.leftover_words(count)),)
        if not await self.app.push_screen_wait(YesNo(_("End what is left?"), sentences, _("end it"))):
            return
        left = await session.end_leftovers(record.run_id)
        if left:
            sentence = _("{left}: they belong to another user, or the kernel holds them.")
            self.show_notice(sentence.format(left=runs.leftover_words(left)), is_error=True)
        else:
            self.show_notice(_("Ended what was left."))

    # Typing

    @work(group="run.reply", exclusive=False, exit_on_error=False)
    async def action_reply_to_run(self) -> None:
        if await self._run_with_terminal() is not None:
            self.output_pane.ask_reply()

    @work(group="run.reply", exclusive=False, exit_on_error=False)
    async def on_output_reader_replied(self, message: OutputReader.Replied) -> None:
        """Sent as the Enter key would end it; nobody writes down what was typed."""
        found = await self._run_with_terminal()
        if found is not None:
            session, attempt = found
            await session.send_input(attempt.run_id, f"{message.text}\r".encode())
            self.show_notice(_("Sent your reply. It is not kept in the record."))

    async def _run_with_terminal(self) -> tuple[Session, Attempt] | None:
        """The chosen step's run, if this responder may type into it; otherwise says why not."""
        from eventa_cockpit.widgets.view import runs

        session, step = self._session(), self._chosen_step()
        if session is None or step is None:
            return None
        record = self.scene.checklist.status(step.id)
        if not record.running:
            self.show_notice(_("This step is not running."))
            return None
        if not runs.has_terminal(step, record):
            self.show_notice(_('It has no terminal to type into: its fence says "pty": false.'))
            return None
        attempt = record.running[0]
        if attempt.risk != "read" and not await self._ask_for_control(session):
            return None
        return session, attempt

    # Attaching

    @work(group="run.attach", exclusive=False, exit_on_error=False)
    async def action_attach_run(self) -> None:
        from eventa_cockpit.runner.attaching import AttachEnd

        found = await self._run_with_terminal()
        if found is None:
            return
        session, attempt = found
        try:
            end = await self._lend_terminal(session.run_folder(attempt.run_id))
        except SuspendNotSupported:
            self.show_notice(_("This terminal cannot be lent to a command."), is_error=True)
            return
        sentences = {
            AttachEnd.DETACHED: _("Detached. The command goes on."),
            AttachEnd.ENDED: _("The command has ended."),
            AttachEnd.LOST: _("The connection to the run broke off."),
        }
        self.show_notice(sentences[end], is_error=end is AttachEnd.LOST)
        self._tell_room()

    async def _lend_terminal(self, run_folder: Path) -> AttachEnd:
        """The command has the terminal until it ends or the detach key is pressed. Raises RunError.

        The loop goes on meanwhile, so that the board, the record and an end from outside are not held up; nothing is
        drawn. What goes wrong is raised only afterwards: Textual takes the terminal back at the end of the block, and
        not when that is left by an exception.
        """
        from eventa_cockpit.runner.attaching import attach

        stop, failure = threading.Event(), None
        with self.app.suspend(), self.app.batch_update():
            attached = asyncio.ensure_future(asyncio.to_thread(attach, run_folder, stop=stop))
            try:
                await asyncio.shield(attached)
            except (RunError, OSError, asyncio.CancelledError) as error:
                failure = error
            stop.set()
            await asyncio.wait([attached])
        if failure is not None:
            raise failure
        return attached.result()

    # Size

    def on_output_pane_room_changed(self, _message: OutputPane.RoomChanged) -> None:
        if self._resizing is not None:
            self._resizing.stop()
        self._resizing = self.set_timer(self.SETTLED_S, self._tell_room)

    @work(group="run.resize", exclusive=False, exit_on_error=False)
    async def _tell_room(self) -> None:
        """The chosen step's command learns how much room the output pane has."""
        session, step = self.desk.session, self._chosen_step()
        if session is None or step is None:
            return
        from eventa_cockpit.widgets.view import runs

        record = self.scene.checklist.status(step.id)
        if not runs.has_terminal(step, record) or (session.is_read_only and record.running[0].risk != "read"):
            return
        try:
            await session.resize(record.running[0].run_id, *self.output_pane.room)
        except RunError:  # it has just ended, or its supervisor has; its status says so
            return
