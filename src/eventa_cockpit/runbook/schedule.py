"""How often a procedure is due, from the words of its frequency line, in Japanese or English."""

from __future__ import annotations

import re
import unicodedata

from eventa_cockpit.domain.runbook import Frequency, Schedule

_KEYS = (
    "実施頻度",
    "頻度",
    "実施時期",
    "実施周期",
    "周期",
    "スケジュール",
    "frequency",
    "schedule",
    "cadence",
    "how often",
)

_FREQUENCIES: tuple[tuple[Frequency, re.Pattern[str]], ...] = tuple(
    (frequency, re.compile(pattern))
    for frequency, pattern in (
        (
            Frequency.QUARTERLY,
            r"四半期|クオータ|クォータ|3\s*[かヶヵケカ]月(?:ごと|毎|に1)|quarter|every (?:3|three) months",
        ),
        (Frequency.YEARLY, r"毎年|年次|年に?\s*[1一]\s*[回度]|1年(?:ごと|毎|に1)|yearly|annual|every year|once a year"),
        (Frequency.WEEKLY, r"毎週|週次|週に?\s*[1一]\s*[回度]|weekly|every week|once a week"),
        (Frequency.DAILY, r"毎日|日次|[1一]日[1一][回度]|daily|every day|once a day"),
        (
            Frequency.MONTHLY,
            r"毎月|月次|月に?\s*[1一]\s*[回度]|monthly|every month|once a month|of (?:the|each|every) month",
        ),
    )
)
_EVERY_WEEKDAY = re.compile(r"\bevery (mon|tue|wed|thu|fri|sat|sun)", re.IGNORECASE)
_WEEKDAYS_JA = "月火水木金土日"
_WEEKDAY_JA = re.compile(rf"([{_WEEKDAYS_JA}])曜")
_NTH_JA = re.compile(rf"第\s*([1-5一二三四五])\s*[{_WEEKDAYS_JA}]曜?")
_WEEKDAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY_EN = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?s?\b")
_NTH_EN = re.compile(r"\b(first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th)\s+(?:mon|tue|wed|thu|fri|sat|sun)")
_NUMBERS = {
    **{word: number for number, word in enumerate("一二三四五", 1)},
    **{str(number): number for number in range(1, 6)},
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
}
_EVENT = re.compile(r"イベント(?:の)?前|(?:before|ahead of|prior to)\b[^.]*\b(?:event|launch|release)")


def is_frequency_key(key: str) -> bool:
    return unicodedata.normalize("NFKC", key).casefold().strip() in _KEYS


def parse_schedule(text: str) -> Schedule | None:
    """The schedule that the words give, or None when they give none that the calendar can hold."""
    words = unicodedata.normalize("NFKC", text).casefold()
    frequency = _frequency(words)
    if frequency is None:
        return None
    weekday, nth = _weekday(words), _NTH_JA.search(words) or _NTH_EN.search(words)
    return Schedule(
        frequency=frequency,
        text=text,
        weekday=weekday,
        week_of_month=_NUMBERS[nth[1]] if nth else None,
        before_event=bool(_EVENT.search(words)),
    )


def _frequency(words: str) -> Frequency | None:
    for frequency, pattern in _FREQUENCIES:
        if pattern.search(words):
            return frequency
    return Frequency.WEEKLY if _EVERY_WEEKDAY.search(words) else None


def _weekday(words: str) -> int | None:
    japanese = _WEEKDAY_JA.search(words)
    if japanese:
        return _WEEKDAYS_JA.index(japanese[1])
    nth = _NTH_JA.search(words)
    if nth:
        return _WEEKDAYS_JA.index(nth[0].rstrip("曜")[-1])
    english = _WEEKDAY_EN.search(words)
    return _WEEKDAYS_EN.index(english[1]) if english else None
