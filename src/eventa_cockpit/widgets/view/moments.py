"""Durations and moments as people read them at night: short, coarse, never longer than they need to be."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from eventa_cockpit.locale import _

SECOND = timedelta(seconds=1)


def elapsed(duration: timedelta) -> str:
    """Of something that a person is waiting for, to the second: `8s`, `2:05`, `1:02:05`."""
    total = max(int(duration.total_seconds()), 0)
    if total < 60:
        return _("{count}s").format(count=total)
    minutes, seconds = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def took(duration: timedelta) -> str:
    """How long something needed: `0.8s` below ten seconds, then as `elapsed`."""
    seconds = duration.total_seconds()
    return _("{count}s").format(count=f"{max(seconds, 0.0):.1f}") if seconds < 10 else elapsed(duration)


def since(duration: timedelta) -> str:
    """How long something has lasted, to the minute: `17m`, `3h05`, `2d`."""
    minutes = max(int(duration.total_seconds()), 0) // 60
    if minutes < 60:
        return _("{count}m").format(count=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("{hours}h{minutes}").format(hours=hours, minutes=f"{minutes:02}")
    return _("{count}d").format(count=hours // 24)


def age(duration: timedelta) -> str:
    """How old data is, in steps of half a minute below one minute so that the screen stays still: `<30s`."""
    total = max(int(duration.total_seconds()), 0)
    if total < 30:
        return _("<{count}s").format(count=30)
    if total < 60:
        return _("{count}s").format(count=30)
    return since(duration)


def clock(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M:%S")


def hour_and_minute(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%H:%M")
