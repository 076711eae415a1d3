"""`cockpit status`: the board for a script, a chat or a quick look, without opening the screen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.cli.options import Options, pass_options
from eventa_cockpit.locale import _

if TYPE_CHECKING:
    from eventa_cockpit.config import Config
    from eventa_cockpit.domain.board import Board, Feed

VERSION = 1
"""Of the JSON: fields may come, none is renamed or changes its meaning without a new number."""
CRITICAL, UNCERTAIN = 1, 3
"""Exit statuses; 2 is how every command says that it could not work at all."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@pass_options
def status(options: Options, *, as_json: bool) -> int:
    """Print what every upstream says now. Exit status: 0 good, 1 something is critical, 3 unknown or stale."""
    config = options.config()
    board = board_now(config)
    now = datetime.now(UTC)
    if as_json:
        click.echo(json.dumps(as_data(config, board, now), ensure_ascii=False, indent=2))
    else:
        print_lines(config, board, now)
    return exit_status(board, now)


def board_now(config: Config) -> Board:
    """What a cockpit or `cockpit watch` that shares has read last; else one bounded read of every upstream."""
    from dataclasses import replace

    from eventa_cockpit.config import state_folder
    from eventa_cockpit.services.sharing.joining import board_of_others

    shared = board_of_others(config, state_folder(config))
    if shared is not None:
        board, asker = shared
        return replace(board, asked_by=asker)
    from eventa_cockpit.integrations.registry import configured_sources
    from eventa_cockpit.services.looking import look

    return asyncio.run(look(configured_sources(config)))


def exit_status(board: Board, now: datetime) -> int:
    """Nothing to look at is not good news either."""
    from eventa_cockpit.domain.board import Freshness
    from eventa_cockpit.domain.reading import Level
    from eventa_cockpit.widgets.view.in_words import level_now

    levels = {level_now(feed, now) for feed in board.feeds.values()}
    if Level.CRITICAL in levels:
        return CRITICAL
    is_fresh = all(feed.freshness(now) is Freshness.FRESH for feed in board.feeds.values())
    return 0 if board.feeds and is_fresh and Level.UNKNOWN not in levels else UNCERTAIN


def print_lines(config: Config, board: Board, now: datetime) -> None:
    """What is wrong first."""
    from zoneinfo import ZoneInfo

    from eventa_cockpit.domain.judging import GRAVEST_FIRST
    from eventa_cockpit.widgets.view.in_words import feed_line, level_now

    zone = ZoneInfo(config.timezone)
    moment = now.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
    asker = board.asked_by
    by = _("asked by {who}'s cockpit (pid {pid})").format(who=asker.responder, pid=asker.pid) if asker else ""
    click.echo(clean_line(f"{config.service} {config.environment}  {moment}  {by}".rstrip()))
    if not board.feeds:
        click.echo(_("No upstream is configured for this environment."))
    order = [*GRAVEST_FIRST, None]
    for feed in sorted(board.feeds.values(), key=lambda feed: order.index(level_now(feed, now))):
        click.echo(clean_line(feed_line(feed, now, zone)))


def as_data(config: Config, board: Board, now: datetime) -> dict[str, Any]:
    """What `--json` prints; docs/watch.md says what each field means."""
    return {
        "version": VERSION,
        "service": config.service,
        "environment": config.environment,
        "at": now.isoformat(),
        "asked_by": {"name": board.asked_by.responder, "pid": board.asked_by.pid} if board.asked_by else None,
        "exit_status": exit_status(board, now),
        "feeds": [_feed_data(feed, now) for feed in board.feeds.values()],
    }


def _feed_data(feed: Feed[Any], now: datetime) -> dict[str, Any]:
    import msgspec

    from eventa_cockpit.widgets.view.in_words import level_now, summary

    level, age, failure = level_now(feed, now), feed.age(now), feed.failure
    return {
        "key": feed.source,
        "vendor": feed.vendor,
        "level": level.value if level is not None else None,
        "freshness": feed.freshness(now).value,
        "at": feed.at.isoformat() if feed.at is not None else None,
        "age_s": round(age.total_seconds(), 1) if age is not None else None,
        "next_try": feed.next_try.isoformat() if feed.next_try is not None else None,
        "failure": None
        if failure is None
        else {
            "kind": failure.kind.value,
            "detail": failure.detail,
            "at": failure.at.isoformat(),
            "tries": failure.tries,
        },
        "summary": summary(feed.value) if feed.value is not None else "",
        "value": msgspec.to_builtins(feed.value, enc_hook=_plain),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
