"""Whether the slow-query log that a runbook reads has anything to say: RDS keeps none by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import SLOW_QUERIES
from eventa_cockpit.domain.finding import Finding, missing, ok, warning
from eventa_cockpit.domain.preflight import Outcome
from eventa_cockpit.domain.slow_queries import SlowLogTrap, SlowQueries
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.integrations.registry import sources_for
from eventa_cockpit.locale import _, mark
from eventa_cockpit.services.preflight.ground import Ground

SIGNS = ("slowquery", "slow_query", "slow-query", "slow_log", "slow.log")
"""In a command, of one that reads the log."""
TRAPS: Mapping[SlowLogTrap, tuple[str, str]] = {
    SlowLogTrap.ENGINE: (mark("this engine has no such log"), mark("Skip the step, or look at Performance Insights.")),
    SlowLogTrap.OFF: (mark("it is off: nothing is written"), mark("Set slow_query_log = 1 in the parameter group.")),
    SlowLogTrap.TABLE: (
        mark("it goes to a table: there is no file"),
        mark("Read mysql.slow_log, or set log_output = FILE in the parameter group."),
    ),
    SlowLogTrap.NOWHERE: (mark("it goes nowhere"), mark("Set log_output = FILE in the parameter group.")),
    SlowLogTrap.NO_FILE: (
        mark("there is no file, or an empty one"),
        mark("Wait for the next hour's file, or skip it."),
    ),
    SlowLogTrap.PATIENT: (
        mark("only statements of {seconds:g} s and more are written"),
        mark("Set long_query_time = 1 in the parameter group."),
    ),
    SlowLogTrap.REBOOT: (
        mark("its settings hold only after a restart"),
        mark("Do not believe it before the instance has been restarted."),
    ),
    SlowLogTrap.SETTINGS: (
        mark("its settings could not be read"),
        mark("Allow rds:DescribeDBParameters, or do not take an empty log for a quiet database."),
    ),
    SlowLogTrap.CUT: (
        mark("more was written than one read gives"),
        mark("A step that reads its end sees the newest part: aws … --starting-token 0 reads all of it."),
    ),
}
"""Trap → what it means, and what to do."""
SILENT = frozenset({SlowLogTrap.ENGINE, SlowLogTrap.OFF, SlowLogTrap.TABLE, SlowLogTrap.NOWHERE, SlowLogTrap.NO_FILE})
"""There is nothing to read."""


async def examine_slow_log(ground: Ground) -> Outcome:
    """Nothing where no command reads it, or no database is configured."""
    if not any(sign in command.text.casefold() for command in ground.commands for sign in SIGNS):
        return Outcome()
    source = next((each for each in sources_for(ground.environment) if each.key == SLOW_QUERIES), None)
    if source is None:
        return Outcome()
    try:
        found: SlowQueries = await source.read()
    except UpstreamError as error:
        remedy = _("Do not take an empty log for a quiet database.")
        return Outcome((warning("database", source.vendor, clean_line(str(error)), remedy),))
    finally:
        await source.close()
    return Outcome(tuple(findings_of(found)))


def findings_of(found: SlowQueries) -> Iterator[Finding]:
    """One for each trap, or that there is none."""
    longest = found.settings.long_query_time if found.settings is not None else timedelta()
    for trap in found.traps:
        text, remedy = TRAPS[trap]
        make = missing if trap in SILENT else warning
        yield make("database", found.instance, _(text).format(seconds=longest.total_seconds()), _(remedy))
    if not found.traps:
        yield ok("database", found.instance, _("can be read, {count} statements").format(count=found.count))
