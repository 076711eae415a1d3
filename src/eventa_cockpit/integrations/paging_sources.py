"""The sources that say who was paged and who is on call, made from their tables of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from eventa_cockpit.config import Calendar, EnvironmentConfig, PagerDuty, Upstream
from eventa_cockpit.integrations import calendar, pagerduty
from eventa_cockpit.integrations.calendar import CalendarOnCall
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.on_call import OnCallSource
from eventa_cockpit.integrations.pagerduty import PagerDutyApi
from eventa_cockpit.integrations.pagerduty_on_call import PagerDutyOnCall
from eventa_cockpit.integrations.pagerduty_pages import PagesSource
from eventa_cockpit.secrets import read_secret

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def pages_source(config: PagerDuty, now: Clock) -> PagesSource:
    return PagesSource(pagerduty_api(config, now), config.services, *_pace(config), now)


def on_call_sources(environment: EnvironmentConfig, now: Clock) -> list[OnCallSource]:
    """PagerDuty first, the calendar where it does not answer; either alone where only one is configured."""
    fallback = None if environment.calendar is None else _calendar(environment.calendar, now)
    config = environment.pagerduty
    if config is not None and (config.escalation_policy or config.schedules):
        reader = PagerDutyOnCall(pagerduty_api(config, now), config.escalation_policy, config.schedules, now)
        return [OnCallSource(reader, fallback, "PagerDuty", *_pace(config))]
    if environment.calendar is not None and fallback is not None:
        return [OnCallSource(fallback, None, "iCal", *_pace(environment.calendar))]
    return []


def pagerduty_api(config: PagerDuty, now: Clock = utc_now) -> PagerDutyApi:
    """The account, as it is read and written."""

    def key() -> str:
        return f"Token token={read_secret(config.token, name='pagerduty.token')}"

    fetcher = Fetcher(key, headers=pagerduty.HEADERS, body_limit=pagerduty.BODY_LIMIT, now=now)
    return PagerDutyApi(config.url, fetcher)


def _calendar(config: Calendar, now: Clock) -> CalendarOnCall:
    return CalendarOnCall(
        lambda: read_secret(config.address, name="calendar.address"),
        Fetcher(headers={"Accept": calendar.FORM}, body_limit=calendar.BODY_LIMIT, now=now),
        levels=(config.primary, config.secondary),
        zone=lambda: ZoneInfo(config.timezone),
        now=now,
    )


def _pace(config: Upstream) -> tuple[timedelta, timedelta]:
    """Between two reads, and of one read at most."""
    return timedelta(seconds=config.every), timedelta(seconds=config.deadline)
