"""What Sentry knows besides counts: the stack of one issue, the release that brought it, and the newest releases.

Asked for more rarely than the counts, and missed by nobody who needs only them: what cannot be had is a note.
API: https://docs.sentry.io/api/events/retrieve-an-issue-event/, https://docs.sentry.io/api/releases/.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.change import Change, ChangeKind
from eventa_cockpit.domain.error_report import ErrorIssue, StackFrame, StackTrace
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.decoding import decoded, each, strictly, utc, web_link
from eventa_cockpit.integrations.fetching import Fetcher, within
from eventa_cockpit.locale import _, mark

T = TypeVar("T")

RELEASES = 10
"""Releases that are asked for; the newest come first."""
RELEASES_EVERY = timedelta(minutes=2)
STACK_EVERY = timedelta(minutes=1)
RELEASES_NOTE, STACK_NOTE, FIRST_RELEASE_NOTE = (
    mark("Releases: {why}"),
    mark("Stack: {why}"),
    mark("First release: {why}"),
)
FRAMES = 8
"""Frames of a stack that are kept; our own come before those of libraries."""
LONGEST = 200
"""Characters of a function's or a file's name."""


class Deploy(msgspec.Struct, rename="camel"):
    date_finished: datetime | None = None
    environment: str = ""


class Author(msgspec.Struct):
    name: str | None = None


class Release(msgspec.Struct, rename="camel"):
    version: str
    short_version: str | None = None
    date_released: datetime | None = None
    date_created: datetime | None = None
    last_deploy: Deploy | None = None
    authors: list[Author] | None = None
    url: str | None = None


class Frame(msgspec.Struct, rename="camel"):
    function: str | None = None
    filename: str | None = None
    abs_path: str | None = None
    module: str | None = None
    line_no: int | None = None
    in_app: bool | None = None


class Stack(msgspec.Struct):
    frames: list[Frame] | None = None


class Thrown(msgspec.Struct):
    type: str | None = None
    value: str | None = None
    stacktrace: Stack | None = None


class Exceptions(msgspec.Struct):
    values: list[Thrown] | None = None


class Entry(msgspec.Struct):
    type: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class Event(msgspec.Struct, rename="camel"):
    entries: list[Entry] = []
    date_created: datetime | None = None


class IssueDetail(msgspec.Struct, rename="camel"):
    first_release: Release | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing to know, and how often and how long it is worth asking for."""

    note: str
    """The sentence where it cannot be had; names the thing, too."""
    about: str
    """Id of what it is about; empty for what there is only one of."""
    every: timedelta
    patience: timedelta


@dataclass(frozen=True, slots=True)
class Kept:
    """What was last had, and when it was last asked for."""

    value: Any
    about: str
    asked_at: datetime
    note: str = ""


class SentryEvidence:
    """Reads of one project, each kept for a while. `patience` is how long the caller can wait for one."""

    def __init__(
        self,
        base: str,
        fetcher: Fetcher,
        scope: Sequence[tuple[str, str]],
        environment: str | None,
        now: Callable[[], datetime],
    ) -> None:
        self._base = base
        self._fetcher = fetcher
        self._scope = list(scope)
        self._environment = environment
        self._now = now
        self._kept: dict[str, Kept] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what could not be had the last time."""
        return tuple(dict.fromkeys(kept.note for kept in self._kept.values() if kept.note))

    async def releases(self, patience: timedelta) -> tuple[Change, ...]:
        """The newest releases, each where it was deployed to our environment, else where it was made."""
        return await self._had(Wish(RELEASES_NOTE, "", RELEASES_EVERY, patience), self._releases, ())

    async def stack(self, issue: ErrorIssue, patience: timedelta) -> StackTrace | None:
        """The stack of the issue's newest event."""
        return await self._had(Wish(STACK_NOTE, issue.id, STACK_EVERY, patience), lambda: self._stack(issue), None)

    async def first_release(self, issue: ErrorIssue, patience: timedelta) -> str:
        """The release in which it was first seen, where the list of issues did not say."""
        if issue.release:
            return issue.release
        wish = Wish(FIRST_RELEASE_NOTE, issue.id, RELEASES_EVERY, patience)
        return await self._had(wish, lambda: self._first_release(issue), "")

    async def _had(self, wish: Wish, ask: Callable[[], Awaitable[T]], nothing: T) -> T:
        kept = self._kept.get(wish.note)
        is_same = kept is not None and kept.about == wish.about
        value: T = kept.value if kept is not None and is_same else nothing
        now = self._now()
        if (kept is not None and is_same and now - kept.asked_at < wish.every) or wish.patience <= timedelta():
            return value
        note = ""
        try:
            async with within(wish.patience):
                value = await ask()
        except UpstreamError as error:
            note = _(wish.note).format(why=error)
        self._kept[wish.note] = Kept(value, wish.about, now, note)
        return value

    async def _releases(self) -> tuple[Change, ...]:
        parameters = [*self._scope, ("per_page", str(RELEASES))]
        answer = await self._fetcher.get(f"{self._base}/releases/", parameters)
        return await decoded(answer.body, lambda body: releases_of(body, self._environment, self._now()))

    async def _stack(self, issue: ErrorIssue) -> StackTrace | None:
        answer = await self._fetcher.get(f"{self._base}/issues/{issue.id}/events/latest/", self._scope[1:])
        return await decoded(answer.body, lambda body: stack_of(body, issue.id))

    async def _first_release(self, issue: ErrorIssue) -> str:
        answer = await self._fetcher.get(f"{self._base}/issues/{issue.id}/")
        detail = await decoded(answer.body, lambda body: strictly(body, IssueDetail))
        return clean_line(detail.first_release.version) if detail.first_release else ""


def releases_of(body: bytes, environment: str | None, now: datetime) -> tuple[Change, ...]:
    """Releases as changes, the newest first."""
    changes = []
    for raw in each(body, Release):
        moment = _moment(raw, environment)
        if moment is None:
            continue
        authors = [author.name for author in raw.authors or () if author.name]
        changes.append(
            Change(
                at=min(utc(moment), now),
                kind=ChangeKind.RELEASE,
                title=clean_line(raw.short_version or raw.version)[:LONGEST],
                vendor="Sentry",
                by=clean_line(", ".join(authors[:3]))[:LONGEST],
                link=web_link(raw.url),
            )
        )
    return tuple(sorted(changes, key=lambda change: change.at, reverse=True))


def stack_of(body: bytes, issue: str) -> StackTrace | None:
    """The outermost exception of an event with its innermost frames, ours first; None when it has none."""
    event = strictly(body, Event)
    entry = next((entry for entry in event.entries if entry.type == "exception"), None)
    thrown = strictly(bytes(entry.data), Exceptions).values if entry is not None else None
    if not thrown:
        return None
    outermost = thrown[-1]
    error = ": ".join(part for part in (outermost.type, outermost.value) if part)
    raws = (outermost.stacktrace.frames if outermost.stacktrace is not None else None) or []
    frames = [_frame(raw) for raw in reversed(raws)]
    ours = [frame for frame in frames if frame.is_ours]
    others = [frame for frame in frames if not frame.is_ours]
    return StackTrace(clean_line(issue), clean_line(error)[:LONGEST], tuple([*ours, *others][:FRAMES]), len(frames))


def _frame(raw: Frame) -> StackFrame:
    file = raw.filename or raw.abs_path or raw.module or "?"
    place = file if raw.line_no is None else f"{file[:LONGEST]}:{raw.line_no}"
    return StackFrame(clean_line(raw.function or "?")[:LONGEST], clean_line(place)[:LONGEST], raw.in_app is True)


def _moment(raw: Release, environment: str | None) -> datetime | None:
    deploy = raw.last_deploy
    if deploy is not None and deploy.date_finished is not None and environment in (None, deploy.environment):
        return deploy.date_finished
    return raw.date_released or raw.date_created
