"""What a responder does where the work has stopped: with the step that went wrong, and with those that wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from eventa_cockpit.domain.pausing import PAUSING, way_back
from eventa_cockpit.locale import _
from eventa_cockpit.screens.intents import Intents, next_command

if TYPE_CHECKING:
    from eventa_cockpit.domain.pausing import WayBack
    from eventa_cockpit.domain.runbook import Runbook, Step
    from eventa_cockpit.screens.choice import Option

RETRY, EDIT, SKIP, DONE, BACK = "retry", "edit", "skip", "done", "back"
LOOK, GO_ON = "look", "go-on"


class Stopped(Intents):
    """The conversations about steps that do not simply run."""

    def __init__(self) -> None:
        super().__init__()
        self._drafts: dict[tuple[str, str, int], str] = {}
        """Edits that were left, by runbook, step and command: they are not lost with a dialog."""

    # Enter

    @work(group="step.run", exclusive=False, exit_on_error=False)
    async def action_run_step(self) -> None:
        step = self._chosen_step()
        if step is None:
            return
        if self.scene.checklist.status(step.id).state in PAUSING:
            await self._ask_what_now(step)
        elif await self._may_go_past(step):
            await (self._run_command(step) if step.commands else self._mark_done(step))

    async def _may_go_past(self, step: Step) -> bool:
        """True when nothing stands in the way, or when the responder goes on all the same."""
        from eventa_cockpit.screens.choice import Option
        from eventa_cockpit.screens.menu import Menu

        blocker = self.scene.checklist.blocker_of(step)
        if blocker is None:
            return True
        named = f"{blocker.number} {blocker.title}"
        sentences = (
            _("{step}: {result}. It comes first: settle it, then go on.").format(
                step=named, result=self._result_of(blocker)
            ),
        )
        options = (
            Option(LOOK, _("See to {step}").format(step=named)),
            Option(GO_ON, _("Go on with this step all the same"), _("The record says that you did.")),
        )
        chosen = await self.app.push_screen_wait(Menu(_("Something stands in the way"), sentences, options))
        if chosen == LOOK:
            self.checklist_pane.choose(blocker.id)
        return chosen == GO_ON

    def _result_of(self, step: Step) -> str:
        from eventa_cockpit.widgets.view import steps

        return steps.result(self.scene.checklist.status(step.id))

    # The step that went wrong

    async def _ask_what_now(self, step: Step) -> None:
        from eventa_cockpit.screens.menu import Menu

        runbook = self.scene.checklist.runbook
        if runbook is None:
            return
        back = way_back(runbook, step, self.scene.checklist.status)
        title = _("{step}: {result}").format(step=f"{step.number} {step.title}", result=self._result_of(step))
        sentences = (_("The steps after it wait until this one is settled."),)
        menu = Menu(title, sentences, self._options(step, runbook, back))
        match await self.app.push_screen_wait(menu):
            case "retry":
                await self._run_command(step)
            case "edit":
                await self._edit(step)
            case "skip":
                await self._skip(step)
            case "done":
                await self._mark_done(step)
            case "back" if back is not None:
                await self._go_back(back)

    def _options(self, step: Step, runbook: Runbook, back: WayBack | None) -> list[Option]:
        from eventa_cockpit.screens.choice import Option
        from eventa_cockpit.widgets.view.progress import place_in_words

        found = [
            Option(RETRY, _("Run it again"), _("As it is written; it is shown once more first.")),
            Option(EDIT, _("Edit it and run that"), _("For this once; what is different is shown first.")),
            Option(SKIP, _("Skip it, and say why"), _("The next steps go on.")),
        ]
        if self.scene.checklist.status(step.id).state == "unexpected":
            found.append(
                Option(DONE, _("Mark it done"), _("What it printed is right after all, or it was mended by hand."))
            )
        if back is not None:
            found.append(Option(BACK, _("Roll back"), place_in_words(runbook, back.step)))
        return found

    @work(group="step.edit", exclusive=False, exit_on_error=False)
    async def action_edit_step(self) -> None:
        step = self._chosen_step()
        if step is None:
            return
        if not step.commands:
            self.show_notice(_("This step has no command to edit; it is done by hand."))
        elif self.scene.checklist.status(step.id).running:
            self.show_notice(_("The step is running. Cancel it or wait for its end."))
        elif await self._may_go_past(step):
            await self._edit(step)

    async def _edit(self, step: Step) -> None:
        """An editor with the command's text, then the same dialog as before any other run."""
        from eventa_cockpit.screens.edit_command import EditCommand

        runbook, record = self.scene.checklist.runbook, self.scene.checklist.status(step.id)
        if runbook is None:
            return
        index = next_command(step, record.commands_done)
        place = (runbook.id, step.id, index)
        former = next((attempt.edited for attempt in record.attempts if attempt.command_index == index), "")
        editor = EditCommand(f"{step.number} {step.title}", step.commands[index].text, self._drafts.get(place, former))
        text = await self.app.push_screen_wait(editor)
        if text is None:
            self._drafts[place] = editor.left
            return
        self._drafts[place] = text  # until it has run: backing out of the next dialog loses nothing either
        if await self._run_command(step, index, edited=text):
            del self._drafts[place]

    @work(group="step.roll-back", exclusive=False, exit_on_error=False)
    async def action_roll_back_step(self) -> None:
        step, runbook = self._chosen_step(), self.scene.checklist.runbook
        if step is None or runbook is None:
            return
        back = way_back(runbook, step, self.scene.checklist.status)
        if back is None:
            self.show_notice(_("This runbook has no way back from here: it names no undo and has no roll-back."))
        else:
            await self._go_back(back)

    async def _go_back(self, back: WayBack) -> None:
        """To the step that undoes, ready to run; one that is done by hand is only chosen."""
        self.checklist_pane.choose(back.step.id)
        if back.step.commands:
            await self._run_command(back.step, back.command_index)
        else:
            self.show_notice(_("The way back begins here. It is done by hand: d marks it done."))
