"""What a responder does to an alert: silence it, extend that, end it. Each by one dialog that shows exactly what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from eventa_cockpit.errors import UncertainError
from eventa_cockpit.locale import _
from eventa_cockpit.screens.running import Running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventa_cockpit.domain.alert import Alert
    from eventa_cockpit.domain.silence import LabelMatcher, Silence
    from eventa_cockpit.screens.silence import Approved
    from eventa_cockpit.services.silencing import Silencing


class Silencer(Running):
    """The conversations about alerts."""

    @work(group="alert.silence", exclusive=False, exit_on_error=False)
    async def action_silence_alert(self) -> None:
        """A new silence; one that there is already is extended."""
        alert = self._silenceable()
        if alert is None:
            return
        from eventa_cockpit.domain.silence import matchers_of
        from eventa_cockpit.widgets.view import moments

        silence = self._silence_of(alert)
        title = _("Silence this alert?") if silence is None else _("Extend this silence?")
        approved = await self._ask_about(alert, title, matchers_of(alert) if silence is None else silence.matchers)
        silencing = await self._silencing(alert) if approved is not None else None
        if approved is None or silencing is None:
            return
        try:
            if silence is None:
                until = await silencing.silence(alert, approved.duration, approved.answer)
            else:
                until = await silencing.extend(alert, silence, approved.duration, approved.answer)
        except UncertainError as error:
            self.show_notice(_("Nobody knows whether it is silenced: {reason}").format(reason=error), is_error=True)
            return
        self.desk.refresh()
        when = moments.hour_and_minute(until, self.desk.zone)
        self.show_notice(_("{alert} is silenced until {time}.").format(alert=alert.name, time=when))

    @work(group="alert.unsilence", exclusive=False, exit_on_error=False)
    async def action_unsilence_alert(self) -> None:
        alert = self._silenceable()
        if alert is None:
            return
        silence = self._silence_of(alert)
        if silence is None:
            self.show_notice(_("No silence holds this alert back."))
            return
        approved = await self._ask_about(alert, _("End this silence?"), silence.matchers, is_ending=True)
        silencing = await self._silencing(alert) if approved is not None else None
        if approved is None or silencing is None:
            return
        await silencing.expire(alert, silence, approved.answer)
        self.desk.refresh()
        self.show_notice(_("The silence of {alert} has ended.").format(alert=alert.name))

    async def _ask_about(
        self, alert: Alert, title: str, matchers: Sequence[LabelMatcher], *, is_ending: bool = False
    ) -> Approved | None:
        from eventa_cockpit.screens.silence import Proposed, SilenceDialog
        from eventa_cockpit.services.silencing import confirmation_in

        environment = self.desk.environment
        texts = [matcher.text for matcher in matchers]
        proposed = Proposed(title, alert.name, texts, environment, is_ending)
        dialog = SilenceDialog(proposed, confirmation_in(environment), self.desk.clock(), self.desk.zone)
        return await self.app.push_screen_wait(dialog)

    async def _silencing(self, alert: Alert) -> Silencing | None:
        """None when the responder only watches, and goes on to."""
        silencing = await self.desk.silencing(alert)
        session = self.desk.session
        if session is not None and session.is_read_only and not await self._ask_for_control(session):
            return None
        return silencing

    def _silenceable(self) -> Alert | None:
        alert = self._chosen_alert()
        if alert is not None and not self.desk.can_silence(alert):
            self.show_notice(_("{alert} cannot be silenced from here.").format(alert=alert.name))
            return None
        return alert

    def _silence_of(self, alert: Alert) -> Silence | None:
        """The one that holds it back longest."""
        feed = self.scene.board.alerts
        silences = feed.value.silences_of(alert) if feed is not None and feed.value is not None else ()
        return silences[0] if silences else None
