"""`$(date …)` without running it: what the shell will put there, to the second at which it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_RELATIVE = re.compile(
    r"^(?P<sign>[+-])?\s*(?P<amount>\d{1,6})\s*(?P<unit>second|sec|minute|min|hour|day|week)s?(?P<ago>\s+ago)?$"
)
_UNITS = {
    "second": timedelta(seconds=1),
    "sec": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_NAMED = {"now": timedelta(), "today": timedelta(), "yesterday": timedelta(days=-1), "tomorrow": timedelta(days=1)}
_ISO = {"date": "%Y-%m-%d", "hours": "%Y-%m-%dT%H%z", "minutes": "%Y-%m-%dT%H:%M%z", "seconds": "%Y-%m-%dT%H:%M:%S%z"}
_KNOWN_FORMAT = re.compile(r"(?:[^%]|%[-_0^#]?[aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%])*")


def expand_date(words: Sequence[str], now: datetime) -> str | None:
    """What `date` prints for these words, or None for a form that only `date` itself can tell.

    `now` carries the time zone in which the command will run.
    """
    if not words or words[0] != "date":
        return None
    moment, shape, rest = now, None, list(words[1:])
    while rest:
        word = rest.pop(0)
        if word in {"-u", "--utc", "--universal"}:
            moment = moment.astimezone(UTC)
        elif word.startswith("+"):
            shape = word[1:]
        elif word.startswith(("-I", "--iso-8601")):
            shape = _ISO.get(word.removeprefix("-I").removeprefix("--iso-8601").removeprefix("=") or "date")
            if shape is None:
                return None
        else:
            shift = _shift(word, rest)
            if shift is None:
                return None
            moment += shift
    if shape is None or not _KNOWN_FORMAT.fullmatch(shape):
        return None
    return moment.strftime(shape)


def _shift(word: str, rest: list[str]) -> timedelta | None:
    """The relative time of `-d WORDS`, `-dWORDS` or `--date=WORDS`; takes the value off `rest`."""
    if word in {"-d", "--date"} and rest:
        words = rest.pop(0)
    elif word.startswith("--date="):
        words = word.removeprefix("--date=")
    elif word.startswith("-d") and len(word) > 2:
        words = word[2:]
    else:
        return None
    words = words.strip().casefold()
    if words in _NAMED:
        return _NAMED[words]
    found = _RELATIVE.match(words)
    if not found:
        return None
    amount = _UNITS[found["unit"]] * int(found["amount"])
    return -amount if bool(found["ago"]) != (found["sign"] == "-") else amount
