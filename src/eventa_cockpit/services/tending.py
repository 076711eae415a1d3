"""Tending without a screen: the deadlines and messages of every open incident, and alerts that nobody answered.

Whatever is told is told once, by whichever cockpit or watch comes first: the record decides, not who runs.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.alert import Alert, Severity
from eventa_cockpit.domain.board import Board, Freshness
from eventa_cockpit.domain.deadline import WARNED_BEFORE
from eventa_cockpit.domain.event import DeadlineActed
from eventa_cockpit.domain.runbook import EscalationRule
from eventa_cockpit.errors import CockpitError, JournalError
from eventa_cockpit.locale import _
from eventa_cockpit.services.incidents import Incidents, IncidentSummary
from eventa_cockpit.services.session import Session
from eventa_cockpit.services.steering import Steering

WATCH = "watch"
"""What a watch calls itself on record."""
LOOK_S = 1.0
"""How often open incidents are looked at."""
LIST_S = 5.0
"""How often new ones are looked for, at most."""
LIST_SHARE = 0.05
"""Of the time, what looking for them may take, however many there are."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Tender:
    """Looks after all open incidents of one environment until it is cancelled."""

    def __init__(
        self,
        incidents: Incidents,
        steer: Callable[[Session], Steering],
        say: Callable[[str], None],
        *,
        unanswered: Callable[[], Iterable[Alert]] = tuple,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        """`unanswered` names alerts for which an incident is declared where there is none. `say` gets one sentence
        for each thing that was done, and for each that could not be."""
        self._incidents = incidents
        self._steer = steer
        self._say = say
        self._unanswered = unanswered
        self._clock = clock
        self._tended: dict[str, Steering] = {}
        self._told: dict[str, set[str]] = {}
        self._troubles: dict[str, str] = {}
        self._next_list = 0.0

    async def run(self) -> None:
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK_S)
        finally:
            for incident in list(self._tended):
                self._leave(incident)

    async def look(self) -> None:
        """Do whatever is due now."""
        if time.monotonic() >= self._next_list:
            await self._trying("", self._find())
        for incident, steering in list(self._tended.items()):
            await self._trying(incident, self._tend(steering))
            if not steering.session.incident.is_open and not _is_waiting(steering):
                self._leave(incident)

    async def _find(self) -> None:
        """The open incidents, and one for each alert that waited too long."""
        began = time.monotonic()
        known = await asyncio.to_thread(self._incidents.list)
        took = time.monotonic() - began
        self._next_list = began + max(LIST_S, took / LIST_SHARE)
        ours = [entry for entry in known if entry.environment == self._incidents.environment]
        for entry in ours:
            if entry.is_open and entry.id not in self._tended:
                self._take(await self._incidents.follow(entry.id))
        for alert in self._unanswered():
            if not is_answered(alert, ours):
                session = await self._incidents.declare_unanswered(alert, name_of(alert))
                if session.incident.id not in self._tended:
                    self._take(session)
                sentence = _("Nobody answered {alert}: it is {incident} now.")
                self._say(sentence.format(alert=alert.name, incident=session.incident.id))
                return

    async def _tend(self, steering: Steering) -> None:
        session = steering.session
        await session.refresh()
        if _has_work(steering, self._clock()) and session.responder.session not in session.incident.participants:
            await session.join(is_unattended=True)
        sentence = await steering.tend()
        if sentence:
            raise JournalError(sentence)
        self._tell(session)

    async def _trying(self, incident: str, work: Awaitable[None]) -> None:
        """One sentence when it fails, one when it goes again; the next look tries again."""
        trouble = ""
        try:
            await work
        except CockpitError as error:
            trouble = str(error)
        if trouble and trouble != self._troubles.get(incident):
            self._say(f"✗ {incident} {trouble}".replace("  ", " "))
        elif not trouble and self._troubles.get(incident):
            self._say(_("The record answers again."))
        self._troubles[incident] = trouble

    def _tell(self, session: Session) -> None:
        """Say what was done by this watch, each once."""
        said = self._told.setdefault(session.incident.id, set())
        for event in session.incident.timeline:
            fact = event.fact
            if not isinstance(fact, DeadlineActed) or event.session != session.responder.session or fact.key in said:
                continue
            said.add(fact.key)
            sentence = _("{incident}: telling {target} ({how}).")
            self._say(sentence.format(incident=session.incident.id, target=fact.target, how=fact.action))

    def _take(self, session: Session) -> None:
        self._tended[session.incident.id] = self._steer(session)
        self._say(_("Looking after {incident}.").format(incident=session.incident.id))

    def _leave(self, incident: str) -> None:
        with suppress(JournalError):
            self._tended.pop(incident).session.close()
        self._told.pop(incident, None)
        self._troubles.pop(incident, None)


def unanswered(board: Board, rules: Sequence[EscalationRule], now: datetime) -> Iterator[Alert]:
    """Critical alerts that have been firing so long that the policy's first clock is about to run out.

    Only what is fresh counts, and without a policy there is no clock.
    """
    feed = board.alerts
    if not rules or feed is None or feed.value is None or feed.freshness(now) is not Freshness.FRESH:
        return
    patience = max(min(rule.after for rule in rules) - WARNED_BEFORE, timedelta())
    for alert in feed.value.firing:
        if alert.severity is Severity.CRITICAL and now - alert.since >= patience:
            yield alert


def is_answered(alert: Alert, known: Iterable[IncidentSummary]) -> bool:
    """Somebody works on something, or has already been through this one."""
    return any(
        entry.is_open or (entry.alert_fingerprint == alert.fingerprint and entry.declared_at >= alert.since)
        for entry in known
    )


def name_of(alert: Alert) -> str:
    """The end of the incident's id: the same in every watch, so that all of them declare the same one."""
    said = f"{alert.fingerprint} {alert.since.astimezone(UTC):%Y-%m-%dT%H:%M}"
    return hashlib.sha256(said.encode()).hexdigest()[:6]


def _has_work(steering: Steering, now: datetime) -> bool:
    return _is_waiting(steering) or any(
        each.wants_action(now) and (channel := steering.escalation.channel(each)) is not None and channel.is_automatic
        for each in steering.escalation.deadlines
    )


def _is_waiting(steering: Steering) -> bool:
    """Something will still be tried by itself."""
    return any(steering.outbox.next_try(message) is not None for message in steering.outbox.unsent)
