"""Sentry's web API: how many errors there are now against before, and which issues they belong to.

API: https://docs.sentry.io/api/events/list-an-organizations-issues/,
https://docs.sentry.io/api/explore/query-explore-events-in-timeseries-format/.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import ERRORS
from eventa_cockpit.domain.change import Change
from eventa_cockpit.domain.error_report import ErrorIssue, ErrorReport, IssueState, StackTrace, worth_a_look
from eventa_cockpit.domain.reading import Point
from eventa_cockpit.integrations.decoding import decoded, each, malformed, strictly, utc, web_link
from eventa_cockpit.integrations.fetching import Fetcher, within
from eventa_cockpit.integrations.sentry_evidence import SentryEvidence
from eventa_cockpit.locale import _

BUCKET = timedelta(minutes=1)
PAGE = 100
"""Issues an answer; Sentry gives no more."""
PAGES = 3
"""Pages that are read of one list: the issues with the most events come first."""
EVIDENCE_UNTIL = 0.9
"""Share of the deadline after which nothing more is waited for."""
NEXT = re.compile(r'<[^<>]*>[^<]*?rel="next"[^<]*?results="true"[^<]*?cursor="([^"<>]+)"')
"""The next page's cursor in a Link header. Its address is not followed: it could lead anywhere."""

WATCHED = {state.value: state for state in IssueState}


class Release(msgspec.Struct):
    version: str = ""


class Issue(msgspec.Struct, rename="camel"):
    id: str
    title: str
    count: str
    user_count: int
    first_seen: datetime | None
    last_seen: datetime | None
    substatus: str | None = None
    culprit: str | None = None
    permalink: str | None = None
    first_release: Release | None = None


class Value(msgspec.Struct):
    timestamp: float
    """Milliseconds since 1970."""
    value: float


class Series(msgspec.Struct):
    values: list[Value]


class Timeseries(msgspec.Struct, rename="camel"):
    time_series: list[Series]


class SentrySource:
    """The errors feed."""

    key = ERRORS
    vendor = "Sentry"

    def __init__(
        self,
        url: str,
        organization: str,
        project: str,
        fetcher: Fetcher,
        *,
        environment: str | None = None,
        window: timedelta = timedelta(minutes=15),
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`window` is compared with the one before it, in whole minutes, so that a minute just begun counts as none."""
        self.every = every
        self.deadline = deadline
        self._base = f"{url.rstrip('/')}/api/0/organizations/{organization}"
        self._project = project
        self._fetcher = fetcher
        self._scope = [("project", project), *([("environment", environment)] if environment else [])]
        self._window = max(window // BUCKET, 1) * BUCKET
        self._now = now
        self._evidence = SentryEvidence(self._base, fetcher, self._scope, environment, now)

    async def read(self) -> ErrorReport:
        """Counts and issues of the newest window; raises UpstreamError when either cannot be had."""
        end = self._now().astimezone(UTC).replace(second=0, microsecond=0)
        began = time.monotonic()
        async with within(self.deadline):
            points, issues = await asyncio.gather(self._points(end), self._issues())
        # The rest takes what is left of the time: it must not cost the counts.
        elapsed = time.monotonic() - began
        left = timedelta(seconds=round(self.deadline.total_seconds() * EVIDENCE_UNTIL - elapsed, 1))
        issues, stack, releases = await self._with_evidence(issues, left)
        middle = end - self._window
        return ErrorReport(
            project=clean_line(self._project),
            window=self._window,
            count=_total(points, middle, end),
            previous_count=_total(points, middle - self._window, middle),
            users=max((issue.users for issue in issues), default=0),
            points=points,
            issues=issues,
            stack=stack,
            changes=releases,
            notes=self._evidence.notes,
        )

    async def close(self) -> None:
        await self._fetcher.close()

    async def _with_evidence(
        self, issues: tuple[ErrorIssue, ...], patience: timedelta
    ) -> tuple[tuple[ErrorIssue, ...], StackTrace | None, tuple[Change, ...]]:
        """What is known of the issue that is most worth a look, and of the releases."""
        chosen = worth_a_look(issues)
        if chosen is None:
            return issues, None, await self._evidence.releases(patience)
        stack, release, releases = await asyncio.gather(
            self._evidence.stack(chosen, patience),
            self._evidence.first_release(chosen, patience),
            self._evidence.releases(patience),
        )
        told = tuple(replace(issue, release=release) if issue is chosen else issue for issue in issues)
        return told, stack, releases

    async def _points(self, end: datetime) -> tuple[Point, ...]:
        """Events a minute over both windows, oldest first; a minute that is still going on is left out."""
        start = end - 2 * self._window
        parameters = [
            ("dataset", "errors"),
            ("yAxis", "count()"),
            ("interval", str(int(BUCKET.total_seconds()))),
            ("start", start.isoformat().replace("+00:00", "Z")),
            ("end", end.isoformat().replace("+00:00", "Z")),
            *self._scope,
        ]
        answer = await self._fetcher.get(f"{self._base}/events-timeseries/", parameters)
        points = await decoded(answer.body, points_of)
        return tuple(point for point in points if start <= point.at < end)

    async def _issues(self) -> tuple[ErrorIssue, ...]:
        """Unresolved issues with events in the window, those with most events first."""
        minutes = self._window // BUCKET
        parameters = [
            ("query", "is:unresolved"),
            ("statsPeriod", f"{minutes}m"),
            ("sort", "freq"),
            ("limit", str(PAGE)),
            *self._scope,
        ]
        issues: list[ErrorIssue] = []
        cursor: list[tuple[str, str]] = []
        for _page in range(PAGES):
            answer = await self._fetcher.get(f"{self._base}/issues/", [*parameters, *cursor])
            issues += await decoded(answer.body, lambda body: issues_of(body, self._now()))
            following = NEXT.search(answer.headers.get("link", ""))
            if following is None:
                break
            cursor = [("cursor", following[1])]
        return tuple(sorted(issues, key=lambda issue: -issue.count))


def points_of(body: bytes) -> list[Point]:
    """The points of the only series in the answer; an answer without any series is no news, not zero errors."""
    answer = strictly(body, Timeseries)
    if not answer.time_series:
        raise malformed(_("it holds no time series"), "timeSeries")
    points = [Point(_moment(value.timestamp), value.value) for value in answer.time_series[0].values]
    return sorted(points, key=lambda point: point.at)


def issues_of(body: bytes, now: datetime) -> list[ErrorIssue]:
    return [issue_of(issue, now) for issue in each(body, Issue)]


def issue_of(raw: Issue, now: datetime) -> ErrorIssue:
    """The issue in our words; moments that Sentry leaves out or that lie in the future are now."""
    try:
        count = int(raw.count)
    except ValueError:
        raise malformed(_('"{count}" is not a number').format(count=clean_line(raw.count)), "count") from None
    first, last = (min(utc(moment or now), now) for moment in (raw.first_seen, raw.last_seen))
    return ErrorIssue(
        id=clean_line(raw.id),
        title=clean_line(raw.title),
        state=WATCHED.get(raw.substatus or "", IssueState.ONGOING),
        count=count,
        users=raw.user_count,
        first_seen=first,
        last_seen=last,
        culprit=clean_line(raw.culprit or ""),
        release=clean_line(raw.first_release.version) if raw.first_release else "",
        link=web_link(raw.permalink),
    )


def _moment(milliseconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise malformed(_("{number} is no moment").format(number=milliseconds), "timestamp") from None


def _total(points: tuple[Point, ...], start: datetime, end: datetime) -> int:
    return round(sum(point.value for point in points if start <= point.at < end))
