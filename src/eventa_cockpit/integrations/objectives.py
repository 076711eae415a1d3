"""The feed of the service's objectives: how much of each error budget is left, and how fast it burns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.config import ServiceLevel
from eventa_cockpit.config.objectives import ObjectiveFile, PlainQueries, read_objectives
from eventa_cockpit.domain.board import SLO, FailureKind
from eventa_cockpit.domain.slo import MINIMUM, ObjectiveStatus, SloReport, status_of
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.fetching import within
from eventa_cockpit.integrations.measuring import Measured
from eventa_cockpit.integrations.promql import PrometheusApi
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _

SHARE = 0.4
"""Of the deadline for the last hours, and as much again for the days before: what did not arrive comes next time."""


class SloSource:
    """The objectives' feed."""

    key = SLO
    vendor = "Prometheus (SLO)"

    def __init__(
        self,
        api: PrometheusApi,
        objectives: Callable[[], ObjectiveFile],
        *,
        resolution: timedelta = timedelta(minutes=1),
        minimum: float = MINIMUM,
        every: timedelta,
        deadline: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        """`objectives` may block and raises UpstreamError; it is asked until it has given any."""
        self.every = every
        self.deadline = deadline
        self._api = api
        self._objectives = objectives
        self._resolution = resolution
        self._minimum = minimum
        self._now = now
        self._file: ObjectiveFile | None = None
        self._measured: list[Measured] = []

    async def read(self) -> SloReport:
        """Every objective as it stands; raises UpstreamError when none could be measured."""
        async with within(self.deadline):
            file = await self._opened()
            now = self._now().astimezone(UTC)
            failures = await asyncio.gather(*(self._hours(each, now) for each in self._measured))
            asked = [
                failure for each, failure in zip(self._measured, failures, strict=True) if each.objective.indicator
            ]
            known = [failure for failure in asked if failure is not None]
            if known and len(known) == len(asked):
                raise known[0]
            await self._days(now)
            statuses = await in_thread(lambda: self._statuses(failures, now), "slo")
        return SloReport(statuses, tuple(f"{each.file}:{each.line}: {each.message}" for each in file.problems))

    async def close(self) -> None:
        await self._api.close()

    async def _opened(self) -> ObjectiveFile:
        if self._file is None:
            self._file = await in_thread(self._objectives, "objectives")
            self._measured = [
                Measured(objective, self._api, self._resolution, self.deadline * SHARE)
                for objective in self._file.objectives
            ]
        return self._file

    async def _hours(self, measured: Measured, now: datetime) -> UpstreamError | None:
        try:
            async with within(self.deadline * SHARE):
                await measured.read_fine(now)
        except UpstreamError as error:
            return error
        return None

    async def _days(self, now: datetime) -> None:
        """As many of the days before as arrive in time."""
        reading = [asyncio.ensure_future(each.read_days(now)) for each in self._measured if each.objective.indicator]
        if not reading:
            return
        try:
            await asyncio.wait(reading, timeout=(self.deadline * SHARE).total_seconds())
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    def _statuses(self, failures: Sequence[UpstreamError | None], now: datetime) -> tuple[ObjectiveStatus, ...]:
        return tuple(self._status(each, failure, now) for each, failure in zip(self._measured, failures, strict=True))

    def _status(self, measured: Measured, failure: UpstreamError | None, now: datetime) -> ObjectiveStatus:
        record = measured.record(now, self._minimum)
        problem = str(failure or measured.failure or "")
        if measured.objective.indicator is None:
            problem = _("No query measures it: give `requests`, and `errors` or `fast`, in the slo table.")
        elif not problem and record.slices and not any(each.bad for each in record.slices):
            # A query that is wrong looks just like this.
            problem = _("Nothing bad was ever counted: see whether its query finds errors at all.")
        return status_of(measured.objective, record, now, clean_line(problem))


def objectives_in(config: ServiceLevel) -> ObjectiveFile:
    """What its file promises; raises UpstreamError when that is nothing that can be read. Blocks."""
    assert config.file is not None, "a loaded configuration names it"
    queries = PlainQueries(config.requests or "", config.errors or "", config.fast or "")
    try:
        text = Path(config.file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else _("it is not UTF-8 text")
        sentence = _("{file} cannot be read: {reason}.").format(file=config.file, reason=reason)
        raise UpstreamError(FailureKind.NOT_CONFIGURED, clean_line(sentence)) from None
    found = read_objectives(text, config.file, queries)
    if not found.objectives:
        first = found.problems[0]
        raise UpstreamError(FailureKind.NOT_CONFIGURED, f"{first.file}:{first.line}: {first.message}")
    return found
