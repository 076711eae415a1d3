"""Steering an incident: everything around its steps, in one place, for one session.

Put together from the configuration, the team's policy and what other clocks say; screens and the watcher use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from eventa_cockpit.config import EnvironmentConfig
from eventa_cockpit.domain.board import PAGES, SLO, Board, Freshness
from eventa_cockpit.domain.deadline import Deadline, DeadlineKind
from eventa_cockpit.domain.page import PageStatus, PendingKind
from eventa_cockpit.domain.runbook import Library
from eventa_cockpit.errors import JournalError
from eventa_cockpit.integrations.pagerduty_telling import page_for
from eventa_cockpit.integrations.telling import PAGERDUTY, SLACK, pagerduty_of, slack_of
from eventa_cockpit.services.announcing import Announcer
from eventa_cockpit.services.escalating import Channel, Escalation, Outside
from eventa_cockpit.services.leading import Leading
from eventa_cockpit.services.outbox import Outbox, Sender
from eventa_cockpit.services.session import Session

CALLING = {PendingKind.ESCALATE, PendingKind.UNACKNOWLEDGE, PendingKind.URGENCY_CHANGE}
"""Steps of the paging service after which somebody is called. That it gives a page up by itself is no deadline."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Steering:
    """What one session can do about its incident, besides running steps."""

    session: Session
    leading: Leading
    outbox: Outbox
    escalation: Escalation
    announcer: Callable[[], Announcer]
    """Words for the incident as it stands now."""
    channels: Mapping[str, str]
    """Purpose (`incidents`, `page`) → Slack channel; empty where Slack is not configured."""

    async def tend(self) -> str:
        """What goes on by itself: tell whom the policy names, send what waits. Returns a sentence when it could not
        be put on record; then nothing was sent."""
        try:
            await self.escalation.act_on_overdue()
            await self.outbox.deliver()
        except JournalError as error:
            return str(error)
        return ""

    async def tell(self, purpose: str, text: str, *, to: str = "incidents") -> None:
        """Queue a message for the channel of `to`, and send it if it can be sent now."""
        await self.outbox.queue(purpose, SLACK, self.channels[to], text)
        await self.outbox.deliver()


def steering_for(
    session: Session,
    config: EnvironmentConfig,
    library: Library,
    zone: tzinfo,
    board: Callable[[], Board],
    clock: Callable[[], datetime] = _utc_now,
) -> Steering:
    """For a session of this environment."""
    pagerduty = pagerduty_of(config, lambda: _page_id(session, board()))
    ways: dict[str, Sender | None] = {SLACK: slack_of(config), PAGERDUTY: pagerduty}
    senders = {vendor: way for vendor, way in ways.items() if way is not None}
    outbox = Outbox(session, senders, clock=clock)
    language = config.slack.language if config.slack is not None else ""

    def announcer() -> Announcer:
        return Announcer(session.incident, zone, clock(), language)

    escalation = Escalation(
        session,
        outbox,
        library.escalation,
        {
            target: Channel(channel.vendor, channel.to, is_automatic=channel.automatic, mention=channel.mention)
            for target, channel in config.escalation.items()
        },
        lambda deadline: announcer().escalation(deadline),
        outside=lambda: outside_of(board(), clock()),
        clock=clock,
    )
    channels = {"incidents": config.slack.incidents, "page": config.slack.page} if config.slack is not None else {}
    return Steering(session, Leading(session, clock=clock), outbox, escalation, announcer, channels)


def _page_id(session: Session, board: Board) -> str:
    """The open page of the session's incident. Raises UpstreamError."""
    incident, pages, alerts = session.incident, board.feeds.get(PAGES), board.alerts
    firing = alerts.value.alerts if alerts is not None and alerts.value is not None else ()
    name = next((alert.name for alert in firing if alert.fingerprint == incident.alert_fingerprint), "")
    known = pages.value.pages if pages is not None and pages.value is not None else ()
    return page_for(incident.title, name, known)


def outside_of(board: Board, now: datetime) -> Outside:
    """The paging service's own next steps, and when the error budget is empty; only what is fresh counts."""
    return Outside(tuple(_pending(board, now)), _time_to_empty(board, now))


def _pending(board: Board, now: datetime) -> list[Deadline]:
    feed = board.feeds.get(PAGES)
    if feed is None or feed.value is None or feed.freshness(now) is not Freshness.FRESH:
        return []
    return [
        Deadline(
            f"{DeadlineKind.PAGING}/{page.id}/{action.kind}/{action.at.isoformat()}",
            DeadlineKind.PAGING,
            action.at,
            action.kind,
            f"#{page.number} {page.title}",
        )
        for page in feed.value.pages
        if page.status is not PageStatus.RESOLVED
        for action in page.pending
        if action.kind in CALLING
    ]


def _time_to_empty(board: Board, now: datetime) -> timedelta | None:
    feed = board.feeds.get(SLO)
    if feed is None or feed.value is None or feed.freshness(now) is not Freshness.FRESH:
        return None
    known = [each.empty_in for each in feed.value.objectives if each.empty_in is not None]
    return min(known, default=None)
