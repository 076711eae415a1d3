"""The payment outage, played with the runbook's real commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.simulator.conftest import Drill, needs_curl

pytestmark = needs_curl

SEED_COMMAND = """\
curl -X POST https://api.eventa.app/admin/maintenance \\
-H "Authorization: Bearer ${ADMIN_TOKEN}" \\
-d '{"enabled": true, "message": "決済システムメンテナンス中 (30分程度)", "affected_components": ["payment"]}'
"""
LIFT = """\
curl -fsS --max-time 20 -X POST https://api.eventa.app/admin/maintenance \\
  -H @<(printf 'Authorization: Bearer %s' "${ADMIN_TOKEN}") -H 'Content-Type: application/json' -d '{"enabled": false}'
"""
STATUS = """\
curl -fsS --max-time 10 https://www.stripestatus.com/api/v2/summary.json | grep -o '"status": *{[^}]*}'
"""
TEST_PAYMENT = """\
curl -sS -X POST https://api.eventa.app/admin/test-payment -H "Authorization: Bearer ${ADMIN_TOKEN}"
"""
ALERT = "PaymentFailureRateHigh"


@pytest.fixture(scope="module")
def drill(make_drill: Callable[..., Drill]) -> Drill:
    return make_drill("payment", seed=7)


def test_the_payment_outage_is_seen_mitigated_reopened_and_ended(drill: Drill) -> None:
    assert ALERT in drill.state()["alerts"]
    assert '"indicator":"major"' in drill.output(STATUS)
    assert '"failed"' in drill.output(TEST_PAYMENT)

    assert '"enabled":true' in drill.output(SEED_COMMAND)
    drill.control("speed", speed=60)
    drill.until(lambda state: ALERT not in state["alerts"])

    assert drill.state()["gateway_is_down"]
    assert '"enabled":false' in drill.output(LIFT)
    drill.until(lambda state: ALERT in state["alerts"])

    drill.output(SEED_COMMAND)
    drill.control("speed", speed=600)
    drill.until(lambda state: not state["gateway_is_down"] and state["sample"]["payment"]["backlog"] < 1)
    drill.pass_time(60)
    assert '"indicator":"none"' in drill.output(STATUS)
    assert '"succeeded"' in drill.output(TEST_PAYMENT)
    drill.output(LIFT)
    state = drill.pass_time(1200)
    assert state["alerts"] == {}
    assert state["sample"]["payment"]["attempts_per_min"] > 0


def test_both_names_of_the_status_page_answer(drill: Drill) -> None:
    assert "<h1>" in drill.output("curl -fsS https://status.stripe.com/")
    assert "page" in drill.output("curl -fsS https://status.stripe.com/api/v2/summary.json")


def test_a_wrong_token_changes_nothing_and_curl_says_so(drill: Drill) -> None:
    done = drill.run(LIFT.replace("${ADMIN_TOKEN}", "wrong"))

    assert done.returncode == 22
    assert "401" in done.stderr


def test_the_certificate_is_trusted_by_the_drill_only(drill: Drill, tmp_path: Path) -> None:
    address = f"api.eventa.app:443:127.0.0.1:{drill.world.ports['tls']}"
    done = drill.run(f"CURL_HOME={tmp_path} curl -sS --connect-to {address} https://api.eventa.app/healthz")

    assert done.returncode == 60
