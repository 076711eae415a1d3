"""Upstreams of other teams: a package that registers an entry point brings a source as good as our own.

A plug-in is imported at its first read, on a loop of its own: one that cannot be imported, hangs or returns nonsense
costs its own feed and nothing else. What it returns is checked and cleaned like any outside text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import msgspec

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.config.explaining import problems_of
from eventa_cockpit.domain.board import PLUGIN_PREFIX, FailureKind
from eventa_cockpit.domain.plugin import PluginReport
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.apart import OwnLoop
from eventa_cockpit.integrations.decoding import malformed
from eventa_cockpit.integrations.distrust import harmless
from eventa_cockpit.locale import _

GROUP = "eventa_cockpit.sources"
"""The group of entry points in which plug-ins register."""
OURS = ("plugin", "every", "deadline")
"""Keys of a plug-in's table that are the cockpit's own."""
EVERY, DEADLINE = 15.0, 10.0
MOST_PARTS = 1000
MOST_POINTS = 100_000

Explain = Callable[[tuple[str, ...], str], str]
"""Makes a sentence that names file, line and key of a path below the plug-in's table."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a plug-in gets from the cockpit besides its table."""

    key: str
    """The key that its source must have."""
    every: timedelta
    deadline: timedelta
    authorization: Callable[[str | None], Callable[[], str | None]]
    """Place of a secret (`env:NAME`, …) → what gives the `Authorization` header with it as bearer token."""
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Plugin:
    """What a plug-in's entry point names."""

    table: type[msgspec.Struct]
    """Shape of its table in `cockpit.toml`, without `plugin`, `every` and `deadline`."""
    make: Callable[[Any, Given], Source[PluginReport]]
    """Its source, from the decoded table. Costs nothing: libraries are imported at the first read."""


class PluginSource:
    """A plug-in's source as the board sees it."""

    def __init__(self, name: str, table: Mapping[str, Any], given: Given, explain: Explain) -> None:
        self.key = given.key
        self.vendor = name
        self.every = given.every
        self.deadline = given.deadline
        self._table = table
        self._given = given
        self._explain = explain
        self._plugin = str(table.get("plugin", name))
        self._loop = OwnLoop(f"plugin {name}")
        self._source: Source[PluginReport] | None = None

    async def read(self) -> PluginReport:
        return await self._loop.run(self._read)

    async def close(self) -> None:
        if self._source is not None:
            await self._loop.run(self._source.close)

    def check(self) -> None:
        """Import it and decode its table. Blocks; raises UpstreamError with the sentence to show."""
        self._source = self._source or self._made()

    async def _read(self) -> PluginReport:
        self.check()
        assert self._source is not None
        try:
            value = await self._source.read()
        except UpstreamError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is the plug-in's own
            raise self._defect(_('The plug-in "{name}" failed: {why}.'), error) from None
        return checked(value)

    def _made(self) -> Source[PluginReport]:
        plugin = self._loaded(self._entry_point())
        settings = {key: value for key, value in self._table.items() if key not in OURS}
        try:
            config = msgspec.convert(settings, plugin.table)
        except msgspec.ValidationError as error:
            key, sentence = next(problems_of(plugin.table, settings, ()), ((), f"{error}."))
            raise UpstreamError(FailureKind.NOT_CONFIGURED, self._explain(key, sentence)) from None
        try:
            return plugin.make(config, self._given)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is the plug-in's own
            raise self._defect(_('The plug-in "{name}" cannot be set up: {why}.'), error) from None

    def _entry_point(self) -> EntryPoint:
        found = list(entry_points(group=GROUP, name=self._plugin))
        if len(found) == 1:
            return found[0]
        if found:
            owners = ", ".join(sorted(entry.dist.name if entry.dist else entry.value for entry in found))
            sentence = _('several packages bring a plug-in "{name}": {owners}. Remove all but one.')
        else:
            owners = ", ".join(sorted(entry_points(group=GROUP).names)) or _("none")
            sentence = _('no plug-in "{name}" is installed where the cockpit is. Installed: {owners}.')
        told = self._explain(("plugin",), sentence.format(name=self._plugin, owners=owners))
        raise UpstreamError(FailureKind.NOT_CONFIGURED, told)

    def _loaded(self, entry: EntryPoint) -> Plugin:
        try:
            plugin = entry.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is the plug-in's own
            raise self._defect(_('The plug-in "{name}" cannot be imported: {why}.'), error) from None
        if not isinstance(plugin, Plugin):
            raise self._defect(
                _('The plug-in "{name}" cannot be used: {why}.'),
                TypeError(_("{place} is not a Plugin").format(place=entry.value)),
            )
        return plugin

    def _defect(self, sentence: str, error: BaseException) -> UpstreamError:
        why = clean_line(f"{type(error).__name__}: {error}")[:300]
        return UpstreamError(FailureKind.DEFECT, sentence.format(name=self._plugin, why=why))


def plugin_source(
    name: str,
    table: Mapping[str, Any],
    *,
    authorization: Callable[[str | None], Callable[[], str | None]],
    now: Callable[[], datetime],
    explain: Explain,
) -> PluginSource:
    """The source of `[environments.….plugins.<name>]`. Nothing is imported yet."""
    given = Given(
        key=f"{PLUGIN_PREFIX}{name}",
        every=_span(table, "every", EVERY),
        deadline=_span(table, "deadline", DEADLINE),
        authorization=authorization,
        now=now,
    )
    return PluginSource(name, table, given, explain)


def checked(value: Any) -> PluginReport:
    """The report, if it is one through and through. Raises UpstreamError."""
    if type(value) is not PluginReport:
        raise malformed(_("the plug-in returned {kind} instead of a PluginReport").format(kind=type(value).__name__))
    parts = max(len(value.readings), len(value.rows), len(value.changes))
    if parts > MOST_PARTS or sum(len(reading.points) for reading in value.readings) > MOST_POINTS:
        raise UpstreamError(FailureKind.TOO_LARGE, _("The plug-in reports more than a pane could ever show."))
    try:
        # Its types are only annotations until here.
        return harmless(msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=PluginReport))
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise malformed(str(error)) from None


def _span(table: Mapping[str, Any], key: str, usual: float) -> timedelta:
    return timedelta(seconds=float(table.get(key, usual)))
