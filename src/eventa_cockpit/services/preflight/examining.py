"""All checks of a preflight at the same time, each with its own end; what is known is told as soon as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.finding import warning
from eventa_cockpit.domain.preflight import Outcome, Preflight
from eventa_cockpit.integrations.threads import in_thread
from eventa_cockpit.locale import _, mark
from eventa_cockpit.services.preflight import identity, surroundings
from eventa_cockpit.services.preflight.ground import Ground
from eventa_cockpit.services.preflight.slow_log import examine_slow_log

DEADLINE_S = 15.0
"""Of each check."""

Listener = Callable[[Preflight], None]
Check = Callable[[Ground], Outcome]

IN_THREADS: tuple[tuple[str, str, Check], ...] = (
    ("tools", mark("programs"), surroundings.examine_tools),
    ("values", mark("parameters"), surroundings.examine_values),
    ("identity", "AWS", identity.examine_aws),
    ("identity", "Kubernetes", identity.examine_kubernetes),
    ("secrets", mark("secrets"), surroundings.examine_secrets),
    ("state", mark("room"), surroundings.examine_state),
)
"""Area, subject and check."""


async def examine(ground: Ground, now: datetime, tell: Listener = lambda _report: None) -> Preflight:
    """The whole report; `tell` gets it as far as it is known, each time that a check has ended."""
    report = Preflight(ground.runbook.id, now)
    tell(report)
    pending = [_bounded(area, subject, _in_thread(check, ground, area)) for area, subject, check in IN_THREADS]
    pending.append(_bounded("clock", mark("clock"), surroundings.examine_clock(ground)))
    pending.append(_bounded("database", mark("Slow-query log"), examine_slow_log(ground)))
    for done in asyncio.as_completed(pending):
        report = report.with_outcome(await done)
        tell(report)
    report = report.completed()
    tell(report)
    return report


async def _in_thread(check: Check, ground: Ground, area: str) -> Outcome:
    return await in_thread(lambda: check(ground), f"preflight {area}")


async def _bounded(area: str, subject: str, check: Awaitable[Outcome]) -> Outcome:
    """A check that hangs or has a bug says so, and harms no other."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await check
    except TimeoutError:
        text = _("not known: no answer within {seconds:g} s").format(seconds=DEADLINE_S)
    except Exception as error:  # noqa: BLE001 - told, and nothing else is known of it
        text = _("not known: {why}").format(why=clean_line(f"{type(error).__name__}: {error}")[:200])
    return Outcome((warning(area, _(subject), text, _("Look yourself before you run a step that changes something.")),))
