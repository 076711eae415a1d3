"""Sentry's web API: an organization's issues and its errors over time (https://docs.sentry.io/api/)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from eventa_cockpit.simulator.apis import sentry_events
from eventa_cockpit.simulator.apis.answers import has_bearer, json_answer, seconds, timestamp
from eventa_cockpit.simulator.clock import ClockReading
from eventa_cockpit.simulator.kube.cluster import BAD_RELEASE, GOOD_RELEASE
from eventa_cockpit.simulator.model.script_errors import (
    DAY_S,
    ISSUE_KINDS,
    Issue,
    IssueKind,
    errors_per_bucket,
    issues_between,
)
from eventa_cockpit.simulator.simulation import Simulation
from eventa_cockpit.simulator.world import Fault, World

ORGANIZATION = "eventa"
PROJECT = "eventa-fe"
PROJECT_ID = "4506001"
ENVIRONMENTS = ("prod", "production")
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
PAGE_LENGTH = 100
UNREMARKABLE: dict[str, Any] = {
    "shareId": None,
    "logger": None,
    "level": "error",
    "status": "unresolved",
    "statusDetails": {},
    "isPublic": False,
    "platform": "javascript",
    "project": {"id": PROJECT_ID, "name": PROJECT, "slug": PROJECT, "platform": "javascript-react"},
    "type": "error",
    "numComments": 0,
    "assignedTo": None,
    "isBookmarked": False,
    "isSubscribed": False,
    "annotations": [],
    "issueType": "error",
    "issueCategory": "error",
    "isUnhandled": True,
    "stats": {},
}
"""Fields that every issue of this project has in common."""


class SentryApi:
    """The part of Sentry that answers for eventa's front end."""

    def __init__(self, simulation: Simulation, token: str) -> None:
        self._simulation = simulation
        self._token = token
        self._released: dict[str, float] = {}

    def routes(self) -> list[Route]:
        base = "/api/0/organizations/{organization}"
        return [
            Route("/api/0/", self.version),
            Route(base + "/", self.organization),
            Route(base + "/projects/", self.projects),
            Route(base + "/issues/", self.issues),
            Route(base + "/events-timeseries/", self.timeseries),
            Route(base + "/issues/{issue}/", self.issue),
            Route(base + "/issues/{issue}/events/{event}/", self.event),
            Route(base + "/releases/", self.releases),
        ]

    async def version(self, _: Request) -> Response:
        return json_answer({"version": "0", "auth": None, "user": None})

    async def organization(self, request: Request) -> Response:
        return self._refusal(request) or json_answer({"id": "450600", "slug": ORGANIZATION, "name": "eventa"})

    async def projects(self, request: Request) -> Response:
        return self._refusal(request) or json_answer([{"id": PROJECT_ID, "slug": PROJECT, "name": PROJECT}])

    async def issues(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            with self._simulation.now() as (world, reading):
                start, end = _span(request, reading, timedelta(hours=24))
                found = issues_between(world.history, reading.simulated(start), reading.simulated(end))
                answers = [_issue_json(issue, reading) for issue in _selected(request, found)]
            return _page(request, answers)
        except ValueError as error:
            return json_answer({"detail": str(error)}, 400)

    async def issue(self, request: Request) -> Response:
        kind = _kind(request)
        return self._refusal(request) or (
            json_answer({"detail": "The requested resource does not exist"}, 404)
            if kind is None
            else json_answer({"id": kind.id, "title": kind.title, "firstRelease": _release(_release_of(kind))})
        )

    async def event(self, request: Request) -> Response:
        kind = _kind(request)
        refusal = self._refusal(request)
        if refusal is not None or kind is None:
            return refusal or json_answer({"detail": "The requested resource does not exist"}, 404)
        with self._simulation.now() as (_world, reading):
            return json_answer(sentry_events.event_of(kind, _release(_release_of(kind)), timestamp(reading.now_wall)))

    async def releases(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        with self._simulation.now() as (world, reading):
            made = self._made_releases(world)
            answers = [
                {**_release(version), "status": "open", "dateCreated": timestamp(reading.wall(at_s)), "newGroups": 0}
                for version, at_s in sorted(made.items(), key=lambda entry: -entry[1])
            ]
        return json_answer(answers if _is_visible(request) else [])

    def _made_releases(self, world: World) -> dict[str, float]:
        """Version → moment; one that was rolled out stays in the list whatever becomes of it."""
        self._released.setdefault(GOOD_RELEASE, -3 * DAY_S)
        if Fault.FRONTEND in world.faults:
            self._released.setdefault(BAD_RELEASE, world.faults[Fault.FRONTEND])
        return self._released

    async def timeseries(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            return json_answer(self._timeseries(request))
        except ValueError as error:
            return json_answer({"detail": str(error)}, 400)

    def _timeseries(self, request: Request) -> dict[str, Any]:
        axes = request.query_params.getlist("yAxis") or ["count()"]
        unknown = [axis for axis in axes if axis != "count()"]
        if request.query_params.get("dataset", "errors") != "errors" or unknown:
            raise ValueError("Only the dataset errors and the axis count() exist here")
        bucket = _duration(request.query_params.get("interval", "1m"))
        with self._simulation.now() as (world, reading):
            start, end = _span(request, reading, timedelta(hours=1))
            start = datetime.fromtimestamp(start.timestamp() // bucket.total_seconds() * bucket.total_seconds(), UTC)
            buckets = -(-(end - start) // bucket)
            covered = start + buckets * bucket
            visible = world.history if _is_visible(request) else ()
            counts = errors_per_bucket(
                visible, reading.simulated(start), reading.simulated(covered), bucket.total_seconds()
            )
            now = reading.now_wall
        return {
            "meta": {"dataset": "errors", "start": _millis(start), "end": _millis(covered)},
            "timeSeries": [
                {
                    "yAxis": "count()",
                    "meta": {"valueType": "integer", "valueUnit": None, "interval": _millis(bucket)},
                    "values": [
                        _value(start + place * bucket, bucket, count, now) for place, count in enumerate(counts)
                    ],
                }
            ],
        }

    def _refusal(self, request: Request) -> Response | None:
        if "authorization" not in request.headers:
            return json_answer({"detail": "Authentication credentials were not provided."}, 401)
        if not has_bearer(request, self._token):
            return json_answer({"detail": "Invalid token"}, 401)
        if request.path_params["organization"] != ORGANIZATION:
            return json_answer({"detail": "The requested resource does not exist"}, 404)
        return None


def _is_visible(request: Request) -> bool:
    """Whether the query's project and environment have any events."""
    projects = request.query_params.getlist("project") + request.query_params.getlist("projectSlug")
    environments = request.query_params.getlist("environment")
    named = re.findall(r"project:(\S+)", request.query_params.get("query", ""))
    return all(name in (PROJECT, PROJECT_ID, "-1") for name in projects + named) and all(
        name in ENVIRONMENTS for name in environments
    )


def _selected(request: Request, issues: tuple[Issue, ...]) -> list[Issue]:
    if not _is_visible(request):
        return []
    wanted = re.findall(r"is:(new|regressed|escalating|ongoing)", request.query_params.get("query", ""))
    chosen = [issue for issue in issues if not wanted or issue.kind.substatus in wanted]
    sort = request.query_params.get("sort", "date")
    if sort == "freq":
        return sorted(chosen, key=lambda issue: -issue.count)
    if sort == "new":
        return sorted(chosen, key=lambda issue: -issue.first_seen_s)
    return sorted(chosen, key=lambda issue: (-issue.last_seen_s, -issue.count))


def _issue_json(issue: Issue, reading: ClockReading) -> dict[str, Any]:
    kind = issue.kind
    title = kind.title
    name, _, message = title.partition(": ")
    number = kind.id[-1]
    return {
        **UNREMARKABLE,
        "id": kind.id,
        "shortId": f"EVENTA-FE-{number}",
        "title": title,
        "culprit": kind.culprit,
        "permalink": f"https://{ORGANIZATION}.sentry.io/issues/{kind.id}/",
        "substatus": kind.substatus,
        "metadata": {
            "value": message or title,
            "type": name,
            "filename": kind.file,
            "function": kind.culprit.split()[-1],
        },
        "hasSeen": kind.substatus == "ongoing",
        "priority": "high" if kind.substatus in ("new", "escalating") else "medium",
        "count": str(issue.count),
        "userCount": issue.users,
        "firstSeen": timestamp(reading.wall(issue.first_seen_s)),
        "lastSeen": timestamp(reading.wall(issue.last_seen_s)),
        "firstRelease": _release(_release_of(kind)),
    }


def _kind(request: Request) -> IssueKind | None:
    return next((kind for kind in ISSUE_KINDS if kind.id == request.path_params["issue"]), None)


def _release_of(kind: IssueKind) -> str:
    return BAD_RELEASE if kind.is_of_bad_release else GOOD_RELEASE


def _release(version: str) -> dict[str, Any]:
    full = f"eventa-frontend@{version}"
    return {
        "version": full,
        "shortVersion": full,
        "versionInfo": {"description": version, "package": "eventa-frontend"},
    }


def _value(start: datetime, bucket: timedelta, count: int, now: datetime) -> dict[str, Any]:
    value: dict[str, Any] = {"timestamp": _millis(start), "value": count, "incomplete": start + bucket > now}
    if value["incomplete"]:
        value["incompleteReason"] = "INCOMPLETE_BUCKET"
    return value


def _page(request: Request, answers: list[dict[str, Any]]) -> Response:
    """One page and its Link header; the cursor is `0:offset:0` as Sentry's own."""
    cursor = re.fullmatch(r"\d+:(\d+):[01]", request.query_params.get("cursor", "0:0:0"))
    limit = int(request.query_params.get("limit", PAGE_LENGTH))
    if cursor is None or not 1 <= limit <= PAGE_LENGTH:
        raise ValueError(f"Invalid cursor or limit (1 to {PAGE_LENGTH})")
    first = int(cursor[1])
    links = []
    for rel, offset, has_results in (
        ("previous", max(first - limit, 0), first > 0),
        ("next", first + limit, first + limit < len(answers)),
    ):
        url = request.url.include_query_params(cursor=f"0:{offset}:{int(rel == 'previous')}")
        results = "true" if has_results else "false"
        mark = f"0:{offset}:{int(rel == 'previous')}"
        links.append(f'<{url}>; rel="{rel}"; results="{results}"; cursor="{mark}"')
    headers = {
        "Link": ", ".join(links),
        "X-Hits": str(len(answers)),
        "X-Sentry-Rate-Limit-Limit": "40",
        "X-Sentry-Rate-Limit-Remaining": "39",
        "X-Sentry-Rate-Limit-Reset": str(int(datetime.now(UTC).timestamp()) + 1),
        "X-Sentry-Rate-Limit-ConcurrentLimit": "25",
        "X-Sentry-Rate-Limit-ConcurrentRemaining": "24",
    }
    return json_answer(answers[first : first + limit], headers=headers)


def _span(request: Request, reading: ClockReading, usual: timedelta) -> tuple[datetime, datetime]:
    """The query's start and end; `statsPeriod` wins over both, as at Sentry."""
    period = request.query_params.get("statsPeriod")
    if period or not request.query_params.get("start"):
        return reading.now_wall - (_duration(period) if period else usual), reading.now_wall
    start, end = (_moment(request.query_params.get(name, seconds(reading.now_wall))) for name in ("start", "end"))
    if start >= end:
        raise ValueError("start must be before end")
    return start, end


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"(\d+)([smhdw]?)", text)
    if found is None or int(found[1]) == 0:
        raise ValueError(f"Invalid period: {text}")
    return timedelta(seconds=int(found[1]) * UNITS_S[found[2] or "s"])


def _millis(value: datetime | timedelta) -> int:
    total = value.timestamp() if isinstance(value, datetime) else value.total_seconds()
    return int(total * 1000)
