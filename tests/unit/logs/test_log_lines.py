"""What a line says, in whichever form its program writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.domain.log_stream import LogLevel
from eventa_cockpit.integrations.log_lines import LONGEST, line_of

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "level", "text"),
    [
        ('{"level":"error","msg":"boom","ts":12,"n":3}', LogLevel.ERROR, "boom n=3"),
        ('{"severity":"WARNING","message":"slow"}', LogLevel.WARNING, "slow"),
        ('{"a":{"b":1}}', LogLevel.UNKNOWN, 'a={"b":1}'),
        ('ts=2026-11-23T18:00:00Z level=warn msg="slow query" ms=12', LogLevel.WARNING, "slow query ms=12"),
        ("2026-11-23 18:00:00,123 ERROR [main] refused", LogLevel.ERROR, "ERROR [main] refused"),
        ("E1123 18:00:00.123456       1 reflector.go:1] Failed", LogLevel.ERROR, "1 reflector.go:1] Failed"),
        ("I1123 18:00:00.123456       1 reflector.go:1] Fine", LogLevel.INFO, "1 reflector.go:1] Fine"),
        ("an error that is only mentioned", LogLevel.UNKNOWN, "an error that is only mentioned"),
        ("x" * 80 + " ERROR", LogLevel.UNKNOWN, "x" * 80 + " ERROR"),
        ("{not json", LogLevel.UNKNOWN, "{not json"),
        ("a=b and c", LogLevel.UNKNOWN, "a=b and c"),
        ("", LogLevel.UNKNOWN, ""),
    ],
)
def test_level_and_text_are_told_apart(raw: str, level: LogLevel, text: str) -> None:
    line = line_of(raw, NOW, {})
    assert (line.level, line.text) == (level, text)


def test_the_label_says_the_level_where_the_line_does_not() -> None:
    assert line_of("boom", NOW, {"detected_level": "error"}).level is LogLevel.ERROR
    assert line_of('{"level":"info","msg":"x"}', NOW, {"detected_level": "error"}).level is LogLevel.INFO
    assert line_of("boom", NOW, {"level": "unknown"}).level is LogLevel.UNKNOWN


def test_the_most_telling_label_says_what_wrote_it() -> None:
    assert line_of("x", NOW, {"service": "eventa", "app": "api", "pod": "api-7d9f"}).source == "api"
    assert line_of("x", NOW, {"service": "eventa"}).source == "eventa"
    assert line_of("x", NOW, {}).source == ""


@given(st.text(), st.dictionaries(st.sampled_from(["app", "level", "pod"]), st.text(max_size=80)))
def test_no_line_is_too_odd_too_long_or_dangerous(raw: str, labels: dict[str, str]) -> None:
    line = line_of(raw, NOW, labels)
    assert len(line.text) <= LONGEST
    assert not any(character in line.text + line.source for character in "\x1b\n\r\x07\x9b")


def test_json_without_a_bottom_is_a_text_like_any_other() -> None:
    assert line_of('{"a":' * 10_000, NOW, {}).level is LogLevel.UNKNOWN
