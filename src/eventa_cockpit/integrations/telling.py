"""Which ways to people an environment has. Making them costs nothing: each imports its library at its first message."""

from __future__ import annotations

import os
from datetime import timedelta

from eventa_cockpit.config import EnvironmentConfig, Slack
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.pagerduty_actions import PagerDutyPager, sender_of
from eventa_cockpit.integrations.pagerduty_events import PagerDutyEvents
from eventa_cockpit.integrations.paging_sources import pagerduty_api
from eventa_cockpit.integrations.slack import SlackBot, SlackWebhook
from eventa_cockpit.secrets import read_secret

SLACK = "slack"
PAGERDUTY = "pagerduty"


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
