"""Other companies' status pages, whichever format each of them has: they are tried in turn until one is understood.

What every page shows to people is HTML, which is not understood: a word on it may mean anything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from eventa_cockpit.domain.board import STATUS_PREFIX, FailureKind
from eventa_cockpit.domain.service_status import ServiceStatus
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.answers import JSON_FORM, XML_FORM
from eventa_cockpit.integrations.decoding import decoded
from eventa_cockpit.integrations.fetching import Fetcher, within
from eventa_cockpit.integrations.status_feeds import status_of_feed
from eventa_cockpit.integrations.status_shapes import status_of

ELSEWHERE = (FailureKind.NOT_FOUND, FailureKind.REDIRECTED, FailureKind.MALFORMED)
"""Failures after which the page's next format is tried."""
CONTENT = timedelta(minutes=15)
"""How long the format that was understood is asked for first; then the better ones get another chance."""


class Format(NamedTuple):
    """One address of a page, and how its answer is understood."""

    url: str
    form: str
    understand: Callable[[bytes, str, datetime], ServiceStatus]


class StatusPageSource:
    """One page's feed, `status:<name>`."""

    def __init__(
        self,
        name: str,
        url: str,
        fetcher: Fetcher,
        *,
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`url` is the page itself, whose formats are tried in turn, or the address of one of them."""
        self.key = f"{STATUS_PREFIX}{name}"
        self.vendor = name
        self.every = every
        self.deadline = deadline
        self._name = name
        self._fetcher = fetcher
        self._now = now
        self._formats = _formats(url.rstrip("/"))
        self._understood: tuple[Format, datetime] | None = None

    async def read(self) -> ServiceStatus:
        """What the page says; raises UpstreamError, about the first format when the page has none that we know."""
        failure: UpstreamError | None = None
        async with within(self.deadline):
            for candidate in self._in_order():
                try:
                    status = await self._ask(candidate)
                except UpstreamError as error:
                    failure = failure or error
                    if error.kind not in ELSEWHERE:
                        raise
                else:
                    if self._understood is None or self._understood[0] != candidate:
                        self._understood = candidate, self._now()
                    return status
        assert failure is not None
        raise failure

    async def close(self) -> None:
        await self._fetcher.close()

    def _in_order(self) -> list[Format]:
        """The one that was understood first, for a while."""
        if self._understood is not None and self._now() - self._understood[1] > CONTENT:
            self._understood = None
        first = self._understood[0] if self._understood is not None else None
        return sorted(self._formats, key=lambda candidate: candidate != first)

    async def _ask(self, candidate: Format) -> ServiceStatus:
        answer = await self._fetcher.get(candidate.url, form=candidate.form)
        return await decoded(answer.body, lambda body: candidate.understand(body, self._name, self._now()))


def _formats(page: str) -> tuple[Format, ...]:
    """Those of a whole page, the most telling first; the one that its ending names for an address with a path."""
    path = urlsplit(page).path
    if path:
        is_feed = path.endswith((".atom", ".rss", ".xml"))
        return (_feed(page) if is_feed else _json(page),)
    return (
        _json(page + "/api/v2/summary.json"),
        _json(page + "/current/full"),
        _feed(page + "/history.atom"),
        _feed(page + "/history.rss"),
    )


def _json(url: str) -> Format:
    return Format(url, JSON_FORM, status_of)


def _feed(url: str) -> Format:
    return Format(url, XML_FORM, status_of_feed)
