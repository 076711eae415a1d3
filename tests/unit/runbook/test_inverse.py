"""What takes a command back, as far as its own text says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventa_cockpit.runbook.inverse import inverse_of

MAINTENANCE = """curl -X POST https://api.eventa.app/admin/maintenance \\
-H "Authorization: Bearer ${ADMIN_TOKEN}" \\
-d '{"enabled": true, "message": "決済システムメンテナンス中 (30分程度)", "affected_components": ["payment"]}'"""


def test_a_switch_is_turned_the_other_way_and_nothing_else_changes() -> None:
    assert inverse_of(MAINTENANCE) == MAINTENANCE.replace('"enabled": true', '"enabled": false')
    assert inverse_of(inverse_of(MAINTENANCE)) == MAINTENANCE


@pytest.mark.parametrize(
    ("script", "inverse"),
    [
        ("kubectl cordon node-1", "kubectl uncordon node-1"),
        ("kubectl --context prod cordon node-1", "kubectl --context prod uncordon node-1"),
        ("kubectl drain node-1 --ignore-daemonsets --context=prod", "kubectl --context=prod uncordon node-1"),
        ("kubectl -n shop rollout pause deployment/api", "kubectl -n shop rollout resume deployment/api"),
        ("kubectl scale deployment/api --replicas=0", "kubectl scale deployment/api --replicas=<replicas before>"),
        ("kubectl scale --replicas 3 deploy/api", "kubectl scale --replicas <replicas before> deploy/api"),
        ("systemctl stop nginx", "systemctl start nginx"),
        ("sudo -n true; systemctl --now disable nginx", "sudo -n true; systemctl --now enable nginx"),
        (
            "aws rds create-db-snapshot --db-instance-identifier eventa-prod --db-snapshot-identifier pre-20261125",
            "aws rds delete-db-snapshot --db-snapshot-identifier pre-20261125",
        ),
        (
            "aws autoscaling suspend-processes --auto-scaling-group-name web",
            "aws autoscaling resume-processes --auto-scaling-group-name web",
        ),
    ],
)
def test_what_the_program_itself_calls_the_inverse(script: str, inverse: str) -> None:
    assert inverse_of(script) == inverse


@pytest.mark.parametrize(
    "script",
    [
        "kubectl rollout undo deployment/eventa-frontend",
        "aws rds reboot-db-instance --db-instance-identifier eventa-prod",
        "aws rds create-db-snapshot --db-snapshot-identifier pre-$(date +%Y%m%d)",
        "curl -d '{\"enabled\": true}' https://a; curl -d '{\"enabled\": true}' https://b",
        "kubectl cordon a && systemctl stop b",
        "kubectl drain $NODE",
        "echo '\"enabled\": true'",
        "kubectl scale deployment/api",
        "if kubectl cordon",
        "",
    ],
)
def test_what_cannot_be_told_for_certain_has_no_inverse(script: str) -> None:
    assert inverse_of(script) == ""


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    inverse_of(text)
    inverse_of(f"kubectl cordon {text}")
