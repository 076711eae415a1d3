"""A feed in one line of plain text, for a shell, a chat or a log: what is wrong by name, the rest by number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import singledispatch
from typing import Any

from eventa_cockpit.domain.alert import AlertList
from eventa_cockpit.domain.board import Board, Feed, Freshness
from eventa_cockpit.domain.database_state import DatabaseState
from eventa_cockpit.domain.error_report import ErrorReport
from eventa_cockpit.domain.judging import GRAVEST_FIRST, judged_parts, level_of
from eventa_cockpit.domain.page import PageList
from eventa_cockpit.domain.reading import Level, Reading
from eventa_cockpit.domain.rollout import RolloutList, RolloutState
from eventa_cockpit.domain.service_status import ServiceStatus
from eventa_cockpit.domain.slo import SloReport, SloState
from eventa_cockpit.locale import _, mark
from eventa_cockpit.widgets.view import alerts, errors, freshness, moments, pages, readings, rollouts, slo, upstreams

NAMED = 5
"""So many are told by name; a chat is not a list."""
WORDS = {
    Level.GOOD: mark("good"),
    Level.WARNING: mark("warning"),
    Level.CRITICAL: mark("critical"),
    Level.UNKNOWN: mark("unknown"),
}


def sign(level: Level | None) -> str:
    """Glyph and word: `✗ critical`."""
    return f"{readings.LEVELS[level][0]} {_(WORDS[level])}" if level is not None else "·"


def level_now(feed: Feed[Any], now: datetime) -> Level | None:
    """What the feed means now: data that may not be true any more is never good."""
    level = level_of(feed.value) if feed.value is not None else Level.UNKNOWN
    is_fresh = feed.freshness(now) is Freshness.FRESH
    return level if is_fresh or level is Level.CRITICAL else Level.UNKNOWN


def state_of(feed: Feed[Any], now: datetime) -> tuple[Any, ...] | None:
    """What has to differ before there is something new to say of it; None until it has answered or failed."""
    if feed.at is None and feed.failure is None:
        return None
    return feed.freshness(now), level_now(feed, now), feed.failure.kind if feed.failure is not None else None


def in_brief(board: Board, now: datetime) -> str:
    """How many upstreams are how: `critical: 1, good: 4`."""
    levels = Counter(level_now(feed, now) for feed in board.feeds.values())
    return _(", ").join(f"{_(WORDS[level])}: {levels[level]}" for level in GRAVEST_FIRST if levels[level])


def feed_line(feed: Feed[Any], now: datetime, zone: tzinfo) -> str:
    """`✗ critical  Alertmanager  fresh <30s: 2 firing: …`."""
    badge = "".join(part.text for part in freshness.badge(feed, now))
    head = f"{sign(level_now(feed, now))}  {feed.vendor or feed.source}  {badge}"
    told = [part for part in (summary(feed.value) if feed.value is not None else "", _why(feed, zone)) if part]
    return "  ".join([head, *told])


def _why(feed: Feed[Any], zone: tzinfo) -> str:
    if feed.failure is None:
        return ""
    text = _("{reason}.").format(reason=_(freshness.FAILURES[feed.failure.kind]))
    if feed.next_try is not None:
        text += " " + _("Next try {time}.").format(time=moments.clock(feed.next_try, zone))
    return text


@singledispatch
def summary(value: Any) -> str:
    """What the value says; nothing for one that has nothing to judge."""
    parts = list(judged_parts(value))
    bad = [part for part in parts if part.level is not Level.GOOD]
    named = [_reading(part) for part in bad if isinstance(part, Reading)]
    if named:
        return _listed(named)
    return _("{count} of {total} in order").format(count=len(parts) - len(bad), total=len(parts)) if parts else ""


@summary.register
def _of_alerts(value: AlertList) -> str:
    if not value.firing:
        return _("Nothing is firing.") if value.is_whole else ""
    names = [f"{alert.name} {alerts.headline(alert)[0]}" for alert in value.firing]
    return f"{alerts.tally(value)}: {_listed(names)}"


@summary.register
def _of_errors(value: ErrorReport) -> str:
    minutes = round(value.window.total_seconds() / 60)
    total = f"{readings.count(value.count)} " + _("errors in {minutes}m").format(minutes=minutes)
    change = readings.relative(value.count, value.previous_count)
    news = errors.news(value)
    return " ".join(part for part in (total, change, _("new: {count}").format(count=news) if news else "") if part)


@summary.register
def _of_rollouts(value: RolloutList) -> str:
    bad = [entry for entry in value.deployments if entry.state is not RolloutState.COMPLETE]
    return _named([f"{entry.name} {_(rollouts.STATES[entry.state][1])}" for entry in bad], len(value.deployments))


@summary.register
def _of_service(value: ServiceStatus) -> str:
    return _(upstreams.SERVICES[value.state][1])


@summary.register
def _of_objectives(value: SloReport) -> str:
    bad = [each for each in value.objectives if each.state is not SloState.NONE]
    return _named([f"{each.name} {_(slo.STATES[each.state][1])}" for each in bad], len(value.objectives))


@summary.register
def _of_pages(value: PageList) -> str:
    return _named([f"{page.title} {_(pages.STATUSES[page.status][1])}" for page in value.pages], 0)


@summary.register
def _of_database_state(value: DatabaseState) -> str:
    bad = [member for member in value.members if not member.is_available]
    return _named([f"{member.name} {member.status}" for member in bad], len(value.members))


def _named(bad: Sequence[str], total: int) -> str:
    """Those by name; where there are none, how many there are in all."""
    if bad or not total:
        return _listed(bad)
    return _("{count} of {total} in order").format(count=total, total=total)


def _reading(reading: Reading) -> str:
    value = readings.value(reading.last.value, reading.unit) if reading.last is not None else _("no data")
    name = reading.title or readings.name(reading.metric)
    return f"{name} {value} {readings.bound(reading.bound, reading.unit)}".rstrip()


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    shown = list(names[:NAMED])
    if more > 0:
        shown.append(_("{count} more").format(count=more))
    return _(", ").join(shown)
