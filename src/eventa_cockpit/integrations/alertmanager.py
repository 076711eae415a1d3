"""Alertmanager's API v2: which alerts there are now, merged over the replicas of a high-availability pair.

API: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import msgspec

from eventa_cockpit.cleaning import clean, clean_line
from eventa_cockpit.domain.alert import Alert, AlertList, AlertState, Heartbeat, Severity, merged
from eventa_cockpit.domain.board import ALERTS
from eventa_cockpit.domain.silence import Silence
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.answers import place_of
from eventa_cockpit.integrations.decoding import decoded, each, utc, web_link
from eventa_cockpit.integrations.fetching import Fetcher, within
from eventa_cockpit.integrations.silences import listed
from eventa_cockpit.integrations.threads import in_thread

SEVERITIES = {
    "critical": Severity.CRITICAL,
    "page": Severity.CRITICAL,
    "error": Severity.CRITICAL,
    "warning": Severity.WARNING,
    "ticket": Severity.WARNING,
    "info": Severity.INFO,
    "none": Severity.INFO,
}
"""Common values of the `severity` label; any other is unknown."""


ALERTS_SHARE, SILENCES_SHARE = 0.6, 0.25
"""Of the deadline, so that neither a hanging replica nor its silences cost the other's answer."""


class Status(msgspec.Struct, rename="camel"):
    state: str
    silenced_by: list[str]
    inhibited_by: list[str]


class Receiver(msgspec.Struct):
    name: str


class GettableAlert(msgspec.Struct, rename="camel"):
    labels: dict[str, str]
    annotations: dict[str, str]
    fingerprint: str
    starts_at: datetime
    updated_at: datetime
    status: Status
    generator_url: str = msgspec.field(default="", name="generatorURL")
    receivers: list[Receiver] = []


FEW = 500
"""Alerts that are put in order within a few milliseconds."""


class AlertmanagerSource:
    """The alerts feed, or one of several."""

    def __init__(
        self,
        urls: Sequence[str],
        fetcher: Fetcher,
        *,
        matchers: Sequence[str] = (),
        watchdog: str = "Watchdog",
        key: str = ALERTS,
        vendor: str = "Alertmanager",
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`matchers` narrow the alerts, not the watchdog, which seldom carries a service's labels."""
        self.key = key
        self.vendor = vendor
        self.every = every
        self.deadline = deadline
        self._urls = [url.rstrip("/") for url in urls]
        self._fetcher = fetcher
        self._matchers = tuple(matchers)
        self._watchdog = watchdog
        self._now = now

    async def read(self) -> AlertList:
        """All alerts of all replicas that answered; raises UpstreamError when none did."""
        async with within(self.deadline):
            answers = await asyncio.gather(*map(self._replica, self._urls))
        lists = [answer for answer in answers if isinstance(answer, AlertList)]
        failures = [answer for answer in answers if isinstance(answer, UpstreamError)]
        if not lists and failures:
            raise failures[0]
        whole = await _merged(lists)
        return replace(whole, unreachable=tuple(str(failure) for failure in failures))

    async def close(self) -> None:
        await self._fetcher.close()

    async def _replica(self, url: str) -> AlertList | UpstreamError:
        # A replica gives up before the whole read does, so that a hanging one does not cost the answer of the other.
        try:
            async with within(self.deadline * ALERTS_SHARE):
                queries = [self._alerts(url, self._matchers)]
                if self._matchers and self._watchdog:
                    queries.append(self._alerts(url, [f'alertname="{self._watchdog}"']))
                found = await _merged(await asyncio.gather(*queries))
        except UpstreamError as error:
            return error
        beats = (Heartbeat(place_of(url), found.watchdog_at),) if self._watchdog else ()
        return replace(found, heartbeats=beats, silences=await self._silences(url, found))

    async def _silences(self, url: str, alerts: AlertList) -> tuple[Silence, ...]:
        """Those that hold back any of the alerts; none where they cannot be read, which hides no alert."""
        wanted = {silence for alert in alerts.alerts for silence in alert.silenced_by}
        if not wanted:
            return ()
        try:
            async with within(self.deadline * SILENCES_SHARE):
                return tuple(each for each in await listed(url, self._fetcher) if each.id in wanted)
        except UpstreamError:
            return ()

    async def _alerts(self, url: str, matchers: Iterable[str]) -> AlertList:
        flags = [(name, "true") for name in ("active", "silenced", "inhibited")]
        answer = await self._fetcher.get(f"{url}/api/v2/alerts", [*flags, *(("filter", text) for text in matchers)])
        return await decoded(answer.body, self._decode)

    def _decode(self, body: bytes) -> AlertList:
        watchdog_at: datetime | None = None
        alerts: list[Alert] = []
        for raw in each(body, GettableAlert):
            if self._watchdog and raw.labels.get("alertname") == self._watchdog:
                renewed = utc(raw.updated_at)
                watchdog_at = max(watchdog_at or renewed, renewed)
            else:
                alerts.append(replace(alert_of(raw, self._now()), source=self.key))
        return AlertList(tuple(alerts), watchdog_at)


async def _merged(lists: Sequence[AlertList]) -> AlertList:
    """As one; in a thread where there are so many that putting them in order would hold the screen."""
    if sum(len(each_list.alerts) for each_list in lists) <= FEW:
        return merged(lists)
    return await in_thread(lambda: merged(lists), "alerts")


def alert_of(raw: GettableAlert, now: datetime) -> Alert:
    """The alert in our words, its texts cleaned; one from the future began now (their clock is not ours)."""
    labels = {clean_line(name): clean_line(value) for name, value in raw.labels.items()}
    notes = raw.annotations
    return Alert(
        fingerprint=clean_line(raw.fingerprint),
        name=labels.get("alertname") or clean_line(raw.fingerprint),
        severity=SEVERITIES.get(labels.get("severity", "").lower(), Severity.UNKNOWN),
        state=_state(raw.status),
        since=min(utc(raw.starts_at), now),
        summary=clean_line(notes.get("summary", "") or notes.get("message", "")),
        description=clean(notes.get("description", "")),
        labels=MappingProxyType(labels),
        link=web_link(raw.generator_url),
        runbook_url=web_link(notes.get("runbook_url", "")),
        silenced_by=tuple(map(clean_line, raw.status.silenced_by)),
        inhibited_by=tuple(map(clean_line, raw.status.inhibited_by)),
        receivers=tuple(clean_line(receiver.name) for receiver in raw.receivers),
        is_altered=labels != raw.labels,
    )


def _state(status: Status) -> AlertState:
    """Firing unless the upstream says clearly that it is held back: a word that we do not know is not good news."""
    if status.state != "suppressed":
        return AlertState.FIRING
    return AlertState.INHIBITED if status.inhibited_by and not status.silenced_by else AlertState.SILENCED
