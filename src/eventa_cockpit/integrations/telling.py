"""Which ways to people an environment has. Making them costs nothing: each imports its library at its first message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from eventa_cockpit.config import EnvironmentConfig, PagerDuty, Slack
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.pagerduty import BODY_LIMIT, HEADERS, PagerDutyApi
from eventa_cockpit.integrations.pagerduty_telling import PagerDutyEscalation
from eventa_cockpit.integrations.slack import SlackBot, SlackWebhook
from eventa_cockpit.secrets import read_secret

SLACK, PAGERDUTY = "slack", "pagerduty"


def slack_of(environment: EnvironmentConfig) -> SlackBot | SlackWebhook | None:
    """The configured way into Slack, if there is one."""
    return _slack(environment.slack) if environment.slack is not None else None


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
    fetcher = Fetcher(lambda: _pagerduty_key(config), headers=HEADERS, body_limit=BODY_LIMIT)
    api = PagerDutyApi(config.url, fetcher)
    return PagerDutyEscalation(api, lambda: _author(config), page_id, timedelta(seconds=config.deadline))


def _pagerduty_key(config: PagerDuty) -> str:
    return f"Token token={read_secret(config.token, name='pagerduty.token')}"


def _author(config: PagerDuty) -> str:
    email = config.from_email
    return read_secret(email, name="pagerduty.from_email") if email.startswith("env:") else email
