"""PagerDuty's Events API v2: alerts of our own, and the changes that a responder makes.

API: https://developer.pagerduty.com/docs/events-api-v2/overview/. Every event has its own `dedup_key`: without one
nobody could resolve it, and a second try would page again.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import SecretError, UpstreamError
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.threads import in_thread

LONGEST_SUMMARY = 1024
"""Characters; PagerDuty cuts longer ones."""
CLIENT = "eventa-cockpit"


class EventSeverity(StrEnum):
    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class PagerDutyEvents:
    """One integration of one service, known by its routing key."""

    has_threads = False

    def __init__(
        self,
        url: str,
        routing_key: Callable[[], str],
        fetcher: Fetcher,
        deadline: timedelta,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`routing_key` may block, and raises SecretError. The fetcher brings no key: it stands in the body."""
        self._base = f"{url.rstrip('/')}/v2"
        self._routing_key = routing_key
        self._fetcher = fetcher
        self._deadline = deadline
        self._now = now

    async def trigger(
        self, summary: str, dedup_key: str, *, severity: EventSeverity = EventSeverity.CRITICAL, component: str = ""
    ) -> None:
        """Page whoever is on call for the service; a second one with the same key changes nothing."""
        payload = {"summary": _summary(summary), "source": _source(), "severity": severity.value}
        if component:
            payload["component"] = component
        content: dict[str, object] = {
            "event_action": "trigger",
            "dedup_key": dedup_key,
            "client": CLIENT,
            "payload": payload,
        }
        await self._send("/enqueue", content)

    async def acknowledge(self, dedup_key: str) -> None:
        await self._send("/enqueue", {"event_action": "acknowledge", "dedup_key": dedup_key})

    async def resolve(self, dedup_key: str) -> None:
        await self._send("/enqueue", {"event_action": "resolve", "dedup_key": dedup_key})

    async def tell_change(self, summary: str, details: dict[str, str]) -> None:
        """A change that responders of the service see beside its pages; nobody is woken."""
        timestamp = self._now().isoformat(timespec="milliseconds")
        payload = {"summary": _summary(summary), "source": _source(), "timestamp": timestamp, "custom_details": details}
        await self._send("/change/enqueue", {"payload": payload})

    async def send(self, channel: str, text: str, thread: str = "", mention: str = "") -> str:  # noqa: ARG002
        """A message as an event, for the outbox: `channel` says who is meant, and the same text pages once.

        Returns the event's key, by which it can be resolved.
        """
        key = f"{CLIENT}/{sha256(f'{channel}/{text}'.encode()).hexdigest()[:32]}"
        await self.trigger(f"{channel}: {text}" if channel else text, key)
        return key

    async def close(self) -> None:
        await self._fetcher.close()

    async def _send(self, path: str, content: dict[str, object]) -> None:
        try:
            key = await in_thread(self._routing_key, "routing key")
        except SecretError as error:
            raise UpstreamError(FailureKind.CREDENTIALS, clean_line(str(error))) from None
        event = {"routing_key": key, **content}
        await self._fetcher.send("POST", f"{self._base}{path}", event, deadline=self._deadline, secrets=(key,))


def _summary(text: str) -> str:
    return clean_line(text)[:LONGEST_SUMMARY]


def _source() -> str:
    return clean_line(socket.gethostname())
