"""Which ways to people an environment has. Making them costs nothing: each imports its library at its first message."""

from __future__ import annotations

from datetime import timedelta

from eventa_cockpit.config import EnvironmentConfig, Slack
from eventa_cockpit.integrations.fetching import Fetcher
from eventa_cockpit.integrations.slack import SlackBot, SlackWebhook
from eventa_cockpit.secrets import read_secret

SLACK = "slack"


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
