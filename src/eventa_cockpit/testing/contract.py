"""The contract of a source: an answer, or one failure with the right name, in time and without holding anything up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.source import Source
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.answers import JSON_FORM
from eventa_cockpit.integrations.limits import LONGEST
from eventa_cockpit.integrations.plugins import checked
from eventa_cockpit.testing.loopback import Behaviour, Loopback, running
from eventa_cockpit.testing.measuring import GROWS_AT_MOST, HELD_AT_MOST_S, forget_peak, pauses, peak
from eventa_cockpit.testing.misbehaving import FAULTS, Fault, behaviour

PATIENT_S = 5.0
"""Deadline where something else is to be told: a busy machine must not turn it into a time-out."""
IMPATIENT_S = 0.6
"""Deadline where it is the deadline that is to be told."""
LATE_S = 1.5
"""What a busy machine may add to a deadline."""

TRIES = 3
"""A stall that a fault makes is there each time; one that a busy machine makes is not."""

Make = Callable[[str, float], Source[Any]]
"""A source from the address of its upstream and its deadline in seconds."""


async def failure_of(source: Source[Any]) -> UpstreamError:
    """What its next read raises, which has to be in time."""
    began = time.monotonic()
    with pytest.raises(UpstreamError) as caught:
        await source.read()
    assert time.monotonic() - began < source.deadline.total_seconds() + LATE_S
    await source.close()
    return caught.value


def is_one_clean_sentence(text: str) -> bool:
    return text.isprintable() and text.endswith((".", "?")) and len(text) < 500 and "token=x" not in text


async def check_fault(make: Make, upstream: Loopback, fault: Fault, form: str = JSON_FORM) -> None:
    """The fault has its name and its sentence, comes in time, holds no event loop and fills no memory.

    `form` is the media type that a healthy upstream would send.
    """
    for attempt in range(1, TRIES + 1):
        upstream.behaviour = behaviour(fault.name, upstream, form)
        deadline = IMPATIENT_S if FailureKind.TIMEOUT in fault.kinds else PATIENT_S
        before = forget_peak()
        with pauses() as held:
            failure = await failure_of(make(upstream.url, deadline))
        grown = peak() - before
        _check_failure(fault, failure)
        if max(held) < HELD_AT_MOST_S and grown < GROWS_AT_MOST:
            return
        assert attempt < TRIES, f"held the loop for {max(held):.3f} s, took {grown / 1e6:.0f} MB"


def _check_failure(fault: Fault, failure: UpstreamError) -> None:
    assert failure.kind in fault.kinds, str(failure)
    assert is_one_clean_sentence(str(failure)), str(failure)
    if fault.wait is not None and "date" not in fault.name:
        assert failure.retry_after == timedelta(seconds=fault.wait)
    if failure.retry_after is not None:
        assert timedelta() <= failure.retry_after <= LONGEST, "no clock makes us wait for ever"


class SourceContract:
    """Inherit it in a test module, and say how your source is made and what a healthy upstream answers."""

    def source(self, url: str, deadline: float) -> Source[Any]:
        """Your source, reading from `url` with `deadline` in seconds."""
        raise NotImplementedError

    def healthy(self) -> Behaviour:
        """What an upstream does that is well: `answer_json({…})`, or `by_path(…)` for several addresses."""
        raise NotImplementedError

    def test_it_reads_what_a_healthy_upstream_says(self) -> None:
        with running() as upstream:
            upstream.behaviour = self.healthy()
            assert asyncio.run(self._read(upstream)) is not None
            assert upstream.requests, "it asked nobody"

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
    def test_a_fault_gets_its_own_name_in_time(self, fault: Fault) -> None:
        with running() as upstream:
            upstream.behaviour = self.healthy()
            asyncio.run(self._read(upstream))  # what is imported at the first read does not count
            asyncio.run(check_fault(self.source, upstream, fault))

    def test_a_name_that_does_not_resolve(self) -> None:
        failure = asyncio.run(failure_of(self.source("http://no-such-host.invalid:9093", PATIENT_S)))
        assert failure.kind is FailureKind.NAME

    def test_it_answers_again_as_soon_as_its_upstream_does(self) -> None:
        with running() as upstream:
            assert asyncio.run(self._recovered(upstream)) is not None

    async def _read(self, upstream: Loopback) -> Any:
        source = self.source(upstream.url, PATIENT_S)
        try:
            return checked(await source.read())
        finally:
            await source.close()

    async def _recovered(self, upstream: Loopback) -> Any:
        source = self.source(upstream.url, PATIENT_S)
        upstream.behaviour = behaviour("500", upstream)
        with pytest.raises(UpstreamError):
            await source.read()
        upstream.behaviour = self.healthy()
        try:
            return await source.read()
        finally:
            await source.close()
