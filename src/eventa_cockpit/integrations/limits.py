"""How long an upstream asks us to wait: `Retry-After` and the vendors' own rate limit headers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=1)
"""What any header may ask for; more is taken for a mistake."""

PREFIXES = ("x-sentry-rate-limit", "x-ratelimit", "ratelimit")
"""Sentry; GitHub and many others; PagerDuty and draft-ietf-httpapi-ratelimit-headers."""

EPOCH_FROM = 1e9
"""A reset from here on is a moment (seconds since 1970), below it a number of seconds."""


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """`Retry-After` in either form (RFC 9110, 10.2.3), never negative; None when absent or meaningless."""
    if not value:
        return None
    seconds = _number(value)
    if seconds is not None:
        return _span(seconds)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return _span((moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def spent(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long until calls are allowed again when the headers say that none are left; None while some are.

    `headers` has lower-case names. Sentry's reset is an epoch, PagerDuty's a number of seconds.
    """
    waits = [_reset(headers, prefix, now) for prefix in PREFIXES if _number(headers.get(f"{prefix}-remaining")) == 0]
    return max((wait for wait in waits if wait is not None), default=None)


def _reset(headers: Mapping[str, str], prefix: str, now: datetime) -> timedelta | None:
    reset = _number(headers.get(f"{prefix}-reset"))
    if reset is None:
        return None
    return _span(reset - now.timestamp() if reset >= EPOCH_FROM else reset)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST.total_seconds()))


_listener: ContextVar[list[datetime] | None] = ContextVar("limits", default=None)


@contextmanager
def listening() -> Iterator[list[datetime]]:
    """Collects the moments until which upstreams bar us, from all calls that begin inside."""
    moments: list[datetime] = []
    token = _listener.set(moments)
    try:
        yield moments
    finally:
        _listener.reset(token)


def bar(until: datetime) -> None:
    """Tell whoever listens that the upstream allows no more calls until that moment."""
    moments = _listener.get()
    if moments is not None:
        moments.append(until)
