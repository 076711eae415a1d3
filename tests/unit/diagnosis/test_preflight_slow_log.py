"""What the preflight says of a slow-query log that misleads."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.session.world import command, runbook

from eventa_cockpit.config import Config, EnvironmentConfig
from eventa_cockpit.domain.finding import Verdict
from eventa_cockpit.domain.slow_queries import SlowLogSettings, SlowLogTrap, SlowQueries
from eventa_cockpit.services.preflight import Ground
from eventa_cockpit.services.preflight.slow_log import TRAPS, examine_slow_log, findings_of

SETTINGS = SlowLogSettings(is_on=True, output="FILE", long_query_time=timedelta(seconds=10))


@pytest.mark.parametrize("trap", SlowLogTrap)
def test_every_trap_has_its_sentence_and_its_remedy(trap: SlowLogTrap) -> None:
    (found,) = findings_of(SlowQueries("eventa-prod", settings=SETTINGS, traps=(trap,)))
    assert found.verdict is not Verdict.OK
    assert found.text
    assert found.remedy
    assert "{" not in found.text


def test_a_patient_log_says_how_patient_it_is() -> None:
    (found,) = findings_of(SlowQueries("eventa-prod", settings=SETTINGS, traps=(SlowLogTrap.PATIENT,)))
    assert found.text == "only statements of 10 s and more are written"
    assert set(TRAPS) == set(SlowLogTrap)


def test_without_a_trap_it_can_be_read() -> None:
    (found,) = findings_of(SlowQueries("eventa-prod", count=12, settings=SETTINGS))
    assert (found.verdict, found.text) == (Verdict.OK, "can be read, 12 statements")


async def test_it_is_not_looked_at_where_nothing_reads_it(tmp_path: Path) -> None:
    config = Config(environments={"prod": EnvironmentConfig()}, environment="prod")
    for text in ("aws s3 ls", "cat slowquery/mysql-slowquery.log"):
        outcome = await examine_slow_log(Ground(runbook(command(text)), config, {}, tmp_path))
        assert outcome.findings == ()
