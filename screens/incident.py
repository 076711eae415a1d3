"""What a responder does about the incident itself: one key opens everything, each with its own conversation.

Dialogs are imported when they are opened: the first paint needs none of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from eventa_cockpit.errors import ObligationsDueError
from eventa_cockpit.locale import _
from eventa_cockpit.screens.intents import Intents
from eventa_cockpit.screens.taking_along import TakingAlong

if TYPE_CHECKING:
    from eventa_cockpit.domain.deadline import Deadline
    from eventa_cockpit.services.steering import Steering


class IncidentKeys(Intents, TakingAlong):
    """The conversations about severity, roles, words to people, what is owed, and the end."""

    # One key for all of it

    @work(group="incident.menu", exclusive=False, exit_on_error=False)
    async def action_incident_menu(self) -> None:
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import entries

        chosen = await self.app.push_screen_wait(
            Choose(_("Incident"), entries(self.desk.session, self.desk.steering, self.desk.clock()))
        )
        if chosen:
            await self.run_action(chosen)

    # Its life

    @work(group="incident.declare", exclusive=False, exit_on_error=False)
    async def action_declare_incident(self) -> None:
        sentence = _("What hurts, in a few words? It is on record at once and gets a number.")
        title = await self._ask_line(_("Declare an incident"), sentence)
        if not title:
            return
        session = await self.desk.declare(title)
        self.show_notice(_("Declared {incident}.").format(incident=session.incident.id))

    @work(group="incident.turn", exclusive=False, exit_on_error=False)
    async def action_choose_incident(self) -> None:
        from eventa_cockpit.screens.choice import Choose, Option

        known = await asyncio.to_thread(self.desk.incidents)
        here = [entry for entry in known if entry.environment == self.desk.environment.name]
        options = [
            Option(entry.id, f"{entry.id} {entry.title}", _("open") if entry.is_open else _("closed")) for entry in here
        ]
        if not options:
            self.show_notice(_("There is no incident."))
            return
        chosen = await self.app.push_screen_wait(Choose(_("Incidents of this environment"), options))
        if chosen:
            await self.desk.turn_to(chosen)

    @work(group="incident.acknowledge", exclusive=False, exit_on_error=False)
    async def action_acknowledge_incident(self) -> None:
        steering = self._steering()
        if steering is not None:
            await steering.leading.acknowledge()
            self.show_notice(_("You look after it. The record says so."))

    @work(group="incident.severity", exclusive=False, exit_on_error=False)
    async def action_set_severity(self) -> None:
        from eventa_cockpit.domain.response import IncidentSeverity
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import severities

        steering = self._steering()
        if steering is None:
            return
        chosen = await self.app.push_screen_wait(Choose(_("How bad is it?"), severities()))
        if not chosen:
            return
        reason = await self._ask_line(
            _("Severity {severity}").format(severity=chosen), _("Why? Who is hit, and by what?")
        )
        if reason:
            await steering.leading.set_severity(IncidentSeverity(chosen), reason)

    @work(group="incident.role", exclusive=False, exit_on_error=False)
    async def action_take_role(self) -> None:
        from eventa_cockpit.domain.response import Role
        from eventa_cockpit.errors import IncidentError
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import roles
        from eventa_cockpit.widgets.view.incident_words import role_name

        steering = self._steering()
        if steering is None:
            return
        chosen = await self.app.push_screen_wait(Choose(_("What are you here for?"), roles(steering.session)))
        if not chosen:
            return
        try:
            await steering.leading.take_role(Role(chosen))
        except IncidentError as error:
            reason = await self._ask_line(_("Take over: {role}").format(role=role_name(chosen)), str(error))
            if not reason:
                return
            await steering.leading.take_role(Role(chosen), reason)
        self.show_notice(_("You are {role} now.").format(role=role_name(chosen)))

    @work(group="incident.role", exclusive=False, exit_on_error=False)
    async def action_hand_over(self) -> None:
        """The card says what is known, done and open; whoever takes over reads it in the timeline."""
        from eventa_cockpit.domain.response import Role
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import heirs
        from eventa_cockpit.services.handing_over import card

        steering = self._steering()
        if steering is None:
            return
        options = heirs(steering.session)
        if not options:
            self.show_notice(_("Nobody else is here to hand over to."))
            return
        heir = await self.app.push_screen_wait(Choose(_("Hand over to whom?"), options))
        if not heir:
            return
        draft = card(steering.session.incident, self.desk.library, self.desk.clock())
        note = await self._confirm_text(_("Hand-over card"), draft)
        if note is not None:
            await steering.leading.hand_over(Role.COMMANDER, heir, note)

    # What people are told

    @work(group="incident.tell", exclusive=False, exit_on_error=False)
    async def action_tell_people(self) -> None:
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import tellings

        steering = self._steering()
        if steering is None:
            return
        chosen = await self.app.push_screen_wait(Choose(_("Tell whom?"), tellings(steering)))
        if chosen == "update":
            await self._update_status(steering)
        elif chosen in {"customers", "support"}:
            announcer = steering.announcer()
            text = announcer.for_customers() if chosen == "customers" else announcer.for_support()
            self.copy(text, _("Copied; paste it where it belongs."))
        elif chosen:
            await self._announce(steering, chosen)

    async def _update_status(self, steering: Steering) -> None:
        from eventa_cockpit.services.announcing import next_update_in

        text = await self._ask_line(_("Status update"), _("What is known now? It goes on record and to the channel."))
        if not text:
            return
        await steering.leading.update_status(text, next_update_in(steering.session.incident))
        due = steering.session.incident.response.next_update_due
        await self._send(steering, "update", steering.announcer().update(text, due))

    async def _announce(self, steering: Steering, purpose: str) -> None:
        announcer = steering.announcer()
        drafts = {"declare": announcer.declaration, "close": announcer.closing, "page": announcer.page}
        text = await self._confirm_text(_("This is what people will read"), drafts[purpose]())
        if text is not None:
            await self._send(steering, purpose, text, to="page" if purpose == "page" else "incidents")

    async def _send(self, steering: Steering, purpose: str, text: str, *, to: str = "incidents") -> None:
        if not steering.channels:
            self.copy(text, _("Slack is not configured here. The text is on your clipboard."))
            return
        await steering.tell(purpose, text, to=to)
        unsent = steering.outbox.unsent
        if unsent:
            self.show_notice(_("Not sent yet: {reason}").format(reason=unsent[-1].reason or "…"), is_error=True)
        else:
            self.show_notice(_("Sent to {channel}.").format(channel=steering.channels[to]))

    @work(group="incident.messages", exclusive=False, exit_on_error=False)
    async def action_unsent_messages(self) -> None:
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import unsent
        from eventa_cockpit.screens.question import YesNo

        steering = self._steering()
        if steering is None:
            return
        options = unsent(steering)
        if not options:
            self.show_notice(_("Everything that was to be sent is out."))
            return
        chosen = await self.app.push_screen_wait(Choose(_("Not sent"), options))
        message = next((each for each in steering.outbox.unsent if each.id == chosen), None)
        if message is None:
            return
        warning = (
            _("It may be out already: nobody saw how the last try ended.") if message.is_doubtful else message.reason
        )
        sentences = tuple(part for part in (message.text, warning) if part)
        if await self.app.push_screen_wait(YesNo(_("Send it now?"), sentences, _("send it"))):
            await steering.outbox.send_again(message.id)

    # Deadlines

    @work(group="incident.escalate", exclusive=False, exit_on_error=False)
    async def action_escalate(self) -> None:
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import escalations

        steering = self._steering()
        if steering is None:
            return
        options = escalations(steering, self.desk.clock())
        if not options:
            self.show_notice(_("No rule of the escalation policy waits any more."))
            return
        chosen = await self.app.push_screen_wait(Choose(_("Escalate"), options))
        deadline = next((each for each in steering.escalation.deadlines if each.key == chosen), None)
        if deadline is not None:
            await self._escalate(steering, deadline)

    async def _escalate(self, steering: Steering, deadline: Deadline) -> None:
        draft = steering.escalation.draft(deadline)
        if steering.escalation.channel(deadline) is None:
            self.copy(draft, _("The text is on your clipboard: call them, then say how you told them."))
            how = await self._ask_line(
                _("Tell {target}").format(target=deadline.target), _("How did you tell them? The record keeps it.")
            )
            if how:
                await steering.escalation.acted_elsewhere(deadline, how)
            return
        text = await self._confirm_text(_("Tell {target}").format(target=deadline.target), draft)
        if text is not None:
            await steering.escalation.act(deadline, text)
            await steering.outbox.deliver()

    # What is owed

    @work(group="incident.debts", exclusive=False, exit_on_error=False)
    async def action_debts(self) -> None:
        steering = self._steering()
        if steering is not None:
            await self._settle_debts(steering)

    async def _settle_debts(self, steering: Steering) -> None:
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import debts, ways_to_settle
        from eventa_cockpit.services.owing import undoing

        options = debts(steering.session.incident, self.desk.clock())
        if not options:
            self.show_notice(_("Nothing has to be undone."))
            return
        chosen = await self.app.push_screen_wait(Choose(_("To be undone"), options))
        owed = steering.session.incident.ledger.obligation(chosen) if chosen else None
        if owed is None:
            return
        found = undoing(owed, self.desk.library) if self.desk.library is not None else None
        way = await self.app.push_screen_wait(Choose(owed.text, ways_to_settle(found)))
        if way == "undo" and found is not None:
            if not await self._ask_for_control(steering.session):
                return
            plan = steering.session.plan_step(found.runbook, found.step, found.command_index)
            if plan.missing and not plan.blocked_because:
                filled = await self._fill_in(steering.session, plan, found.step)
                if filled is None:
                    return
                plan = filled
            await self._approve(steering.session, replace(plan, settles=found.settles))
        elif way == "settled":
            note = await self._ask_line(owed.text, _("How was it undone?"))
            if note:
                await steering.leading.settle(owed.id, note)
        elif way == "waive":
            reason = await self._ask_line(owed.text, _("Why may it stay as it is?"))
            if reason:
                await steering.leading.waive(owed.id, reason)

    # What helped

    @work(group="incident.help", exclusive=False, exit_on_error=False)
    async def action_judge_help(self) -> None:
        from eventa_cockpit.domain.evidence import Help
        from eventa_cockpit.screens.choice import Choose
        from eventa_cockpit.screens.incident_menu import answers

        steering, runbook, step = self._steering(), self.scene.checklist.runbook, self._chosen_step()
        if steering is None or runbook is None or step is None:
            return
        evidence = steering.session.incident.evidence_of(runbook.id, step.id)
        chosen = await self.app.push_screen_wait(
            Choose(_("Did {step} help?").format(step=step.title), answers(evidence))
        )
        if chosen:
            await steering.leading.judge_help(runbook.id, step.id, Help(chosen))

    # Its end

    @work(group="incident.close", exclusive=False, exit_on_error=False)
    async def action_close_incident(self) -> None:
        steering = self._steering()
        if steering is None:
            return
        if steering.session.incident.ledger.due(self.desk.clock()):
            self.show_notice(_("Something must be undone first."), is_error=True)
            await self._settle_debts(steering)
            return
        reason = await self._ask_line(_("Close the incident"), _("How did it end? The record keeps it."))
        if not reason:
            return
        try:
            await steering.leading.close(reason)
        except ObligationsDueError as error:
            self.show_notice(str(error), is_error=True)
            return
        self.show_notice(_("Closed. Press x to write its postmortem."))

    @work(group="incident.reopen", exclusive=False, exit_on_error=False)
    async def action_reopen_incident(self) -> None:
        steering = self._steering()
        if steering is None:
            return
        reason = await self._ask_line(_("Open it again"), _("Why? The record keeps it."))
        if reason:
            await steering.leading.reopen(reason)

    @work(group="incident.postmortem", exclusive=False, exit_on_error=False)
    async def action_write_postmortem(self) -> None:
        from eventa_cockpit.services.postmortem.writing import write_postmortem
        from eventa_cockpit.widgets.view.timeline import sentence

        session, library = self._session(), self.desk.library
        if session is None or library is None:
            return
        try:
            path = await asyncio.to_thread(
                write_postmortem,
                session.incident,
                library,
                self.desk.board,
                self.desk.clock(),
                self.desk.zone,
                lambda event: sentence(event, self.scene.step_title)[0],
                Path.cwd(),
            )
        except OSError as error:
            sentence_ = _("The postmortem cannot be written to {folder}: {reason}.")
            self.show_notice(sentence_.format(folder=Path.cwd(), reason=error.strerror), is_error=True)
            return
        self.show_notice(_("Wrote {file}.").format(file=path))

    # Helpers

    def _steering(self) -> Steering | None:
        if self._session() is None:
            return None
        return self.desk.steering

    async def _ask_line(self, title: str, sentence: str) -> str:
        from eventa_cockpit.screens.question import AskText

        return await self.app.push_screen_wait(AskText(title, [sentence])) or ""

    async def _confirm_text(self, title: str, draft: str) -> str | None:
        """The text as it will be read, to be changed or taken as it is; None when the person backed out."""
        from eventa_cockpit.screens.draft import Draft

        return await self.app.push_screen_wait(Draft(title, draft))
