"""Puts a desk together from the configuration: runner first, before there is any thread."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from eventa_cockpit.config import Config
from eventa_cockpit.domain.runbook import Library
from eventa_cockpit.errors import ConfigError
from eventa_cockpit.integrations.registry import sources_for
from eventa_cockpit.locale import _
from eventa_cockpit.runbook.library import load_library, shipped_runbooks
from eventa_cockpit.runner.launching import Runner
from eventa_cockpit.services.board import BoardService
from eventa_cockpit.services.desk import Desk
from eventa_cockpit.services.incidents import Incidents, new_responder

CACHE = "runbooks.cache"


def open_desk(config: Config, state: Path) -> Desk:
    """The desk of the configuration's chosen environment. Raises ConfigError."""
    runner = Runner()
    runner.prefork()
    return Desk(
        config.chosen.described_as(config.environment),
        config.service,
        _zone(config.timezone),
        library_of(config, state),
        BoardService(sources_for(config.chosen)),
        Incidents(state, config, runner, new_responder(config.responder)),
        on_close=runner.close,
    )


def library_of(config: Config, state: Path) -> Library:
    """The configured runbooks, or those that come with the cockpit."""
    paths = [Path(name).expanduser() for name in config.runbooks] or [shipped_runbooks()]
    return load_library(paths, cache=state / CACHE)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(
            _('There is no time zone "{name}" on this machine. Use a name such as Asia/Tokyo for timezone.').format(
                name=name
            )
        ) from None
