"""One event of an issue as Sentry gives it out: the exception with its stack, the outermost call first."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from eventa_cockpit.simulator.model.script_errors import IssueKind

LIBRARY = (
    ("workLoopSync", "node_modules/react-dom/cjs/react-dom.production.js"),
    ("renderWithHooks", "node_modules/react-dom/cjs/react-dom.production.js"),
)
CALLERS = {
    "checkout": (("CheckoutPage", "src/checkout/CheckoutPage.tsx"), ("useCheckout", "src/checkout/useCheckout.ts")),
    "seats": (("SeatMapPage", "src/seats/SeatMapPage.tsx"),),
    "tickets": (("TicketsPage", "src/tickets/TicketsPage.tsx"),),
    "api": (("useQuery", "src/api/useQuery.ts"),),
}
"""Part of the front end → who calls what fails there, the outermost first."""


def event_of(kind: IssueKind, release: dict[str, Any], created: str) -> dict[str, Any]:
    """The newest event."""
    name, _, message = kind.title.partition(": ")
    calls = [
        *((function, file, False) for function, file in LIBRARY),
        *((function, file, True) for function, file in CALLERS.get(kind.culprit.partition("/")[0], ())),
        (kind.culprit.split()[-1], kind.file, True),
    ]
    thrown = {
        "type": name,
        "value": message or kind.title,
        "mechanism": {"type": "onerror", "handled": False},
        "stacktrace": {"frames": [_frame(*call) for call in calls], "hasSystemFrames": True},
    }
    return {
        "id": f"{crc32(created.encode()):032x}",
        "groupID": kind.id,
        "title": kind.title,
        "platform": "javascript",
        "dateCreated": created,
        "release": release,
        "entries": [
            {"type": "breadcrumbs", "data": {"values": []}},
            {"type": "exception", "data": {"values": [thrown], "excOmitted": None, "hasSystemFrames": True}},
        ],
    }


def _frame(function: str, file: str, is_ours: bool) -> dict[str, Any]:
    return {
        "function": function,
        "filename": file,
        "absPath": f"webpack:///./{file}",
        "module": file.rpartition(".")[0],
        "lineNo": 20 + crc32(f"{file}/{function}".encode()) % 180,
        "colNo": 11,
        "inApp": is_ours,
        "context": [],
    }
