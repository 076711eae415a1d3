"""What a well-typed configuration may still have wrong: an address that is none, a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eventa_cockpit.config.explaining import Problem
from eventa_cockpit.config.shapes import Config, EnvironmentConfig, Slack, Upstream
from eventa_cockpit.locale import _

LANGUAGES = ("auto", "en", "ja")
UPSTREAMS = (
    "alertmanager",
    "grafana_alerts",
    "database",
    "alarms",
    "cdn",
    "sentry",
    "prometheus",
    "slo",
    "loki",
    "kubernetes",
    "pagerduty",
    "calendar",
)
"""Tables of an environment that each configure one upstream."""
CHANNELS = ("slack", "pagerduty")
SECRETS = ("token", "address", "routing_key")
"""Keys of an upstream that say where a secret is."""
DATABASES = ("postgresql://", "postgres://")


def first_problem(config: Config) -> Problem | None:
    return next(_problems(config), None)


def _problems(config: Config) -> Iterator[Problem]:
    if not config.environments:
        yield ("environments",), _("there is no environment. Add one: [environments.prod]")
    if config.environment and config.environment not in config.environments:
        yield (
            ("environment",),
            _('there is no environment "{name}". This file has: {names}.').format(
                name=config.environment, names=", ".join(config.environments)
            ),
        )
    if config.language not in LANGUAGES:
        yield (
            ("language",),
            _('"{name}" is not a language of the cockpit. Use one of: {names}.').format(
                name=config.language, names=", ".join(LANGUAGES)
            ),
        )
    if not _is_timezone(config.timezone):
        yield ("timezone",), _zone_sentence(config.timezone)
    if config.journal.url and not config.journal.url.startswith(DATABASES):
        yield (
            ("journal", "url"),
            _("this is not the address of a PostgreSQL database. Write it like postgresql://user@host/database"),
        )
    if config.journal.password is not None and not _is_place(config.journal.password):
        yield ("journal", "password"), _place_sentence()
    for name, environment in config.environments.items():
        for key, sentence in _environment_problems(environment):
            yield ("environments", name, *key), sentence


def _environment_problems(environment: EnvironmentConfig) -> Iterator[Problem]:
    for name, upstream in upstreams_of(environment):
        for key, sentence in _upstream_problems(upstream):
            yield (*name, key), sentence
    yield from _plugin_problems(environment)
    yield from _telling_problems(environment)
    if environment.slo is not None and environment.prometheus is None:
        yield ("slo",), _("it needs a Prometheus to ask: add the table prometheus beside it.")
    for variable, place in environment.secrets.items():
        if not _is_place(place):
            yield ("secrets", variable), _place_sentence()


def _upstream_problems(upstream: Upstream) -> Iterator[tuple[str, str]]:
    for seconds in ("every", "deadline", "state_every", "slow_every"):
        if not 0 < getattr(upstream, seconds, 1) <= 86_400:
            yield seconds, _("this has to be more than 0 and at most 86400 seconds.")
    if not 0 <= getattr(upstream, "slow_lines", 0) <= 10_000:
        yield "slow_lines", _("this has to be at least 0 and at most 10000 lines, as AWS gives no more.")
    for key, url in _urls_of(upstream):
        reason = url_problem(url)
        if reason:
            yield key, _('"{url}" {reason} Write it like https://host:port').format(url=url, reason=reason)
    if getattr(upstream, "urls", None) == []:
        yield "urls", _("the list is empty. Name at least one address, or remove the table.")
    for key in SECRETS:
        place = getattr(upstream, key, None)
        if place is not None and not _is_place(place):
            yield key, _place_sentence()
    zone = getattr(upstream, "timezone", None)
    if zone is not None and not _is_timezone(zone):
        yield "timezone", _zone_sentence(zone)


def _plugin_problems(environment: EnvironmentConfig) -> Iterator[Problem]:
    """Of the cockpit's own keys in a plug-in's table; the rest is the plug-in's."""
    for plugin, table in environment.plugins.items():
        for seconds in ("every", "deadline"):
            value = table.get(seconds, 1)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86_400:
                yield ("plugins", plugin, seconds), _("this has to be more than 0 and at most 86400 seconds.")


def _telling_problems(environment: EnvironmentConfig) -> Iterator[Problem]:
    if environment.slack is not None:
        yield from _slack_problems(environment.slack)
    for target, channel in environment.escalation.items():
        if channel.vendor not in CHANNELS:
            sentence = _('"{name}" cannot be told anything. Use one of: {names}.')
            yield (
                ("escalation", target, "vendor"),
                sentence.format(name=channel.vendor, names=", ".join(CHANNELS)),
            )
        elif channel.vendor == "pagerduty":
            yield from _escalating_problems(environment, target, channel.to)


def _escalating_problems(environment: EnvironmentConfig, target: str, level: str) -> Iterator[Problem]:
    place = ("escalation", target)
    if not (level.isascii() and level.isdecimal() and int(level)):
        yield (*place, "to"), _('"{level}" is no escalation level: 1, 2, 3 ….').format(level=level)
    if environment.pagerduty is None or not environment.pagerduty.from_email:
        yield (*place, "vendor"), _("PagerDuty is reached once `pagerduty` has `token` and `from_email`.")


def _slack_problems(slack: Slack) -> Iterator[Problem]:
    if slack.token is None and slack.webhook is None:
        yield ("slack",), _("it needs `token` or `webhook`: say where the one or the other is.")
    for key in ("token", "webhook"):
        place = getattr(slack, key)
        if place is not None and not _is_place(place):
            yield ("slack", key), _place_sentence()
    reason = url_problem(slack.url)
    if reason:
        yield (
            ("slack", "url"),
            _('"{url}" {reason} Write it like https://host:port').format(url=slack.url, reason=reason),
        )
    if not 0 < slack.deadline <= 86_400:
        yield ("slack", "deadline"), _("this has to be more than 0 and at most 86400 seconds.")
    if slack.language not in {"", "en", "ja"}:
        yield (
            ("slack", "language"),
            _('"{name}" is not a language of the cockpit. Use one of: {names}.').format(
                name=slack.language, names="en, ja"
            ),
        )


def upstreams_of(environment: EnvironmentConfig) -> Iterator[tuple[tuple[str, ...], Upstream]]:
    """The configured upstreams, each with the path of its table below the environment."""
    for name in UPSTREAMS:
        upstream = getattr(environment, name)
        if upstream is not None:
            yield (name,), upstream
    for name, page in environment.status_pages.items():
        yield ("status_pages", name), page


def _urls_of(upstream: Upstream) -> Iterator[tuple[str, str]]:
    for url in getattr(upstream, "urls", ()):
        yield "urls", url
    for key in ("url", "endpoint_url", "events_url"):
        url = getattr(upstream, key, None)
        if url is not None:
            yield key, url


def url_problem(url: str) -> str:
    """What is wrong with an address, as the end of a sentence; empty when nothing is."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return _("is not an address: its host or port cannot be read.")
    if parts.scheme not in {"http", "https"}:
        return _("does not begin with http:// or https://.")
    if not host or any(character.isspace() or not character.isprintable() for character in url):
        return _("has no host that could be asked.")
    if parts.username or parts.password:
        return _("holds a name or password; put the token where `token` says instead.")
    return ""


def _is_place(place: str) -> bool:
    from eventa_cockpit.secrets import PROVIDERS

    kind, colon, _rest = place.partition(":")
    return bool(colon) and kind in PROVIDERS


def _place_sentence() -> str:
    # Never the value: what stands here by mistake is usually the secret itself.
    return _('this has to say where the secret is, never the secret: "env:NAME" or "file:/absolute/path".')


def _zone_sentence(name: str) -> str:
    return _('"{name}" is not a time zone of this machine. Write one like Asia/Tokyo or UTC.').format(name=name)


def _is_timezone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if not name or Path(name).is_absolute():
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
