"""What a responder does: each key's conversation, and the intent that comes out of it.

Dialogs are imported when they are opened: the first paint needs none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import work
from textual.screen import Screen

from eventa_cockpit.errors import JournalError, UnrecordedError
from eventa_cockpit.keymap import Pane
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    from eventa_cockpit.domain.alert import Alert
    from eventa_cockpit.domain.environment import Environment
    from eventa_cockpit.domain.runbook import Library, Runbook, Step
    from eventa_cockpit.services.desk import Desk
    from eventa_cockpit.services.plan import StepPlan
    from eventa_cockpit.services.session import Session
    from eventa_cockpit.widgets.view.scene import Scene

# Conversations are never exclusive: one whose dialog is gone may still be writing its event, and the next one must not
# cancel that. Dialogs are modal, so there is only one at a time to talk to.


class Intents(Screen[None]):
    """The conversations of the main screen."""

    desk: Desk
    scene: Scene
    checklist_pane: Any
    alerts_pane: Any
    output_pane: Any

    def show_pane(self, pane: Pane) -> None:
        """Bring a pane to the front."""
        raise NotImplementedError

    def show_notice(self, sentence: str, *, is_error: bool = False) -> None:
        """A calm sentence until the next one."""
        raise NotImplementedError

    # Runbooks

    @work(group="runbook.open", exclusive=False, exit_on_error=False)
    async def action_open_alert(self) -> None:
        alert = self._chosen_alert()
        runbook = self.desk.best_runbook(alert) if alert is not None else None
        if runbook is not None:
            await self._open(runbook, alert)
        elif alert is not None:
            self.show_notice(_("No runbook answers {alert}. Press b for the list.").format(alert=alert.name))

    @work(group="runbook.open", exclusive=False, exit_on_error=False)
    async def action_open_runbook(self) -> None:
        from eventa_cockpit.screens.choice import Choose, Option

        library = await self.desk.runbooks()
        if library is None:
            return
        options = [Option(book.id, book.title, detail) for book, detail in self._ranked(library)]
        chosen = await self.app.push_screen_wait(Choose(_("Open a runbook"), options))
        runbook = library.runbook(chosen) if chosen else None
        if runbook is not None:
            await self._open(runbook, None)

    def _ranked(self, library: Library) -> list[tuple[Runbook, str]]:
        """What answers the moment first, with its reasons; then the others, with their files."""
        from eventa_cockpit.widgets.view import offers

        alerts = self.scene.board.alerts
        details: dict[str, str] = {}
        for found in self.desk.matches(alerts.value if alerts is not None else None):
            details.setdefault(found.runbook_id, offers.in_one_line(found))
        places = {runbook_id: place for place, runbook_id in enumerate(details)}
        books = sorted(library.runbooks, key=lambda book: places.get(book.id, len(places)))
        return [(book, details.get(book.id, book.file)) for book in books]

    async def _open(self, runbook: Runbook, alert: Alert | None) -> None:
        session = await self.desk.begin(runbook, alert)
        await session.open_runbook(runbook)
        self._choose_next()
        self.show_pane(Pane.CHECKLIST)

    def action_show_preflight(self) -> None:
        from eventa_cockpit.screens.preflight import PreflightDialog

        runbook, desk = self.scene.checklist.runbook, self.desk
        if runbook is None:
            self.show_notice(_("Open a runbook first: choose an alert and press Enter, or press b."))
            return
        desk.examine(runbook)
        dialog = PreflightDialog(
            runbook.title,
            lambda: desk.preflight(runbook.id),
            lambda: desk.examine(runbook, anew=True),
            desk.zone,
        )
        self.app.push_screen(dialog)

    def _chosen_alert(self) -> Alert | None:
        feed = self.scene.board.alerts
        alerts = feed.value.alerts if feed is not None and feed.value is not None else ()
        return next((alert for alert in alerts if alert.fingerprint == self.alerts_pane.cursor), None)

    # Steps

    @work(group="step.run", exclusive=False, exit_on_error=False)
    async def action_rerun_step(self) -> None:
        step = self._chosen_step()
        if step is not None:
            await (self._run_command(step) if step.commands else self._mark_done(step))

    async def _run_command(self, step: Step, index: int | None = None, *, edited: str = "") -> bool:
        """Everything from the key to the run; False when nothing was started. Without an index, what comes next."""
        session, runbook = self._session(), self.scene.checklist.runbook
        if session is None or runbook is None:
            return False
        self.desk.examine(runbook)
        if index is None:
            index = next_command(step, self.scene.checklist.status(step.id).commands_done)
        plan: StepPlan | None = session.plan_step(runbook, step, index, edited=edited)
        assert plan is not None
        if plan.risk != "read" and not self.scene.is_in_control:
            if not await self._ask_for_control(session):
                return False
            plan = session.plan_step(runbook, step, index, edited=edited)
        if plan.missing and not plan.blocked_because:
            plan = await self._fill_in(session, plan, step)
        return plan is not None and await self._approve(session, plan)

    async def _fill_in(self, session: Session, plan: StepPlan, written: Step) -> StepPlan | None:
        from eventa_cockpit.screens.fill_in import FillIn
        from eventa_cockpit.screens.proposals import proposal_of

        values = await self.app.push_screen_wait(FillIn(proposal_of(plan, self.scene), plan.missing))
        if values is None:
            return None
        await session.set_parameters(values)
        return session.plan_step(plan.runbook, written, plan.command_index, edited=plan.edited)

    async def _approve(self, session: Session, plan: StepPlan) -> bool:
        """Whether the plan was confirmed and started."""
        from eventa_cockpit.screens.proposals import proposal_of
        from eventa_cockpit.screens.run_step import RunStep

        secrets = [need.name for need in plan.secrets_to_type]
        dialog = RunStep(proposal_of(plan, self.scene, self.desk.logout_warning), plan.confirmation, secrets)
        approval = await self.app.push_screen_wait(dialog)
        if approval is None:
            return False
        self.show_notice("")
        try:
            await session.start_step(plan, approval.answer, approval.secrets, size=self.output_pane.room)
        except (JournalError, UnrecordedError) as error:
            await self._say_unrecorded(error)
            return False
        return True

    async def _say_unrecorded(self, error: JournalError | UnrecordedError) -> None:
        """Nothing runs off the record; where the disk itself is the incident, there is another place for it."""
        from eventa_cockpit.config import in_memory
        from eventa_cockpit.screens.question import YesNo

        sentences = (
            str(error),
            _("Make room and run it again. If that cannot be done, quit and keep a record in memory:"),
            f"cockpit --state {in_memory()}",
            _("It is a new incident, which says so itself; it lasts until the next restart of the machine."),
        )
        if await self.app.push_screen_wait(YesNo(_("It was not run"), sentences, _("quit"))):
            await self.run_action("ask_quit")

    @work(group="step.skip", exclusive=False, exit_on_error=False)
    async def action_skip_step(self) -> None:
        step = self._chosen_step()
        if step is not None:
            await self._skip(step)

    async def _skip(self, step: Step) -> None:
        session, runbook = self._session(), self.scene.checklist.runbook
        if session is None or runbook is None:
            return
        reason = await self._ask(_("Skip: {step}"), step, _("Why is this step not needed? The record keeps it."))
        if reason:
            await session.skip(runbook.id, step.id, reason)
            self._choose_next()

    @work(group="step.done", exclusive=False, exit_on_error=False)
    async def action_mark_done(self) -> None:
        step = self._chosen_step()
        if step is not None:
            await self._mark_done(step)

    async def _mark_done(self, step: Step) -> None:
        session, runbook = self._session(), self.scene.checklist.runbook
        if session is None or runbook is None:
            return
        note = await self._ask(_("Done: {step}"), step, _("What did you do or see? May stay empty."), is_required=False)
        if note is not None:
            past = self.scene.checklist.blocker_of(step)
            await session.mark_done(runbook.id, step.id, note, went_past=past.id if past is not None else "")
            self._choose_next()

    @work(group="step.undo", exclusive=False, exit_on_error=False)
    async def action_undo_mark(self) -> None:
        session, runbook, step = self._session(), self.scene.checklist.runbook, self._chosen_step()
        if session is None or runbook is None or step is None:
            return
        if not self.scene.checklist.status(step.id).is_marked:
            self.show_notice(_("Only a mark made by hand can be taken back; runs stay in the record."))
            return
        await session.undo_mark(runbook.id, step.id)

    @work(group="note.add", exclusive=False, exit_on_error=False)
    async def action_add_note(self) -> None:
        from eventa_cockpit.screens.question import AskText

        session = self._session()
        if session is None:
            return
        text = await self.app.push_screen_wait(AskText(_("Note"), [_("It goes into the timeline of this incident.")]))
        if text:
            await session.add_note(text)
            self.show_notice(_("Noted."))

    async def _ask(self, title: str, step: Step, sentence: str, *, is_required: bool = True) -> str | None:
        from eventa_cockpit.screens.question import AskText

        named = title.format(step=f"{step.number} {step.title}")
        return await self.app.push_screen_wait(AskText(named, [sentence], is_required=is_required))

    # Control

    @work(group="control.take", exclusive=False, exit_on_error=False)
    async def action_take_control(self) -> None:
        session = self._session()
        if session is not None and not self.scene.is_in_control:
            await self._ask_for_control(session)

    async def _ask_for_control(self, session: Session) -> bool:
        """From watching to acting, by one deliberate answer."""
        from eventa_cockpit.screens.question import YesNo

        if self.scene.is_in_control:
            return True
        sentences = (
            _("You only watch so far. In control, you can run steps that change {environment}.").format(
                environment=place_in_words(self.desk.environment)
            ),
            _("The record says that you took control."),
        )
        if not await self.app.push_screen_wait(YesNo(_("Take control?"), sentences, _("take control"))):
            return False
        await session.take_control()
        return True

    # Helpers

    def _session(self) -> Session | None:
        if self.desk.session is None:
            self.show_notice(_("Open a runbook first: choose an alert and press Enter, or press b."))
        return self.desk.session

    def _chosen_step(self) -> Step | None:
        step: Step | None = self.checklist_pane.step
        return step

    def _choose_next(self) -> None:
        """The cursor goes where the work goes on, by what is on record now: the scene may not have heard of it yet."""
        from eventa_cockpit.widgets.view.scene import with_incident

        session = self.desk.session
        if session is None:
            return
        scene = with_incident(self.scene, session.incident, session.live_runs, is_in_control=self.scene.is_in_control)
        following = scene.checklist.next_step
        if following is not None:
            self.checklist_pane.choose(following.id)


def next_command(step: Step, done: frozenset[int]) -> int:
    """The first of a step's commands that has not succeeded yet; the first of all when all have."""
    return next((index for index in range(len(step.commands)) if index not in done), 0)


def place_in_words(environment: Environment) -> str:
    """`prod (DRILL)`."""
    return f"{environment.name} ({_('DRILL')})" if environment.is_drill else environment.name
