"""PagerDuty's answers in its own shapes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contract.loopback import Behaviour, answer_json
from tests.contract.moments import NOW, stamp


def reference(kind: str, identifier: str, summary: str) -> dict[str, Any]:
    """Another PagerDuty object by its name."""
    page = f"https://eventa.pagerduty.com/{kind}s/{identifier}"
    return {"id": identifier, "type": f"{kind}_reference", "summary": summary, "html_url": page}


HANAKO = reference("user", "PHANAKO", "佐藤 花子")
ICHIRO = reference("user", "PICHIRO", "鈴木 一郎")
POLICY = reference("escalation_policy", "PPOLICY", "events")


def page(**changes: Any) -> dict[str, Any]:
    """An incident of PagerDuty that waits for its first responder."""
    content = {
        "id": "PT4KHLK",
        "type": "incident",
        "incident_number": 1234,
        "title": "PaymentFailureRateHigh",
        "status": "triggered",
        "urgency": "high",
        "created_at": stamp(NOW - timedelta(minutes=4)),
        "service": reference("service", "PSERVIC", "eventa"),
        "escalation_policy": POLICY,
        "assignments": [{"at": stamp(NOW - timedelta(minutes=4)), "assignee": HANAKO}],
        "acknowledgements": [],
        "pending_actions": [
            {"type": "resolve", "at": stamp(NOW + timedelta(hours=4))},
            {"type": "escalate", "at": stamp(NOW + timedelta(minutes=11))},
        ],
        "html_url": "https://eventa.pagerduty.com/incidents/PT4KHLK",
    }
    return {**content, **changes}


def on_call_entry(user: dict[str, Any], level: int, start: datetime | None, end: datetime | None) -> dict[str, Any]:
    schedule = reference("schedule", f"PLEVEL{level}", "events-primary" if level == 1 else "events-secondary")
    return {
        "user": user,
        "schedule": schedule,
        "escalation_policy": POLICY,
        "escalation_level": level,
        "start": stamp(start) if start else None,
        "end": stamp(end) if end else None,
    }


MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
ON_CALLS = [
    on_call_entry(HANAKO, 1, NOW - timedelta(hours=9), MORNING),
    on_call_entry(ICHIRO, 2, NOW - timedelta(hours=9), MORNING),
    on_call_entry(ICHIRO, 1, MORNING, MORNING + timedelta(days=1)),
    on_call_entry(HANAKO, 2, MORNING, MORNING + timedelta(days=1)),
]


def page_log(kind: str, minutes: float, agent: dict[str, Any], summary: str = "") -> dict[str, Any]:
    at = stamp(NOW - timedelta(minutes=minutes))
    return {"id": "Q02JT", "type": f"{kind}_log_entry", "created_at": at, "summary": summary, "agent": agent}


def change_event(summary: str, minutes: float) -> dict[str, Any]:
    return {
        "id": "01BBYA6PEVW6A852BUO6QYUE7O",
        "type": "change_event",
        "summary": summary,
        "timestamp": stamp(NOW - timedelta(minutes=minutes)),
        "source": "github-actions",
        "links": [{"href": "https://github.com/eventa/eventa/actions/runs/1", "text": "run"}],
    }


def pagerduty_list(name: str, *elements: Any, more: bool = False) -> dict[str, Any]:
    return {name: list(elements), "limit": 100, "offset": 0, "more": more, "total": None}


def paging(*pages: dict[str, Any]) -> dict[str, Behaviour]:
    """PagerDuty's answers by the last part of their path."""
    return {
        "incidents": answer_json(pagerduty_list("incidents", *(pages or [page()]))),
        "oncalls": answer_json(pagerduty_list("oncalls", *ON_CALLS)),
        "log_entries": answer_json(pagerduty_list("log_entries", page_log("trigger", 4, HANAKO))),
        "related_change_events": answer_json(pagerduty_list("change_events", change_event("Deploy 4.19.0", 9))),
    }
