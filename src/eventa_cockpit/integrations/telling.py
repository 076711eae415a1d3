"""Which ways to people an environment has. Making them costs nothing: each imports its library at its first message."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

from eventa_cockpit.config import EnvironmentConfig, PagerDuty, Slack
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.pagerduty_actions import PagerDutyPager, sender_of
from eventa_cockpit.integrations.pagerduty_events import PagerDutyEvents
from eventa_cockpit.integrations.pagerduty_telling import PagerDutyEscalation
from eventa_cockpit.integrations.paging_sources import pagerduty_api
from eventa_cockpit.integrations.slack import SlackBot, SlackWebhook
from eventa_cockpit.secrets import read_secret

SLACK, PAGERDUTY = "slack", "pagerduty"


def slack_of(environment: EnvironmentConfig) -> SlackBot | SlackWebhook | None:
    """The configured way into Slack, if there is one."""
    return _slack(environment.slack) if environment.slack is not None else None


def pager_of(environment: EnvironmentConfig) -> PagerDutyPager | None:
    """What pages are answered with, if there is a paging service."""
    config = environment.pagerduty
    if config is None:
        return None
    deadline = timedelta(seconds=config.deadline)
    return PagerDutyPager(pagerduty_api(config), lambda: sender_of(config.from_email, os.environ.get), deadline)


def pagerduty_events_of(environment: EnvironmentConfig) -> PagerDutyEvents | None:
    """What pages others, if there is an integration key for it."""
    config = environment.pagerduty
    place = config.routing_key if config is not None else None
    if config is None or place is None:
        return None
    deadline = timedelta(seconds=config.deadline)
    return PagerDutyEvents(
        config.events_url, lambda: read_secret(place, name="pagerduty.routing_key"), Fetcher(), deadline
    )


def _slack(config: Slack) -> SlackBot | SlackWebhook:
    deadline = timedelta(seconds=config.deadline)
    if config.token is None:
        place = config.webhook or ""
        return SlackWebhook(lambda: read_secret(place, name="slack.webhook"), Fetcher(), deadline)
    token = config.token
    return SlackBot(config.url, Fetcher(lambda: f"Bearer {read_secret(token, name='slack.token')}"), deadline)


def pagerduty_of(environment: EnvironmentConfig, page_id: Callable[[], str]) -> PagerDutyEscalation | None:
    """The configured way to escalate a page, if there is one; `page_id` names the page, or raises UpstreamError."""
    config = environment.pagerduty
    if config is None:
        return None
    deadline = timedelta(seconds=config.deadline)
    return PagerDutyEscalation(pagerduty_api(config), lambda: _author(config), page_id, deadline)


def _author(config: PagerDuty) -> str:
    email = config.from_email
    return read_secret(email, name="pagerduty.from_email") if email.startswith("env:") else email
