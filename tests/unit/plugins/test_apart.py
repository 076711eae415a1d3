"""Code that we do not know, on a loop of its own: what it does to time, it does to itself."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.plugin import PluginReport, PluginRow
from eventa_cockpit.domain.reading import Level, Point, Reading
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.apart import OwnLoop
from eventa_cockpit.integrations.plugins import MOST_PARTS, checked

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


async def test_it_gives_what_the_work_returns_or_raises() -> None:
    loop = OwnLoop("test")

    async def returns() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    async def raises() -> None:
        raise ValueError("whatever")

    assert await loop.run(returns) == "test"
    with pytest.raises(ValueError, match="whatever"):
        await loop.run(raises)
    assert await loop.run(returns) == "test"


async def test_work_that_blocks_blocks_nobody_else_and_is_not_joined_by_more() -> None:
    loop, release, begun = OwnLoop("test"), threading.Event(), threading.Event()

    async def blocks() -> str:
        begun.set()
        release.wait(20)
        return "done"

    blocked = asyncio.create_task(loop.run(blocks))
    assert await asyncio.to_thread(begun.wait, 20)
    with pytest.raises(UpstreamError) as caught:
        await loop.run(blocks)
    assert caught.value.kind is FailureKind.TIMEOUT
    release.set()
    assert await blocked == "done"


async def test_work_that_is_given_up_is_cancelled_where_it_runs() -> None:
    loop, ended, begun = OwnLoop("test"), threading.Event(), threading.Event()

    async def hangs() -> None:
        try:
            begun.set()
            await asyncio.sleep(60)
        finally:
            ended.set()

    hanging = asyncio.create_task(loop.run(hangs))
    assert await asyncio.to_thread(begun.wait, 20)
    hanging.cancel()
    assert await asyncio.to_thread(ended.wait, 20)


def report(**parts: Any) -> PluginReport:
    return PluginReport(**parts)


def test_a_report_that_is_one_is_cleaned() -> None:
    found = checked(report(rows=(PluginRow("a\x1b[2J", Level.CRITICAL, link="javascript:x"),)))
    assert found.rows == (PluginRow("a␛", Level.CRITICAL),)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"rows": []},
        report(rows=("a",)),
        report(rows=(PluginRow(title=7),)),  # type: ignore[arg-type]
        report(readings=(Reading("m", "1", (Point(NOW, float("nan")),)),)),
        report(summary=object()),
    ],
)
def test_what_is_not_a_report_through_and_through_is_malformed(value: Any) -> None:
    with pytest.raises(UpstreamError) as caught:
        checked(value)
    assert caught.value.kind is FailureKind.MALFORMED


def test_more_than_a_pane_could_show_is_too_large() -> None:
    with pytest.raises(UpstreamError) as caught:
        checked(report(rows=(PluginRow("a"),) * (MOST_PARTS + 1)))
    assert caught.value.kind is FailureKind.TOO_LARGE
